"""Public pages: Discover, which is also the home page, and search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.common.genres import written
from apps.discover import selectors
from apps.discover.selectors import FeedPage, FeedTrack
from apps.library.keyset import CursorError
from apps.library.songs import Song

SUGGESTIONS = (
    "a slow waltz for a snowy evening",
    "bright synthwave for a night drive",
    "lo-fi beats with a sleepy piano",
    "a folk tune in D with fingerpicked guitar",
    "tense drum and bass at 174 BPM",
    "warm bossa nova for a late breakfast",
)
GENRE_SHELVES = 3
SHELF_SIZE = 12
SMALLEST_SHELF = 3
FEW = 6
"""Fewer results than this leave room for something else to hear."""
LONGEST_QUERY = 200
SORT_TITLES = {"newest": "Newest", "week": "Most played this week", "played": "Most played"}


@dataclass(frozen=True, slots=True)
class ShownShelf:
    """A row of covers; `href` leads to all of them."""

    id: str
    title: str
    songs: tuple[Song, ...]
    href: str


@dataclass(frozen=True, slots=True)
class SortLink:
    """A way to sort what is shown."""

    title: str
    href: str
    chosen: bool


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Shelves; or, narrowed by genre or mood or sorted, a grid. A bad cursor starts from the top."""
    now = timezone.now()
    facets = selectors.facets()
    genre, mood = (request.GET.get(name, "")[:40].replace("\0", "") for name in ("genre", "mood"))
    sort = request.GET.get("sort", "")
    sort = sort if sort in selectors.SORTS else ""
    context: dict[str, object] = {
        "suggestions": SUGGESTIONS,
        "genres": facets.genres,
        "moods": facets.moods,
        "chosen_genre": genre,
        "chosen_mood": mood,
        "chosen_sort": sort,
    }
    if not (genre or mood or sort):
        return render(request, "discover/home.html", context | {"shelves": _shelves(facets.genres, now)})
    try:
        cursor = request.GET.get("cursor", "")
        page = selectors.feed(genre=genre, mood=mood, sort=sort or "newest", cursor=cursor, now=now)
    except CursorError:
        return redirect("home")
    wanted = " ".join(written(word).lower() for word in (mood, genre) if word)
    context |= _results(request, page, empty_title=f"Nothing {wanted or 'played'} yet", prompt=f"{wanted} song".strip())
    context["sorts"] = _sorts(genre, mood, sort or "newest")
    return render(request, "discover/home.html", context)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Public tracks that match some words."""
    now = timezone.now()
    query = request.GET.get("q", "")[:LONGEST_QUERY].replace("\0", "").strip()
    facets = selectors.facets()
    try:
        page = selectors.search(query, cursor=request.GET.get("cursor", ""), now=now)
    except CursorError:
        return redirect(f"{reverse('search')}?{urlencode({'q': query})}")
    context: dict[str, object] = {"query": query, "genres": facets.genres, "moods": facets.moods}
    context |= _results(request, page, empty_title=f"No song for “{query}” yet", prompt=query)
    if len(page.tracks) < FEW:
        context["newest"] = tuple(map(_song, selectors.feed(size=SHELF_SIZE, now=now).tracks))
    return render(request, "discover/search.html", context)


def _shelves(genres: tuple[str, ...], now: datetime) -> list[ShownShelf]:
    """What is played most and what is new; then moods and genres, as far as they have enough to fill a row."""
    week = selectors.feed(sort="week", size=SHELF_SIZE, now=now)
    newest = selectors.feed(size=SHELF_SIZE, now=now)
    shelves = [
        _shelf("week", SORT_TITLES["week"], week.tracks, _narrowed(sort="week")),
        _shelf("new", "New", newest.tracks, _narrowed(sort="newest")),
    ]
    shelves.extend(
        _shelf(f"mood-{shelf.mood}", written(shelf.mood), shelf.tracks, _narrowed(mood=shelf.mood))
        for shelf in selectors.shelves(now)
    )
    for genre in genres[:GENRE_SHELVES]:
        found = selectors.feed(genre=genre, size=SHELF_SIZE, now=now)
        shelves.append(_shelf(f"genre-{genre}", written(genre), found.tracks, _narrowed(genre=genre)))
    return [shelf for shelf in shelves if len(shelf.songs) >= SMALLEST_SHELF or (shelf.id == "new" and shelf.songs)]


def _shelf(name: str, title: str, tracks: tuple[FeedTrack, ...], href: str) -> ShownShelf:
    return ShownShelf(name.replace(" ", "-"), title, tuple(map(_song, tracks)), href)


def _results(request: HttpRequest, page: FeedPage, *, empty_title: str, prompt: str) -> dict[str, object]:
    query = {name: value for name, value in request.GET.items() if value} | {"cursor": page.next_cursor}
    return {
        "songs": tuple(map(_song, page.tracks)),
        "grid": True,
        "more": f"{request.path}?{urlencode(query)}" if page.next_cursor else "",
        "empty_title": empty_title,
        "make_href": f"{reverse('studio')}?{urlencode({'prompt': prompt})}",
    }


def _sorts(genre: str, mood: str, chosen: str) -> tuple[SortLink, ...]:
    kept = {name: value for name, value in (("genre", genre), ("mood", mood)) if value}
    return tuple(SortLink(title, _narrowed(**kept, sort=name), name == chosen) for name, title in SORT_TITLES.items())


def _narrowed(**query: str) -> str:
    return f"{reverse('home')}?{urlencode(query)}"


def _song(track: FeedTrack) -> Song:
    return Song(
        track_id=track.id,
        version_id=track.version,
        title=track.title,
        creator=track.creator,
        genre=track.genre,
        mood=track.mood,
        seconds=track.seconds,
        href=reverse("track", args=[track.id]),
        cover=track.cover,
        cover_small=track.cover_small,
        plays=track.plays,
        prefix=track.prefix,
        expires_at=track.expires_at,
        gain_db=track.gain_db,
    )
