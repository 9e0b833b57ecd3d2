"""A version's files as a folder of this machine, for programs that read files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from apps.library.models import Rendition, Version
from apps.library.paths import prefix_of
from apps.library.storage import storage


def version_folder(version: Version, roles: Collection[Rendition.Role], target: Path) -> Path:
    """The folder with the version's files of these roles, for reading only.

    It is the storage's own where that lies on this machine; else the files are copied to `target`. FileNotFoundError
    when one is not stored, StorageAway, StorageFull when there is no room for the copies.
    """
    files, prefix = storage(), prefix_of(version.id)
    here = files.local_path(prefix)
    if here is not None:
        return here
    for path in version.renditions.filter(role__in=roles).values_list("path", flat=True):
        copy = target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        files.fetch(f"{prefix}/{path}", copy)
    return target
