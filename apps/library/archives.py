"""A ZIP of files, made while it is sent: nothing is packed first, and no file is ever whole in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its name there, how long it is, and its bytes, a few at a time."""

    filename: str
    size: int
    blocks: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Archive:
    """A ZIP to send. Its members are stored, not deflated: audio is as small as it gets."""

    filename: str
    members: Sequence[Member]
    made_at: datetime
    media_type: str = "application/zip"
    size: int | None = None
    """Unknown before it is sent."""

    def blocks(self) -> Iterator[bytes]:
        """The bytes, a few at a time; FileNotFoundError when a member is not stored."""
        sink = _Sink()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
            for member in self.members:
                entry = zipfile.ZipInfo(member.filename, self.made_at.timetuple()[:6])
                entry.file_size = member.size
                with archive.open(entry, "w") as packed:
                    for block in member.blocks():
                        packed.write(block)
                        yield sink.take()
        yield sink.take()


class _Sink(io.RawIOBase):
    """Keeps what was written until it is taken; it cannot seek, so sizes and checksums follow each member."""

    def __init__(self) -> None:
        self._kept: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        kept = bytes(data)  # type: ignore[call-overload]
        self._kept.append(kept)
        return len(kept)

    def take(self) -> bytes:
        """What came since the last time."""
        taken = b"".join(self._kept)
        self._kept.clear()
        return taken
