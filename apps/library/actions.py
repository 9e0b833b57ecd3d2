"""What an owner does with tracks on their pages: each answers with the page it was done on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from apps.accounts.members import members_only
from apps.library import selectors
from apps.library.listeners import listener_of
from apps.library.models import Track, Version
from apps.library.services.track_change import track_rename, track_set_current
from apps.library.services.track_publish import track_publish
from apps.library.services.track_trash import KEPT, track_restore, track_trash
from apps.library.songs import song_of
from apps.library.views import VISIBILITY_CHOICES, user_of, uuid_of

MOST_SELECTED = 200


def _page_of(request: HttpRequest) -> str:
    """The page that an action stood on."""
    page = urlsplit(request.headers.get("Referer", ""))
    return page.path if page.netloc == request.get_host() else reverse("library")


@members_only(_page_of)
@require_POST
def selected(request: HttpRequest) -> HttpResponse:
    """Change the visibility of several tracks at once, or put them into the trash."""
    user, action = user_of(request), request.POST.get("action", "")
    act = _SELECTED.get(action)
    if act is None:
        raise Http404
    done, refused = 0, ""
    for identity in request.POST.getlist("track")[:MOST_SELECTED]:
        track = selectors.own_track(user, uuid_of(identity))
        if track is None:
            continue
        try:
            act(track)
            done += 1
        except ValidationError as error:
            refused = error.messages[0]
    if done:
        songs = "1 song" if done == 1 else f"{done} songs"
        messages.success(request, f"{songs} moved to the trash." if action == "trash" else f"{songs} now {action}.")
    if refused:
        messages.error(request, refused)
    return redirect(_next(request, reverse("library")))


@members_only(_page_of)
@require_POST
def rename(request: HttpRequest, track_id: UUID) -> HttpResponse:
    """Give a track another title; answers the title alone when htmx asks for it."""
    track = _own(request, track_id)
    typed, error = request.POST.get("title", ""), ""
    try:
        track = track_rename(track=track, title=typed)
    except ValidationError as invalid:
        error = invalid.messages[0]
    if not request.headers.get("HX-Request") or request.headers.get("HX-Boosted"):
        if error:
            messages.error(request, error)
        return redirect("track", track.id)
    song = song_of(track, track.current_version, listener_of(request), timezone.now())
    context = {"song": song, "owned": True, "title_error": error, "title_typed": typed if error else ""}
    return render(request, "library/_title.html", context, status=422 if error else 200)


@members_only(_page_of)
@require_POST
def visibility(request: HttpRequest, track_id: UUID) -> HttpResponse:
    """Decide who may listen."""
    track, wanted = _own(request, track_id), request.POST.get("visibility", "")
    try:
        track_publish(track=track, visibility=wanted, now=timezone.now())
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _PUBLISHED[wanted])
    return redirect("track", track.id)


@members_only(_page_of)
@require_POST
def current(request: HttpRequest, track_id: UUID) -> HttpResponse:
    """Choose the version that listeners hear."""
    track = _own(request, track_id)
    version = get_object_or_404(Version, id=uuid_of(request.POST.get("version", "")), track=track)
    try:
        track_set_current(track=track, version=version)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, f"People now hear version {version.number}.")
    return redirect("track", track.id)


@members_only(_page_of)
@require_POST
def trash(request: HttpRequest, track_id: UUID) -> HttpResponse:
    """Put a track into the trash."""
    track = track_trash(track=_own(request, track_id), now=timezone.now())
    messages.success(request, f"“{track.title}” is in the trash for {KEPT.days} days. You can restore it below.")
    return redirect("library")


@members_only(_page_of)
@require_POST
def restore(request: HttpRequest, track_id: UUID) -> HttpResponse:
    """Take a track out of the trash."""
    track = track_restore(track=_own(request, track_id))
    messages.success(request, f"“{track.title}” is back.")
    return redirect(_next(request, reverse("library")))


_PUBLISHED = {
    "private": "Only you can hear it now.",
    "unlisted": "Whoever has the link can hear it now.",
    "public": "It is public: everyone finds it on Discover.",
}
_SELECTED: dict[str, Callable[[Track], Any]] = {
    **{
        choice.value: lambda track, value=choice.value: track_publish(  # type: ignore[misc]
            track=track, visibility=value, now=timezone.now()
        )
        for choice in VISIBILITY_CHOICES
    },
    "trash": lambda track: track_trash(track=track, now=timezone.now()),
}


def _own(request: HttpRequest, track_id: UUID) -> Track:
    track = selectors.own_track(request.user, track_id)
    if track is None:
        raise Http404
    return track


def _next(request: HttpRequest, otherwise: str) -> str:
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else otherwise
