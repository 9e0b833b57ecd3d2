"""What a stage of the work made, kept by what it was made from, so that the next job on the same song need not do it
again.

Processes share it through the file system alone. Whoever makes or uses an entry holds a lock on it that the kernel lets
go of however the process ends, and an entry appears under its name whole, by one rename, or not at all.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from inference.disk import is_full

_CONTENTS = "contents.json"
"""Tells the files of an entry and their sizes; its time is when the entry was last used."""
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,30}")
_POLL_SECONDS = 0.1

Make = Callable[[Path], None]
Part = str | int | float | bool | None
"""A part of a key. A file is named by its digest (`digest_of`), and what works on it by name and version."""


class StageCache:
    """Folders of results under `folder`; together they hold about `most_bytes`, and the longest unused go first.

    What was handed out stays until this object is closed or its process ends. One thread may use it at a time; any
    number of processes may share the folder.
    """

    def __init__(self, folder: Path, most_bytes: int, *, clock: Callable[[], float] = time.time) -> None:
        """`clock` tells the time, in seconds, by which the longest unused are found."""
        self._entries, self._making, self._locks = (folder / name for name in ("entries", "making", "locks"))
        for path in (self._entries, self._making, self._locks):
            path.mkdir(parents=True, exist_ok=True)
        self._most_bytes = most_bytes
        self._clock = clock
        self._held: dict[str, _Lock] = {}

    def get_or_make(self, kind: str, *key_parts: Part, make: Make, waiting: Callable[[], None] = lambda: None) -> Path:
        """The folder with what `make` put into the empty one that it was given, now or before; it must not be changed.

        When another process is making the same, this waits for it and calls `waiting` about ten times a second, which
        may raise. Raises what `make` raises, after which nothing is kept; with a full disk `make` is called a second
        time when something unused could be let go. ValueError for a kind that is no short plain word.
        """
        name = _name(kind, key_parts)
        entry = self._entries / name
        held = self._held.pop(name, None)
        if held is not None:
            if _whole(entry):
                self._held[name] = held
                self._touch(entry)
                return entry
            held.release()
        while True:
            if (found := self._found(name, entry)) is not None:
                return found
            if self._made(name, entry, make):
                continue
            waiting()
            time.sleep(_POLL_SECONDS)

    def has(self, kind: str, *key_parts: Part) -> bool:
        """Whether it was made and is there just now."""
        return _whole(self._entries / _name(kind, key_parts))

    def close(self) -> None:
        """Let go of everything that was handed out."""
        while self._held:
            self._held.popitem()[1].release()
        self._let_go(self._most_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _found(self, name: str, entry: Path) -> Path | None:
        """The entry, held from now on; None when there is none, or nobody may look at it just now."""
        lock = _Lock.take(self._locks / name, shared=True)
        if lock is None:
            return None
        if _whole(entry):
            self._held[name] = lock
            self._touch(entry)
            return entry
        lock.release()
        return None

    def _made(self, name: str, entry: Path, make: Make) -> bool:
        """Whether this was the one to make the entry; False when another holds it."""
        lock = _Lock.take(self._locks / name, shared=False)
        if lock is None:
            return False
        try:
            if not _whole(entry):
                self._clear(name)
                self._let_go(self._most_bytes)
                self._make(name, entry, make)
        finally:
            lock.release()
        return True

    def _make(self, name: str, entry: Path, make: Make) -> None:
        try:
            self._fill(name, entry, make)
        except Exception as error:
            if not is_full(error) or not self._let_go(0):
                raise
            self._fill(name, entry, make)

    def _fill(self, name: str, entry: Path, make: Make) -> None:
        half = self._making / f"{name}.{secrets.token_hex(4)}"
        half.mkdir()
        try:
            make(half)
            sizes = {path.relative_to(half).as_posix(): path.stat().st_size for path in _files(half)}
            (half / _CONTENTS).write_text(json.dumps(sizes), encoding="utf-8")
            self._touch(half)
            half.rename(entry)
        except BaseException:
            shutil.rmtree(half, ignore_errors=True)
            raise

    def _clear(self, name: str) -> None:
        """Remove what is damaged under the name, and what ended processes left half-made; its lock is held."""
        for path in (self._entries / name, *self._making.glob(f"{name}.*")):
            self._remove(path)

    def _let_go(self, most_bytes: int) -> bool:
        """Remove the longest unused until the rest fits; what is in use stays. Whether anything went."""
        went = False
        for path in list(self._making.iterdir()):
            went |= self._removed_unless_held(path.name.partition(".")[0], path)
        known = sorted((_used_at(path), _bytes(path), path) for path in list(self._entries.iterdir()))
        total = sum(size for _, size, _ in known)
        for _, size, path in known:
            if total <= most_bytes:
                break
            if self._removed_unless_held(path.name, path):
                total -= size
                went = True
        return went

    def _removed_unless_held(self, name: str, path: Path) -> bool:
        lock = _Lock.take(self._locks / name, shared=False)
        if lock is None:
            return False
        try:
            self._remove(path)
            lock.forget()
        finally:
            lock.release()
        return True

    def _remove(self, path: Path) -> None:
        """Remove a folder; under its own name it is never seen without some of its files."""
        gone = path
        if path.parent == self._entries:
            gone = self._making / f"{path.name}.{secrets.token_hex(4)}"
            with contextlib.suppress(FileNotFoundError):
                path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def _touch(self, entry: Path) -> None:
        now = round(self._clock() * 1e9)
        os.utime(entry / _CONTENTS, ns=(now, now))


class _Lock:
    """A lock on a file, held; the kernel releases it when the process ends."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path, self._handle = path, handle

    @classmethod
    def take(cls, path: Path, *, shared: bool) -> _Lock | None:
        """None when another holds it in a way that this cannot be held beside."""
        while True:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return None
            with contextlib.suppress(FileNotFoundError):
                # Whoever held it before may have removed the file: then the name has another, or none.
                if os.path.samestat(os.fstat(handle), path.stat()):
                    return cls(path, handle)
            os.close(handle)

    def forget(self) -> None:
        """Remove the file, which only who holds the lock alone may do."""
        self._path.unlink(missing_ok=True)

    def release(self) -> None:
        os.close(self._handle)


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name(kind: str, key_parts: tuple[Part, ...]) -> str:
    if not _KIND.fullmatch(kind):
        raise ValueError(f"{kind!r} is no kind of entry")
    return f"{kind}-{hashlib.sha256(json.dumps(key_parts).encode()).hexdigest()[:40]}"


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _contents(entry: Path) -> dict[str, int] | None:
    try:
        sizes = json.loads((entry / _CONTENTS).read_bytes())
    except (OSError, ValueError):
        return None
    return sizes if isinstance(sizes, dict) else None


def _whole(entry: Path) -> bool:
    """Whether all its files are there as they were made: a machine may have lost power while they were written."""
    sizes = _contents(entry)
    if sizes is None:
        return False
    try:
        return all((entry / name).stat().st_size == size for name, size in sizes.items())
    except OSError:
        return False


def _bytes(entry: Path) -> int:
    return sum((_contents(entry) or {}).values())


def _used_at(entry: Path) -> float:
    """Seconds; 0 for what is no whole entry."""
    try:
        return (entry / _CONTENTS).stat().st_mtime
    except OSError:
        return 0.0
