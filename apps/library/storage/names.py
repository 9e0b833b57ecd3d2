"""What may be a name in a storage."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousFileOperation


def checked(name: str) -> str:
    """The name as storages write it; SuspiciousFileOperation when it would lead out of one."""
    pure = PurePosixPath(name)
    if not name or pure.is_absolute() or ".." in pure.parts or not pure.parts or "\0" in name:
        raise SuspiciousFileOperation(f"{name!r} is no name of a stored file")
    return pure.as_posix()
