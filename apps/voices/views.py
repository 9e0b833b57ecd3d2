"""The pages of performers: who can sing, and each of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.models import User
from apps.library.keyset import CursorError, page
from apps.library.listeners import listener_of
from apps.library.songs import song_of
from apps.voices.catalogue import REGISTERS, WHOSE, Wanted, catalogue, styles
from apps.voices.performers import PerformerView, built_in_views, registered_view
from apps.voices.selectors import Choice, Listener, choice_for
from apps.voices.songs import NEWEST, singable_tracks

SONGS = 8
NOT_HERE = "This voice is not here for you: its owner keeps it private or took it back, or the address is mistyped."


@require_GET
def voices(request: HttpRequest) -> HttpResponse:
    """Everybody that the asker may sing with; a bad cursor starts from the top."""
    wanted = wanted_of(request)
    try:
        found = catalogue(request.user, wanted, cursor=request.GET.get("cursor", ""))
    except CursorError:
        return redirect("voices")
    asked = {"whose": wanted.whose, "register": wanted.register, "q": wanted.words, "cursor": found.next_cursor}
    context: dict[str, Any] = {
        "performers": found.performers,
        "more": f"{request.path}?{urlencode({k: v for k, v in asked.items() if v})}" if found.next_cursor else "",
        "wanted": wanted,
        "whose": [item for item in WHOSE.items() if request.user.is_authenticated or item[0] not in {"mine", "shared"}],
        "registers": REGISTERS.items(),
        "styles": styles(),
    }
    return render(request, "voices/voices.html", context)


@require_GET
def performer(request: HttpRequest, performer: str) -> HttpResponse:
    """One performer, and the asker's newest songs to sing; a plain sentence when it is not theirs to see."""
    choice = choice_for(request.user, performer)
    if choice is None:
        return refused(request, NOT_HERE, status=404)
    context: dict[str, Any] = {"performer": view_of(choice, request.user), "songs": [], "more": False}
    if isinstance(request.user, User):
        now, token = timezone.now(), listener_of(request)
        found = page(singable_tracks(request.user), NEWEST, cursor="", size=SONGS)
        context |= {
            "songs": [song_of(track, track.current_version, token, now) for track in found.rows],
            "more": bool(found.next_cursor),
        }
    return render(request, "voices/performer.html", context)


def refused(request: HttpRequest, why: str, *, status: int) -> HttpResponse:
    """The page that says in a sentence why there is nothing to do here."""
    return render(request, "voices/refused.html", {"why": why}, status=status)


def view_of(choice: Choice, listener: Listener) -> PerformerView:
    """How the performer of a choice is shown."""
    if choice.registered is not None:
        return registered_view(choice.registered, listener)
    return next(each for each in built_in_views() if each.id == choice.built_in)


def wanted_of(request: HttpRequest) -> Wanted:
    """What the address narrows the list to; what makes no sense narrows nothing."""
    whose, register = request.GET.get("whose", ""), request.GET.get("register", "")
    return Wanted(
        whose=whose if whose in WHOSE else "",
        register=register if register in REGISTERS else "",
        words=request.GET.get("q", "")[:60].replace("\0", "").strip(),
    )
