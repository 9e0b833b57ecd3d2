"""What the library shows: tracks, versions and how to play them, with the right to see each decided here alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from apps.accounts.models import User
from apps.library.keyset import Order, Page, page
from apps.library.models import Rendition, Track, Version
from apps.library.paths import COVER, COVER_SMALL, HLS, MP3, PEAKS
from apps.library.search import query_of
from apps.library.signing import Prefix, private_prefix, public_prefix

Listener = User | AnonymousUser

TARGET_LUFS = -14.0
"""What playback gain brings every version to."""
MOST_GAIN_DB = 6.0
HIGHEST_PEAK_DBTP = -1.0
"""Where gain brings peaks at most."""
PAGE = 30

SORTS: dict[str, Order] = {
    "newest": Order(("-created_at", "-id")),
    "oldest": Order(("created_at", "id")),
    "title": Order(("lower_title", "id")),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What of a library to show; empty fields filter nothing."""

    query: str = ""
    genre: str = ""
    mood: str = ""
    visibility: str = ""
    operation: str = ""
    sort: str = "newest"
    trashed: bool = False


@dataclass(frozen=True, slots=True)
class VersionNode:
    """A version's place in the drawing of its track's tree: `depth` columns in, `row` rows down."""

    version: Version
    parent: UUID | None
    depth: int
    row: int
    current: bool


@dataclass(frozen=True, slots=True)
class Playback:
    """How to play a version until `expires_at`."""

    hls: str
    mp3: str | None
    peaks: str
    cover: str
    cover_small: str
    expires_at: datetime
    gain_db: float
    seconds: float


def _tracks() -> QuerySet[Track]:
    return Track.objects.filter(purged_at=None).select_related("owner", "current_version", "played").defer("search")


def tracks_of(owner: User, filters: Filters, *, cursor: str = "", size: int = PAGE) -> Page[Track]:
    """A page of the owner's tracks with their current versions, in one query. CursorError for a bad cursor."""
    found = _tracks().filter(owner=owner, trashed_at__isnull=not filters.trashed)
    found = found.annotate(lower_title=Lower("title")) if filters.sort == "title" else found
    for name in ("genre", "mood", "visibility"):
        value = getattr(filters, name)
        if value:
            found = found.filter(**{name: value})
    if filters.operation:
        found = found.filter(current_version__operation=filters.operation)
    if filters.query.strip():
        found = found.filter(search=query_of(filters.query))
    return page(found, SORTS.get(filters.sort, SORTS["newest"]), cursor=cursor, size=size)


def facets_of(owner: User) -> dict[str, list[tuple[str, int]]]:
    """The genres and moods in the owner's library and how many tracks have each, most first; two queries."""
    kept = Track.objects.filter(owner=owner, trashed_at=None, purged_at=None)
    facets = {}
    for name in ("genre", "mood"):
        counted = kept.exclude(**{name: ""}).values_list(name).annotate(count=Count("id")).order_by("-count", name)
        facets[name] = list(counted[:24])
    return facets


def may_see(listener: Listener, track: Track) -> bool:
    """Whether the track's page exists for this listener. Operators see everything, to judge reports."""
    if track.purged_at is not None:
        return False
    if listener.is_authenticated and (track.owner_id == listener.pk or listener.is_staff):
        return True
    return track.visibility != Track.Visibility.PRIVATE and track.trashed_at is None and track.taken_down_at is None


def may_hear(listener: Listener, track: Track) -> bool:
    """Whether the track plays for this listener: taken down, it plays for nobody."""
    return track.taken_down_at is None and may_see(listener, track)


def may_change(listener: Listener, track: Track) -> bool:
    """Whether this listener is the owner."""
    return listener.is_authenticated and track.owner_id == listener.pk


def track_for(listener: Listener, track_id: UUID) -> Track | None:
    """The track, or None when there is none for this listener; one query."""
    track = _tracks().filter(id=track_id).first()
    return track if track is not None and may_see(listener, track) else None


def own_track(owner: Listener, track_id: UUID) -> Track | None:
    """The owner's track, wherever it is, or None."""
    track = track_for(owner, track_id)
    return track if track is not None and may_change(owner, track) else None


def sees_all_versions(listener: Listener, track: Track) -> bool:
    """Whether the whole tree is shown; to everybody else a track is its current version."""
    return may_change(listener, track) or (listener.is_authenticated and listener.is_staff)


def version_for(listener: Listener, version_id: UUID) -> Version | None:
    """The version with its track and owner, or None when there is none for this listener; one query."""
    found = Version.objects.select_related("track__owner").filter(id=version_id).first()
    if found is None or not may_see(listener, found.track):
        return None
    if found.id != found.track.current_version_id and not sees_all_versions(listener, found.track):
        return None
    return found


def versions_for(listener: Listener, track: Track) -> list[Version]:
    """The versions this listener may see, in the order they were made, with their files; two queries."""
    files = Prefetch("renditions", Rendition.objects.order_by("path"))
    versions = track.versions.order_by("number").prefetch_related(files)
    if not sees_all_versions(listener, track):
        return [version for version in versions if version.id == track.current_version_id]
    return list(versions)


def version_tree(track: Track, versions: list[Version]) -> list[VersionNode]:
    """The versions laid out for drawing, a parent always before its children.

    A first child continues its parent's row, each other one opens a row below.
    """
    children: dict[UUID | None, list[Version]] = defaultdict(list)
    shown = {version.id for version in versions}
    for version in versions:
        children[version.parent_id if version.parent_id in shown else None].append(version)
    placed: list[VersionNode] = []
    rows = 0
    # depth first with a stack of our own: a long line of variations is no reason to overflow
    stack = [(version, 0, False) for version in reversed(children[None])]
    while stack:
        version, depth, same_row = stack.pop()
        if not same_row:
            rows += 1
        current = version.id == track.current_version_id
        placed.append(VersionNode(version, version.parent_id, depth, rows - 1, current))
        below = children[version.id]
        stack.extend((child, depth + 1, False) for child in reversed(below[1:]))
        stack.extend((child, depth + 1, True) for child in below[:1])
    return placed


def for_everybody(track: Track, version_id: UUID) -> bool:
    """Whether the version has everybody's prefix: the current one of a track in public."""
    return track.in_public and version_id == track.current_version_id


def prefix_for(track: Track, version_id: UUID, token: str, now: datetime) -> Prefix:
    """The signed prefix this listener fetches a version's files below; the caller checked that they may hear it.

    Unless it is everybody's, it is bound to `token`, their cookie.
    """
    if for_everybody(track, version_id):
        return public_prefix(version_id, now)
    return private_prefix(version_id, token, now)


def gain_of(version: Version) -> float:
    """What brings the version to `TARGET_LUFS`, in dB: it is raised only as far as its peaks leave room for."""
    if version.loudness_lufs is None:
        return 0.0
    peak = version.true_peak_dbtp if version.true_peak_dbtp is not None else 0.0
    return round(min(TARGET_LUFS - version.loudness_lufs, MOST_GAIN_DB, max(0.0, HIGHEST_PEAK_DBTP - peak)), 2)


def playback_for(version: Version, token: str, now: datetime) -> Playback:
    """How the listener with cookie `token` plays the version; the caller checked that they may hear it."""
    prefix = prefix_for(version.track, version.id, token, now)
    return Playback(
        hls=prefix.of(HLS),
        mp3=prefix.of(MP3),
        peaks=prefix.of(PEAKS),
        cover=prefix.of(COVER),
        cover_small=prefix.of(COVER_SMALL),
        expires_at=prefix.expires_at,
        gain_db=gain_of(version),
        seconds=version.seconds,
    )


def public_tracks() -> QuerySet[Track]:
    """Every track that everybody may find, with what a list shows of it."""
    return _tracks().filter(
        Q(visibility=Track.Visibility.PUBLIC), trashed_at=None, taken_down_at=None, current_version__isnull=False
    )
