"""What a file is by its content, and how long it claims to be, from a few hundred kilobytes of it at most.

The rules are those of the decoder, so that what is taken here is what the worker reads; the worker has the last word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from inference.decoding.model import Refused
from inference.decoding.sniffing import sniff

_BLOCK = 16 * 1024
_MOST_BLOCKS = 40
_TOO_SCATTERED = "This file is put together in a way that cannot be read here. Save it again as MP3, WAV or FLAC."


class Source(Protocol):
    """A file that can be read at any place."""

    def seek(self, offset: int, /) -> int:
        """Go to a byte."""

    def read(self, length: int, /) -> bytes:
        """At most so many bytes."""


class Unreadable(Exception):
    """The file cannot be taken: a stable type, and a sentence for the person who sent it."""

    def __init__(self, type: str, message: str) -> None:  # noqa: A002 - as problem details call it
        super().__init__(message)
        self.type = type


@dataclass(frozen=True, slots=True)
class Heading:
    """What a file says about itself."""

    container: str
    """One of "mp3", "wav", "flac"."""
    seconds: float | None
    """None where it does not say."""


def read_heading(file: Source, size: int) -> Heading:
    """What the file of `size` bytes is, and the length it claims; Unreadable when it is nothing that can be taken."""
    try:
        found = sniff(_Blocks(file).read_at, size)
    except Refused as refused:
        raise Unreadable(str(refused.reason), str(refused)) from refused
    return Heading(found.container, found.claimed_seconds)


class _Blocks:
    """Reads a file at many places in few requests, because one to a storage far away takes as long as a large one."""

    def __init__(self, file: Source) -> None:
        self._file = file
        self._known: dict[int, bytes] = {}

    def read_at(self, offset: int, length: int) -> bytes:
        first, last = offset // _BLOCK, (offset + max(length, 1) - 1) // _BLOCK
        whole = b"".join(self._block(number) for number in range(first, last + 1))
        return whole[offset - first * _BLOCK :][:length]

    def _block(self, number: int) -> bytes:
        if number not in self._known:
            if len(self._known) >= _MOST_BLOCKS:
                raise Unreadable("unsupported-format", _TOO_SCATTERED)
            self._file.seek(number * _BLOCK)
            self._known[number] = self._file.read(_BLOCK)
        return self._known[number]
