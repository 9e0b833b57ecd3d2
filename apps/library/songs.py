"""How pages show a track: one value for cards, rows, the player and the track's own page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse

from apps.accounts.models import User
from apps.library.models import Track, Version
from apps.library.paths import COVER, COVER_SMALL
from apps.library.selectors import gain_of, prefix_for

UPLOAD = "upload"
"""The operation of a version that is a file its owner sent."""
_TITLES = {"generate": "Generated", UPLOAD: "Uploaded"}


@dataclass(frozen=True, slots=True)
class Song:
    """What a list and the player know of a track; `version_id` is None while it has nothing to hear."""

    track_id: UUID
    version_id: UUID | None
    title: str
    creator: str
    genre: str
    mood: str
    seconds: float
    href: str
    cover: str
    cover_small: str
    visibility: str = Track.Visibility.PUBLIC
    created_at: datetime | None = None
    trashed_at: datetime | None = None
    versions: int = 1
    label: str = ""
    """As "v2 · Variation", where versions of one track stand side by side."""
    plays: int = 0
    """Where lists show them: among public songs."""
    prefix: str = ""
    """The signed address that the version's files lie below until `expires_at`; a player with it need not ask."""
    expires_at: datetime | None = None
    gain_db: float = 0.0


def song_of(track: Track, version: Version | None, token: str, now: datetime, *, versions: int = 1) -> Song:
    """The track with this version of it, for the listener with cookie `token`, who may see both."""
    href = reverse("track", args=[track.id])
    if version is not None and version.id != track.current_version_id:
        href = f"{href}?version={version.id}"
    prefix = prefix_for(track, version.id, token, now) if version is not None else None
    return Song(
        track_id=track.id,
        version_id=version.id if version is not None else None,
        title=track.title,
        creator=str(track.owner),
        genre=track.genre,
        mood=track.mood,
        seconds=version.seconds if version is not None else 0.0,
        href=href,
        cover=prefix.of(COVER) if prefix is not None else "",
        cover_small=prefix.of(COVER_SMALL) if prefix is not None else "",
        visibility=track.visibility,
        created_at=track.created_at,
        trashed_at=track.trashed_at,
        versions=versions,
        label=f"v{version.number} · {operation_title(version.operation)}" if version is not None else "",
        prefix=prefix.of("") if prefix is not None else "",
        expires_at=prefix.expires_at if prefix is not None else None,
        gain_db=gain_of(version) if version is not None else 0.0,
    )


def songs_of(tracks: Iterable[Track], token: str, now: datetime) -> list[Song]:
    """The owner's tracks with their current versions; one query, for how many versions each has."""
    listed = list(tracks)
    counted = Version.objects.filter(track__in=[track.id for track in listed]).order_by().values_list("track")
    counts = dict(counted.annotate(count=Count("id")))
    return [song_of(track, track.current_version, token, now, versions=counts.get(track.id, 0)) for track in listed]


def library_size(owner: User) -> tuple[int, int]:
    """How many tracks the owner keeps outside the trash, and how many of them sound as they were sent; one query."""
    kept = Track.objects.filter(owner=owner, trashed_at=None, purged_at=None)
    sizes = kept.aggregate(all=Count("id"), sent=Count("id", filter=Q(current_version__operation=UPLOAD)))
    return sizes["all"], sizes["sent"]


def operation_title(operation: str) -> str:
    """An operation as people read it."""
    return _TITLES.get(operation) or operation.replace("_", " ").capitalize()
