"""Files on their way in, kept part by part below one folder of this machine."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from apps.library.storage.contract import PartTarget, ReceivedPart
from apps.library.storage.durable import full_is_clear, sync
from apps.library.storage.names import checked
from apps.library.storage.part_signing import part_address

_ABOUT = "about.json"
_HANDLE = re.compile(r"[0-9a-f]{32}")
_COPY = 1 << 20


class DiskIncoming:
    """One folder a file, `{root}/{handle}/`: what was announced, and a file for each part that arrived whole."""

    def __init__(self, root: Path, media: Path) -> None:
        self._root = root
        self._media = media

    def begin(self, name: str, sizes: Sequence[int], media_type: str) -> str:
        """See `Incoming`."""
        if not sizes or min(sizes) < 1:
            raise ValueError("a part has one byte at least")
        checked(name)
        handle = uuid.uuid4().hex
        folder = self._root / handle
        with full_is_clear():
            folder.mkdir(parents=True)
            about = folder / _ABOUT
            about.write_text(json.dumps({"name": name, "sizes": list(sizes), "media_type": media_type}))
            sync(about, folder, self._root)
        return handle

    def target(self, name: str, handle: str, number: int, size: int, now: datetime) -> PartTarget:
        """See `Incoming`."""
        if not 1 <= number <= len(sizes := self._sizes(handle)) or sizes[number - 1] != size:
            raise ValueError(f"part {number} of {size} bytes was not announced")
        url, expires_at = part_address(handle, number, size, now)
        return PartTarget(number, url, {"Content-Type": "application/octet-stream"}, size, expires_at)

    def received(self, name: str, handle: str) -> list[ReceivedPart]:
        """See `Incoming`."""
        folder, found = self._folder(handle), []
        for number, size in enumerate(self._sizes(handle), start=1):
            try:
                facts = (folder / str(number)).stat()
            except FileNotFoundError:
                continue
            if facts.st_size == size:
                found.append(ReceivedPart(number, size, etag_of(facts)))
        return found

    def complete(self, name: str, handle: str, parts: Sequence[ReceivedPart]) -> None:
        """See `Incoming`."""
        folder, target = self._folder(handle), self._media / checked(name)
        draft = folder / f"whole-{uuid.uuid4().hex}"
        try:
            sizes = self._sizes(handle)
            if [part.number for part in parts] != list(range(1, len(sizes) + 1)):
                raise FileNotFoundError(f"parts of {name} are missing")
            with full_is_clear():
                self._join(folder, parts, draft)
                target.parent.mkdir(parents=True, exist_ok=True)
                draft.rename(target)
                sync(target.parent)
        except FileNotFoundError:
            # another call may have completed it while this one was joining
            if folder.exists() or not target.is_file():
                draft.unlink(missing_ok=True)
                raise
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        shutil.rmtree(folder, ignore_errors=True)

    def abort(self, name: str, handle: str) -> None:
        """See `Incoming`."""
        shutil.rmtree(self._folder(handle), ignore_errors=True)

    def clear(self, *, before: datetime) -> int:
        """See `Incoming`."""
        cleared = 0
        for folder in self._root.iterdir() if self._root.is_dir() else ():
            about = folder / _ABOUT
            try:
                begun = (about if about.exists() else folder).stat().st_mtime
            except FileNotFoundError:
                continue
            if datetime.fromtimestamp(begun, UTC) < before:
                shutil.rmtree(folder, ignore_errors=True)
                cleared += 1
        return cleared

    def draft(self, handle: str) -> IO[bytes]:
        """A new file for a part that is arriving; FileNotFoundError when nothing is expected under this handle."""
        return (self._folder(handle) / f"part-{uuid.uuid4().hex}").open("xb")

    def keep(self, draft: IO[bytes], handle: str, number: int) -> str:
        """Make a written draft the part, durably and in place of an earlier one; returns its etag."""
        draft.flush()
        os.fsync(draft.fileno())
        facts = os.fstat(draft.fileno())
        folder = self._folder(handle)
        Path(draft.name).rename(folder / str(number))
        sync(folder)
        return etag_of(facts)

    @staticmethod
    def discard(draft: IO[bytes]) -> None:
        """Close a draft and remove it, unless it was kept."""
        with contextlib.suppress(OSError):
            draft.close()
        Path(draft.name).unlink(missing_ok=True)

    def _join(self, folder: Path, parts: Sequence[ReceivedPart], draft: Path) -> None:
        with draft.open("xb") as whole:
            for part in parts:
                with (folder / str(part.number)).open("rb") as file:
                    if etag_of(os.fstat(file.fileno())) != part.etag:
                        raise FileNotFoundError(f"part {part.number} was sent again")
                    shutil.copyfileobj(file, whole, _COPY)
            whole.flush()
            os.fsync(whole.fileno())

    def _sizes(self, handle: str) -> list[int]:
        sizes: list[int] = json.loads((self._folder(handle) / _ABOUT).read_text())["sizes"]
        return sizes

    def _folder(self, handle: str) -> Path:
        if not _HANDLE.fullmatch(handle):
            raise FileNotFoundError(f"{handle!r} is no handle")
        return self._root / handle


def etag_of(facts: os.stat_result) -> str:
    """Names the content of a part: another when it is sent again."""
    return f"{facts.st_mtime_ns:x}-{facts.st_size:x}"
