"""How much room the library takes up, by what the rows say and by what the storage holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Sum

from apps.library.models import Rendition
from apps.library.storage import storage


@dataclass(frozen=True, slots=True)
class Usage:
    """Files and bytes of one kind, person or folder."""

    of: str
    files: int
    bytes: int


def usage_by_kind() -> list[Usage]:
    """What each kind of file takes up, the most first."""
    rows = Rendition.objects.values("role").annotate(files=Count("id"), room=Sum("bytes")).order_by("-room")
    return [Usage(row["role"], row["files"], row["room"]) for row in rows]


def usage_by_user(most: int) -> Iterator[Usage]:
    """What the files of each person take up, the most first, `most` people at most."""
    owner = "version__track__owner__email"
    rows = Rendition.objects.values(owner).annotate(files=Count("id"), room=Sum("bytes")).order_by("-room", owner)
    for row in rows[:most]:
        yield Usage(row[owner], row["files"], row["room"])


def usage_of_storage(folders: tuple[str, ...]) -> Iterator[Usage]:
    """What the storage holds below each of these folders, whoever it belongs to."""
    for folder in folders:
        files = room = 0
        for stored in storage().walk(folder):
            files += 1
            room += stored.bytes
        yield Usage(folder, files, room)
