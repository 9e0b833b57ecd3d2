"""Whether the edge may serve a version, by its marks."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from apps.library.paths import denied_mark, withdrawn_mark
from apps.library.storage import Storage


class Standing(StrEnum):
    """What the marks say of a version."""

    SERVED = "served"
    WITHDRAWN = "withdrawn"
    """Was public and is not now: listeners keep their own addresses, everybody's is refused."""
    DENIED = "denied"


def standing_of(version: UUID, files: Storage) -> Standing:
    """What the marks in the storage say now."""
    if files.exists(denied_mark(version)):
        return Standing.DENIED
    return Standing.WITHDRAWN if files.exists(withdrawn_mark(version)) else Standing.SERVED
