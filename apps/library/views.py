"""Pages of the library: the owner's list and a track's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.models import User
from apps.library import selectors
from apps.library.facts import made_with, notes
from apps.library.hearing import measured, tried_again
from apps.library.keyset import CursorError
from apps.library.listeners import listener_of
from apps.library.models import Track, Version
from apps.library.offers import GROUPS, Offer, offers_for
from apps.library.publishing import refusal_of
from apps.library.services.track_trash import KEPT
from apps.library.sharing import share_of, site_of
from apps.library.songs import UPLOAD, Song, library_size, song_of, songs_of
from apps.library.stems import stage_for
from apps.library.sung import sung
from apps.library.tree_picture import tree_picture

SORTS = {"newest": "Newest first", "oldest": "Oldest first", "title": "By title"}
VISIBILITIES = {"": "All", "public": "Public", "unlisted": "Unlisted", "private": "Private"}
TRASH_SHOWN = 100
DEMOS = 6


@dataclass(frozen=True, slots=True)
class VisibilityChoice:
    """A choice of who may listen, as the menu shows it."""

    value: str
    title: str
    text: str
    icon: str


@dataclass(frozen=True, slots=True)
class Download:
    """A file on offer and its address."""

    offer: Offer
    href: str


VISIBILITY_CHOICES = (
    VisibilityChoice("private", "Private", "Only you", "lock"),
    VisibilityChoice("unlisted", "Unlisted", "Whoever has the link", "link"),
    VisibilityChoice("public", "Public", "Everyone, on Discover", "globe"),
)


@login_required
@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """The owner's tracks; a bad cursor starts from the top."""
    user = user_of(request)
    filters = _filters(request)
    try:
        page = selectors.tracks_of(user, filters, cursor=request.GET.get("cursor", ""))
    except CursorError:
        return redirect("library")
    now, token = timezone.now(), listener_of(request)
    trash = selectors.tracks_of(user, selectors.Filters(trashed=True), size=TRASH_SHOWN)
    facets = selectors.facets_of(user)
    total, sent = library_size(user)
    context: dict[str, Any] = {
        "songs": songs_of(page.rows, token, now),
        "more": _with(request, cursor=page.next_cursor) if page.next_cursor else "",
        "total": total,
        "narrowed": bool(filters.query or filters.visibility or filters.genre or filters.mood or filters.operation),
        "has_uploads": sent > 0 or bool(filters.operation),
        "filters": filters,
        "genres": [name for name, _ in facets["genre"][:8]],
        "sorts": SORTS.items(),
        "visibilities": VISIBILITIES.items(),
        "trash": [song_of(track, track.current_version, token, now) for track in trash.rows],
        "kept_days": KEPT.days,
    }
    if not context["total"]:
        heard = selectors.public_tracks().order_by("-published_at")[:DEMOS]
        context["demos"] = [song_of(track, track.current_version, token, now) for track in heard]
    return render(request, "library/library.html", context)


@require_GET
def track(request: HttpRequest, track_id: UUID) -> HttpResponse:
    """A track's page: whole for its owner, the current version for everybody else who may see it."""
    found = selectors.track_for(request.user, track_id)
    if found is None:
        raise Http404
    versions = selectors.versions_for(request.user, found)
    shown = _shown(found, versions, request.GET.get("version", ""))
    owned = selectors.may_change(request.user, found)
    # who sees what everybody sees needs no cookie
    token = "" if selectors.for_everybody(found, shown.id) and not owned else listener_of(request)
    now = timezone.now()
    context = {
        "track": found,
        "version": shown,
        "song": song_of(found, shown, token, now),
        "owned": owned,
        "others": _others(found, versions, shown, token),
        "tree": tree_picture(found, selectors.version_tree(found, versions), shown.id),
        "made_with": made_with(shown, next((each for each in versions if each.id == shown.parent_id), None)),
        "measured": measured(shown),
        "tried_again": tried_again(shown),
        "sung": sung(shown),
        "notes": notes(shown),
        "took_after": _took_after(request, shown),
        "request_key": uuid4(),
        "downloads": _downloads(request, found, shown),
        "stage": stage_for(request.user, shown),
        "visibilities": VISIBILITY_CHOICES,
        # who may not share it reads why
        "withheld": refusal_of(found) if owned and any(each.operation == UPLOAD for each in versions) else "",
        "share": share_of(found, site_of(request)),
    }
    return render(request, "library/track.html", context)


@require_GET
def words(request: HttpRequest, track_id: UUID) -> HttpResponse:
    """The words of one version in time, for a player that changed to it."""
    found = selectors.track_for(request.user, track_id)
    if found is None:
        raise Http404
    shown = _shown(found, selectors.versions_for(request.user, found), request.GET.get("version", ""))
    return render(request, "library/_words.html", {"version": shown, "sung": sung(shown)})


def _filters(request: HttpRequest) -> selectors.Filters:
    query, genre, mood, visibility, operation, sort = (
        request.GET.get(name, "")[:200].replace("\0", "").strip()
        for name in ("q", "genre", "mood", "visibility", "operation", "sort")
    )
    return selectors.Filters(
        query=query,
        genre=genre,
        mood=mood,
        visibility=visibility,
        operation=operation,
        sort=sort if sort in SORTS else "newest",
    )


def _shown(track: Track, versions: list[Version], asked: str) -> Version:
    """The version that the address asks for, else the current one."""
    wanted = uuid_of(asked) if asked else track.current_version_id
    for version in versions:
        if version.id == wanted:
            return version
    raise Http404


def _downloads(request: HttpRequest, track: Track, version: Version) -> list[tuple[str, list[Download]]]:
    """What may be taken away, by group; nothing for visitors, and of what plays for nobody."""
    if not isinstance(request.user, User) or not selectors.may_hear(request.user, track):
        return []
    address = reverse("api-version-download", args=[version.id])
    groups: dict[str, list[Download]] = {}
    for offer in offers_for(request.user, version):
        query = {"format": offer.format} | ({"name": offer.name} if offer.name else {})
        groups.setdefault(offer.group, []).append(Download(offer, f"{address}?{urlencode(query)}"))
    return [(title, groups[group]) for group, title in GROUPS.items() if group in groups]


def _took_after(request: HttpRequest, version: Version) -> Version | None:
    """The version of another track that this one takes after, where it is still there to see."""
    return selectors.version_for(request.user, version.reference) if version.reference is not None else None


def _others(track: Track, versions: list[Version], shown: Version, token: str) -> list[Song]:
    """What can be compared with the version shown: its parent first, then the newest."""
    now = timezone.now()
    rest = sorted(
        (version for version in versions if version.id != shown.id),
        key=lambda version: (version.id != shown.parent_id, -version.number),
    )
    return [song_of(track, version, token, now) for version in rest]


def user_of(request: HttpRequest) -> User:
    """The user behind a request that had to log in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def uuid_of(text: str) -> UUID:
    """An id as a form or an address sends it; 404 for anything else."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _with(request: HttpRequest, **values: str) -> str:
    """This address with other values in its query."""
    query = {name: value for name, value in request.GET.items() if value} | values
    return f"{request.path}?{urlencode(query)}"
