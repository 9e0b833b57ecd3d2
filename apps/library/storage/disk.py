"""Files below one folder of this machine."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from apps.library.storage.contract import StoredFolder, StoredObject
from apps.library.storage.disk_incoming import DiskIncoming
from apps.library.storage.durable import full_is_clear, sync
from apps.library.storage.names import checked


class DiskStorage:
    """Files below one folder of this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._drafts = root / ".incoming"

    def put_folder(self, prefix: str, folder: Path) -> None:
        """See `Storage`. The folder is moved when it is on the same filesystem, else copied."""
        target = self._path(prefix)
        if target.exists():
            raise FileExistsError(f"{prefix} is stored already")
        draft = self._drafts / uuid.uuid4().hex
        with full_is_clear():
            self._place(folder, draft, target)

    def _place(self, folder: Path, draft: Path, target: Path) -> None:
        try:
            self._drafts.mkdir(parents=True, exist_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            _bring(folder, draft)
            sync(*draft.rglob("*"), draft)
            # a rename onto a folder with files in it fails, so of two writers one wins
            draft.rename(target)
            sync(target.parent)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            if error.errno in {errno.ENOTEMPTY, errno.EEXIST}:
                raise FileExistsError(f"{target.name} is stored already") from error
            raise

    def open(self, name: str) -> IO[bytes]:
        """See `Storage`."""
        return self._path(name).open("rb")

    def exists(self, name: str) -> bool:
        """See `Storage`."""
        return self._path(name).exists()

    def size(self, name: str) -> int:
        """See `Storage`."""
        return self._path(name).stat().st_size

    def local_path(self, name: str) -> Path | None:
        """See `Storage`."""
        return self._path(name)

    def delete_prefix(self, prefix: str) -> None:
        """See `Storage`. The folder vanishes at once; its files are removed after that."""
        target = self._path(prefix)
        self._drafts.mkdir(parents=True, exist_ok=True)
        grave = self._drafts / uuid.uuid4().hex
        try:
            target.rename(grave)
        except FileNotFoundError:
            return
        shutil.rmtree(grave, ignore_errors=True)

    def folders(self, prefix: str) -> Iterator[StoredFolder]:
        """See `Storage`."""
        folder = self._path(prefix)
        if not folder.is_dir():
            return
        for path in sorted(folder.iterdir()):
            if path.is_dir():
                changed = datetime.fromtimestamp(path.stat().st_ctime, UTC)
                yield StoredFolder(PurePosixPath(prefix, path.name).as_posix(), changed)

    def walk(self, prefix: str) -> Iterator[StoredObject]:
        """See `Storage`."""
        top = self._path(prefix)
        for folder, _, leaves in os.walk(top):
            for leaf in leaves:
                path = Path(folder, leaf)
                # what vanishes meanwhile was not there
                with suppress(FileNotFoundError):
                    yield StoredObject(path.relative_to(self._root).as_posix(), path.lstat().st_size)

    def mark(self, name: str) -> None:
        """See `Storage`."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        sync(path.parent)

    def unmark(self, name: str) -> None:
        """See `Storage`."""
        self._path(name).unlink(missing_ok=True)

    def fetch(self, name: str, target: Path) -> None:
        """See `Storage`."""
        draft = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        try:
            with full_is_clear():
                shutil.copyfile(self._path(name), draft)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    def delete(self, name: str) -> None:
        """See `Storage`."""
        self._path(name).unlink(missing_ok=True)

    @property
    def incoming(self) -> DiskIncoming:
        """See `Storage`."""
        return DiskIncoming(self._root / ".uploads", self._root)

    def clear_drafts(self, *, before: datetime) -> None:
        """Remove what writers that died left half-written before a moment."""
        for left in self.folders(".incoming"):
            if left.stored_at < before:
                shutil.rmtree(self._path(left.prefix), ignore_errors=True)

    def _path(self, name: str) -> Path:
        return self._root / checked(name)


def _bring(folder: Path, draft: Path) -> None:
    """Move `folder` to `draft`, or copy it where it lies on another filesystem."""
    try:
        folder.rename(draft)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        draft.mkdir()
        for path in sorted(folder.rglob("*")):
            copy = draft / path.relative_to(folder)
            if path.is_dir():
                copy.mkdir()
            else:
                shutil.copyfile(path, copy)
        shutil.rmtree(folder)
