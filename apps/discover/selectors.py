"""The public side's reads: a feed, newest or most played first, by genre and mood, and search; pages are cached."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.contrib.postgres.search import SearchRank
from django.core.cache import cache
from django.db.models import Count, F, FloatField, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, Round

from apps.library.feed_generation import feed_generation
from apps.library.keyset import Order, Page, page
from apps.library.models import Track
from apps.library.paths import COVER, COVER_SMALL
from apps.library.search import query_of, words_of
from apps.library.selectors import gain_of, public_tracks
from apps.library.signing import public_prefix

PAGE = 24
CACHED_SECONDS = 60
SHELVES = 6

SORTS: dict[str, Order] = {
    "newest": Order(("-published_at", "-id")),
    "week": Order(("-played_week", "-id")),
    "played": Order(("-played_ever", "-id")),
}
"""Newest; most played in the last seven days; most played ever. What was never played is not among the last two."""

_NEWEST = SORTS["newest"]
_BEST = Order(("-score", "-id"))
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class FeedTrack:
    """What a list shows of a public track; covers are signed for everybody."""

    id: UUID
    version: UUID
    title: str
    creator: str
    genre: str
    mood: str
    seconds: float
    instrumental: bool
    published_at: datetime
    cover: str
    cover_small: str
    plays: int
    prefix: str
    """The signed address that the version's files lie below until `expires_at`."""
    expires_at: datetime
    gain_db: float


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Some public tracks and the cursor of the next ones; empty at the end."""

    tracks: tuple[FeedTrack, ...]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """A row of tracks that share a mood."""

    mood: str
    tracks: tuple[FeedTrack, ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """The genres and moods that the feed has, most tracks first."""

    genres: tuple[str, ...]
    moods: tuple[str, ...]


def feed(
    *, genre: str = "", mood: str = "", sort: str = "newest", cursor: str = "", size: int = PAGE, now: datetime
) -> FeedPage:
    """Public tracks in one of the `SORTS`; one query, none when cached. CursorError for a bad cursor.

    Plays that are counted while somebody turns pages may show a track twice or not at all.
    """

    def read() -> FeedPage:
        found = _sortable(sort)
        if genre:
            found = found.filter(genre=genre)
        if mood:
            found = found.filter(mood=mood)
        return _shown(page(found, SORTS[sort], cursor=cursor, size=size), now)

    return _cached(("feed", genre, mood, sort, cursor, str(size)), read)


def search(text: str, *, cursor: str = "", size: int = PAGE, now: datetime) -> FeedPage:
    """Public tracks that have all the words in title, genre, mood, creator or prompt, best first; one query.

    No words find nothing. CursorError for a bad cursor.
    """
    words = words_of(text)
    if not words:
        return FeedPage((), "")

    def read() -> FeedPage:
        query = query_of(text)
        rank = SearchRank(F("search"), query)
        # whole numbers, because a cursor must meet the same value again
        score = Cast(Round(Cast(rank, FloatField()) * Value(1_000_000.0)), IntegerField())
        found = public_tracks().filter(search=query).annotate(score=score)
        return _shown(page(found, _BEST, cursor=cursor, size=size), now)

    return _cached(("search", *words, cursor, str(size)), read)


def facets() -> Facets:
    """The genres and moods to choose from; two queries, none when cached."""

    def read() -> Facets:
        return Facets(_names("genre"), _names("mood"))

    return _cached(("facets",), read)


def shelves(now: datetime, *, size: int = 8) -> tuple[Shelf, ...]:
    """A shelf for each of the commonest moods; a fixed number of queries, none when cached."""

    def read() -> tuple[Shelf, ...]:
        found = []
        for mood in _names("mood")[:SHELVES]:
            rows = page(public_tracks().filter(mood=mood), _NEWEST, cursor="", size=size)
            found.append(Shelf(mood, _shown(rows, now).tracks))
        return tuple(found)

    return _cached(("shelves", str(size)), read)


def _sortable(sort: str) -> QuerySet[Track]:
    """Public tracks with what the sort looks at."""
    match sort:
        case "week":
            return public_tracks().filter(played__week__gt=0).annotate(played_week=F("played__week"))
        case "played":
            return public_tracks().filter(played__plays__gt=0).annotate(played_ever=F("played__plays"))
        case _:
            return public_tracks()


def _names(column: str) -> tuple[str, ...]:
    counted = public_tracks().exclude(**{column: ""}).order_by().values_list(column).annotate(count=Count("id"))
    return tuple(name for name, _ in counted.order_by("-count", column)[:24])


def _shown(found: Page[Track], now: datetime) -> FeedPage:
    return FeedPage(tuple(_feed_track(track, now) for track in found.rows), found.next_cursor)


def _feed_track(track: Track, now: datetime) -> FeedTrack:
    version = track.current_version
    if version is None or track.published_at is None:
        raise ValueError(f"track {track.id} is not in public")
    prefix = public_prefix(version.id, now)
    return FeedTrack(
        id=track.id,
        version=version.id,
        title=track.title,
        creator=str(track.owner),
        genre=track.genre,
        mood=track.mood,
        seconds=version.seconds,
        instrumental=version.instrumental,
        published_at=track.published_at,
        cover=prefix.of(COVER),
        cover_small=prefix.of(COVER_SMALL),
        plays=track.plays,
        prefix=prefix.of(""),
        expires_at=prefix.expires_at,
        gain_db=gain_of(version),
    )


def _cached(parts: tuple[str, ...], read: Callable[[], _T]) -> _T:
    """What `read` gives, kept for a minute unless the feed changes; without a cache it is read every time."""
    generation = feed_generation()
    if generation is None:
        return read()
    name = hashlib.sha256(json.dumps([generation, *parts]).encode()).hexdigest()
    key = f"discover:3:{name}"
    found: _T | None = cache.get(key)
    if found is None:
        found = read()
        cache.set(key, found, CACHED_SECONDS)
    return found
