"""Where the files of versions live: a folder appears whole or not at all, and is never changed."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from apps.library.storage.contract import (
    Incoming,
    PartTarget,
    ReceivedPart,
    Storage,
    StorageAway,
    StorageFull,
    StoredFolder,
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
    "full_is_clear",
    "storage",
]


def storage() -> Storage:
    """The storage of this installation."""
    return DiskStorage(Path(settings.MEDIA_ROOT))
