"""How a folder becomes visible at once where only single objects do, and how one writer keeps others out.

A folder's files are put under the names they will have; each says in its metadata which folder and which writer it is
of. Readers take such a file for missing until there is a marker, `.whole/{folder}/marker`, that names the same writer:
one object, which appears at once, is the folder's beginning. (Whoever reads the bucket past this module, as a cache in
front of it may, can only ask for names of versions, and a version is told to nobody before its folder is whole.)

Before anything else a writer leaves a claim, `.claims/{folder}/{writer}`, and goes on only when a listing shows it
alone: of two at once, the one whose claim came second sees the other's. The one with the smaller name waits, the other
gives way. That needs listings that show what was just written, and no conditional requests, which not every service
has. Removing claims too, so a writer and a remover cannot leave a part. A claim that stays is the trace of one that
died, and leads to everything it left.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from apps.library.storage.contract import StorageAway
from apps.library.storage.s3_bucket import Bucket

_WHOLE, _CLAIMS, _MARKER = ".whole", ".claims", "marker"
_WAIT = 30.0
"""Seconds that a claim waits for one that came before it."""
_KNOWN = 10_000


class S3Folders:
    """The markers and claims of a bucket."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._known: dict[tuple[str, str], None] = {}

    def whole(self, folder: str, writer: str) -> bool:
        """Whether this writer's folder is there for readers; what once is stays so until its files are removed."""
        if (folder, writer) in self._known:
            return True
        if self.writer(folder) != writer:
            return False
        if len(self._known) >= _KNOWN:
            self._known.clear()
        self._known[folder, writer] = None
        return True

    def writer(self, folder: str) -> str | None:
        """Whose files the folder consists of; None when there is no such folder."""
        try:
            writer: str = self._bucket.head(_marker(folder))["Metadata"]["writer"]
        except FileNotFoundError:
            return None
        return writer

    def any_below(self, prefix: str) -> bool:
        """Whether `prefix` is a whole folder, or has one below it."""
        return self._bucket.first(f"{_WHOLE}/{prefix}/") is not None

    def below(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """The whole folders right below `prefix`, each with a slash at the end, in order, and when they appeared."""
        for marker in self._bucket.list(f"{_WHOLE}/{prefix}/"):
            folder = marker.key.removeprefix(f"{_WHOLE}/").removesuffix(_MARKER)
            if folder.count("/") == prefix.count("/") + 2:
                yield folder, marker.changed

    def remove(self, folder: str) -> None:
        """Hide the folder, and what is below it, from readers, then remove the files."""
        self._bucket.delete(_marker(folder))
        self._bucket.remove_below(f"{_WHOLE}/{folder}/")
        self._bucket.remove_below(f"{folder}/")

    @contextmanager
    def storing(self, folder: str) -> Iterator[str]:
        """Keep other writers out, give the name to write under, and show the folder to readers when the body is done.

        FileExistsError when the folder is there, or another was first. When the body fails what it left is removed;
        where that fails, too, the claim stays and leads to it.
        """
        writer = uuid.uuid4().hex
        self._bucket.put_empty(_claim(folder, writer))
        try:
            self._wait_alone(folder, writer)
            if self.writer(folder) is not None:
                raise FileExistsError(f"{folder} is stored already")
        except BaseException:
            self._release(folder, writer)
            raise
        try:
            # a writer that died may have left files here
            self._bucket.remove_below(f"{folder}/")
            yield writer
            self._bucket.put_empty(_marker(folder), writer=writer)
            if self._claims(folder) != [writer]:
                raise FileExistsError(f"{folder} was removed while it was stored")
        except BaseException:
            self.remove(folder)
            self._bucket.delete(_claim(folder, writer))
            raise
        self._release(folder, writer)

    @contextmanager
    def removing(self, folder: str) -> Iterator[None]:
        """Leave a claim while a folder is removed, so that another can finish."""
        claim = _claim(folder, uuid.uuid4().hex)
        self._bucket.put_empty(claim)
        yield
        self._bucket.delete(claim)

    def clear(self, before: datetime) -> None:
        """Remove what was left by those whose claims are older than a moment."""
        for claim in self._bucket.list(f"{_CLAIMS}/"):
            if claim.changed < before:
                folder = claim.key.removeprefix(f"{_CLAIMS}/").rpartition("/")[0]
                if self.writer(folder) is None:
                    self.remove(folder)
                self._bucket.delete(claim.key)

    def _release(self, folder: str, writer: str) -> None:
        """Remove a claim that leads to nothing; one that cannot be removed now is cleared later."""
        with suppress(StorageAway):
            self._bucket.delete(_claim(folder, writer))

    def _claims(self, folder: str) -> list[str]:
        listed = self._bucket.list(f"{_CLAIMS}/{folder}/")
        names = (claim.key.removeprefix(f"{_CLAIMS}/{folder}/") for claim in listed)
        return [name for name in names if "/" not in name]

    def _wait_alone(self, folder: str, writer: str) -> None:
        until = time.monotonic() + _WAIT
        while (claims := self._claims(folder)) != [writer]:
            if min(claims, default=writer) < writer:
                raise FileExistsError(f"{folder} is being stored by another")
            if time.monotonic() > until:
                raise StorageAway(f"{folder} is claimed by another.")
            time.sleep(0.1)


def _marker(folder: str) -> str:
    return f"{_WHOLE}/{folder}/{_MARKER}"


def _claim(folder: str, writer: str) -> str:
    return f"{_CLAIMS}/{folder}/{writer}"
