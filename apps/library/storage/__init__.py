"""Where the files of versions live: a folder appears whole or not at all, and is never changed."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from apps.common.storage_address import S3Address, storage_address
from apps.library.storage.contract import (
    Incoming,
    PartTarget,
    ReceivedPart,
    Storage,
    StorageAway,
    StorageFull,
    StoredFolder,
    StoredObject,
)
from apps.library.storage.disk import DiskStorage
from apps.library.storage.disk_incoming import DiskIncoming
from apps.library.storage.durable import full_is_clear

__all__ = [
    "DiskIncoming",
    "DiskStorage",
    "Incoming",
    "PartTarget",
    "ReceivedPart",
    "Storage",
    "StorageAway",
    "StorageFull",
    "StoredFolder",
    "StoredObject",
    "full_is_clear",
    "storage",
    "storage_at",
]


def storage() -> Storage:
    """The storage of this installation: the bucket that STORAGE_URL names, else the files below MEDIA_ROOT."""
    return storage_at(storage_address(settings.STORAGE_URL))


def storage_at(address: S3Address | Path | None) -> Storage:
    """The storage at an address, wherever this installation's is."""
    if isinstance(address, S3Address):
        return _bucket(address, os.getpid())
    return DiskStorage(address or Path(settings.MEDIA_ROOT))


@lru_cache(maxsize=4)
def _bucket(address: S3Address, process: int) -> Storage:
    """One client for a whole process, and none shared with a forked one."""
    # only installations that have a bucket pay for the SDK
    from apps.library.storage.s3 import S3Storage

    return S3Storage(address)
