"""What the house needs of a storage, whoever keeps the bytes; "versions/<id>/hls/000.m4s" is how names look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol


class StorageFull(Exception):
    """There is no room for the files; nothing of them was kept."""


class StorageAway(Exception):
    """The storage did not answer; the same call may succeed later."""


@dataclass(frozen=True, slots=True)
class StoredFolder:
    """A folder of the storage and when it appeared."""

    prefix: str
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A file of the storage, and the room it takes up."""

    name: str
    bytes: int


class Storage(Protocol):
    """What the library needs of a storage. Names are relative POSIX paths, as "versions/<id>/hls/000.m4s"."""

    def put_folder(self, prefix: str, folder: Path) -> None:
        """Store all files of `folder` below `prefix`, durably, and empty `folder`; readers see all of them or none.

        FileExistsError when something is stored there already, StorageFull when there is no room.
        """

    def open(self, name: str) -> IO[bytes]:
        """A stored file for reading, which can seek; FileNotFoundError when there is none."""

    def exists(self, name: str) -> bool:
        """Whether there is such a file or folder."""

    def size(self, name: str) -> int:
        """Bytes of a stored file; FileNotFoundError when there is none."""

    def local_path(self, name: str) -> Path | None:
        """Where the file or folder lies on this machine, if it does; for reading only."""

    def delete_prefix(self, prefix: str) -> None:
        """Remove everything below `prefix`; nothing to remove is fine."""

    def folders(self, prefix: str) -> Iterator[StoredFolder]:
        """The folders right below `prefix`."""

    def walk(self, prefix: str) -> Iterator[StoredObject]:
        """Every file below `prefix`, in any order; those of folders that are not whole, too."""

    def mark(self, name: str) -> None:
        """Make an empty file, if it is not there."""

    def unmark(self, name: str) -> None:
        """Remove an empty file, if it is there."""

    def fetch(self, name: str, target: Path) -> None:
        """Copy a stored file to `target`, in a folder that exists; FileNotFoundError when there is none.

        The bytes are those that were stored, or it fails: half a file never lies at `target`.
        """

    def delete(self, name: str) -> None:
        """Remove a stored file; nothing to remove is fine."""

    def clear_drafts(self, *, before: datetime) -> None:
        """Remove what writers that died left half-written before a moment."""

    @property
    def incoming(self) -> Incoming:
        """Where people's files arrive."""


@dataclass(frozen=True, slots=True)
class PartTarget:
    """Where the sender puts one part: exactly `bytes` bytes, with these headers, until it expires."""

    number: int
    """From 1."""
    url: str
    """Absolute for another origin, else a path of this site."""
    headers: Mapping[str, str]
    bytes: int
    expires_at: datetime
    method: str = "PUT"


@dataclass(frozen=True, slots=True)
class ReceivedPart:
    """A part that arrived whole."""

    number: int
    bytes: int
    etag: str
    """As the storage names its content."""


class Incoming(Protocol):
    """Files that their senders put straight into the storage, in parts that can be sent again and in any order.

    A file is one part, or parts of equal size with a shorter last one; until `complete` nobody can read it.
    """

    def begin(self, name: str, sizes: Sequence[int], media_type: str) -> str:
        """Prepare for parts of these sizes in bytes; returns a handle that the other calls take."""

    def target(self, name: str, handle: str, number: int, size: int, now: datetime) -> PartTarget:
        """Where to put a part; its length is signed into the address, and the storage refuses any other."""

    def received(self, name: str, handle: str) -> list[ReceivedPart]:
        """The parts that are there, by number; FileNotFoundError when nothing was begun or it has ended."""

    def complete(self, name: str, handle: str, parts: Sequence[ReceivedPart]) -> None:
        """Make the parts the stored file `name`; FileNotFoundError when one is missing. Twice is fine."""

    def abort(self, name: str, handle: str) -> None:
        """Forget the parts; nothing to forget is fine."""

    def clear(self, *, before: datetime) -> int:
        """Forget what was begun before a moment and never completed; returns how many files that were."""
