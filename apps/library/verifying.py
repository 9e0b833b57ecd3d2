"""Whether what is stored still is what was recorded."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from apps.library.models import Rendition, Version
from apps.library.paths import prefix_of
from apps.library.storage import storage

_BLOCK = 1 << 20
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Verified:
    """One file that was read, and what is wrong with it."""

    version: UUID
    path: str
    bytes: int
    """As recorded."""
    wrong: str
    """Empty when it is as it was stored."""


def verify(*, everything: bool = False, share: float = 1.0, seed: int = 0) -> Iterator[Verified]:
    """Read the masters, or all files, of every version, or of a random share of them, and compare them with the rows.

    Versions come by id, a few rows at a time; one that goes meanwhile is passed over. StorageAway.
    """
    dice = random.Random(seed)  # noqa: S311 - a sample, no secret
    for version in _versions():
        if share < 1.0 and dice.random() >= share:
            continue
        for file in _files(version.id, everything=everything):
            wrong = _wrong(version, file)
            if not wrong or Version.objects.filter(id=version.id).exists():
                yield Verified(version.id, file.path, file.bytes, wrong)


def _versions() -> Iterator[Version]:
    last: UUID | None = None
    while True:
        rows = Version.objects.order_by("id").only("id", "master_sha256")
        batch = list((rows.filter(id__gt=last) if last else rows)[:_BATCH])
        yield from batch
        if len(batch) < _BATCH:
            return
        last = batch[-1].id


def _files(version: UUID, *, everything: bool) -> QuerySet[Rendition]:
    files = Rendition.objects.filter(version=version).order_by("path")
    return files if everything else files.filter(role=Rendition.Role.MASTER)


def _wrong(version: Version, file: Rendition) -> str:
    if file.role == Rendition.Role.MASTER and file.sha256 != version.master_sha256:
        return "the rows name two hashes"
    digest, size = hashlib.sha256(), 0
    try:
        with storage().open(f"{prefix_of(version.id)}/{file.path}") as stored:
            while block := stored.read(_BLOCK):
                digest.update(block)
                size += len(block)
    except FileNotFoundError:
        return "missing"
    if size != file.bytes:
        return f"{size} bytes instead of {file.bytes}"
    return "" if digest.hexdigest() == file.sha256 else "another content"
