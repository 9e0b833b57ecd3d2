"""Saying it in everything that a file has, and reading back what is left."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from inference.provenance import manifest, tags
from inference.provenance.signing import Credentials
from inference.provenance.statement import Statement


@dataclass(frozen=True, slots=True)
class Marks:
    """What a file says about itself, by place."""

    manifest: manifest.Found
    tags: Statement | None

    @property
    def synthetic(self) -> bool:
        """Whether the file says in any place that it is synthetic."""
        return self.manifest.statement is not None or self.tags is not None


def mark(path: Path, statement: Statement, credentials: Credentials | None, *, title: str = "") -> None:
    """Tag the file and then, where there are credentials, sign it; ValueError or `manifest.NotSigned` when it cannot
    be. What is tagged later breaks the signature: this comes last."""
    tags.write(path, statement)
    if credentials is not None:
        manifest.sign(path, statement, credentials, title=title)


def verify(path: Path, anchors: bytes = b"") -> Marks:
    """What any file says about itself; `anchors` as in `manifest.read`."""
    return Marks(manifest.read(path, anchors), tags.read(path))


def signed_head(
    suffix: str,
    head: bytes,
    copy_body: Callable[[Path], None],
    statement: Statement,
    credentials: Credentials,
    *,
    folder: Path | None = None,
    title: str = "",
) -> bytes:
    """What to send before a stored MP3's or FLAC's frames so that both together are a signed file.

    A download is `head` (its tags) and the frames that are stored once. A manifest of these formats lies in the ID3 tag
    before them, so signing changes the head alone: it can be made beforehand and kept, and the frames stay what they
    are. `copy_body` appends the frames to a file. NotSigned when that cannot be.
    """
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        path = Path(scratch) / f"song{suffix}"
        path.write_bytes(head)
        copy_body(path)
        body = path.stat().st_size - len(head)
        manifest.sign(path, statement, credentials, title=title)
        with path.open("rb") as file:
            return file.read(path.stat().st_size - body)
