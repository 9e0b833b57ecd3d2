"""The pages on which a song gets another voice, or none: choose the song, choose how, see what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.members import members_only
from apps.accounts.models import User
from apps.common.throttles import too_many
from apps.jobs.services.admission import Busy
from apps.library.keyset import CursorError, page
from apps.library.listeners import listener_of
from apps.library.models import Version
from apps.library.songs import song_of, songs_of
from apps.voices.catalogue import beside_a_song
from apps.voices.errors import Refusal, Unfit
from apps.voices.lines import lines_of, recent_swaps
from apps.voices.models import Swap
from apps.voices.performers import PerformerView
from apps.voices.selectors import choice_for
from apps.voices.services.swap_request import (
    PREVIEW_SECONDS,
    KeyReused,
    preview_start,
    source_of,
    swap_quote,
    swap_request,
)
from apps.voices.songs import NEWEST, PAGE, singable_tracks
from apps.voices.swap_forms import HANDLINGS, METHODS, KaraokeForm, SwapForm, fresh_key
from apps.voices.views import refused, view_of
from apps.wallets.errors import NotEnough, Owes
from apps.wallets.spending import spending_of


@dataclass(frozen=True, slots=True)
class _Page:
    """What the pages of a swap and of a karaoke version do alike."""

    template: str
    address: str
    form: type[SwapForm | KaraokeForm]
    kind: str
    """What is paid for."""


_SWAP = _Page("voices/swap.html", "swap", SwapForm, Swap.Kind.SWAP)
_KARAOKE = _Page("voices/karaoke.html", "karaoke-make", KaraokeForm, Swap.Kind.KARAOKE)


def _here(request: HttpRequest) -> str:
    return request.get_full_path()


@members_only(_here)
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """The asker's songs, to choose the one to sing; a bad cursor starts from the top."""
    user = user_of(request)
    try:
        found = page(singable_tracks(user), NEWEST, cursor=request.GET.get("cursor", ""), size=PAGE)
    except CursorError:
        return redirect("swap-choose")
    singer = _singer(user, request.GET.get("performer", ""))
    kept = {"performer": singer.id} if singer is not None else {}
    context = {
        "songs": songs_of(found.rows, listener_of(request), timezone.now()),
        "more": f"{request.path}?{urlencode({**kept, 'cursor': found.next_cursor})}" if found.next_cursor else "",
        "singer": singer,
        "query": f"?{urlencode(kept)}" if kept else "",
    }
    return render(request, "voices/choose.html", context)


@members_only(_here)
@require_http_methods(["GET", "POST"])
def swap(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Another voice for a version: performers, a preview, the price, and what was asked for."""
    return _answer(request, version_id, _SWAP, _swap_context)


@members_only(_here)
@require_http_methods(["GET", "POST"])
def karaoke(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """A version without its vocals."""
    return _answer(request, version_id, _KARAOKE, _karaoke_context)


def _answer(
    request: HttpRequest,
    version_id: UUID,
    shown: _Page,
    context_of: Callable[[HttpRequest, Version], dict[str, Any]],
) -> HttpResponse:
    user = user_of(request)
    try:
        version = source_of(user, version_id)
    except Unfit as unfit:
        return refused(request, str(unfit), status=404 if unfit.type == "no-such-version" else 409)
    sent = _send(request, version, shown) if request.method == "POST" else {}
    if sent and request.headers.get("HX-Request"):
        context = {**_send_context(user, version, shown), **sent}
        return _with_balance(render(request, "voices/_send.html", context, status=sent["status"]))
    if sent and sent["status"] == 200:
        return redirect(reverse(shown.address, args=[version.id]))
    now, token = timezone.now(), listener_of(request)
    recent = recent_swaps(user, version, shown.form.kinds, now=now)
    context = {
        "version": version,
        "song": song_of(version.track, version, token, now),
        "lines": lines_of(recent, token=token, now=now),
        **context_of(request, version),
        **_send_context(user, version, shown),
        **sent,
    }
    return render(request, shown.template, context, status=sent.get("status", 200))


def _send(request: HttpRequest, version: Version, shown: _Page) -> dict[str, Any]:
    """Ask for what the form says, and what the page has to show of that."""
    user, now = user_of(request), timezone.now()
    form = shown.form(request.POST)
    refusals = [] if form.is_valid() else form.said
    if not refusals and (wait := too_many(request, "generate")):
        refusals = [f"You are asking very fast. Wait {wait:.0f} seconds, then send it again."]
    unpaid = False
    if not refusals:
        try:
            made, _ = swap_request(
                owner=user, asked=form.asked(version.id), key=form.cleaned_data["request_key"], now=now
            )
        except KeyReused:
            refusals = ["This was already sent with other content. Send it again."]
        except (Refusal, Busy) as error:
            refusals = [str(error)]
        except (NotEnough, Owes):
            # the price beside the button says what is missing and where to get it
            unpaid = True
        else:
            return {"status": 200, "new": lines_of([made], token=listener_of(request), now=now)}
    return {"status": 422, "refusals": refusals, "unpaid": unpaid}


def _send_context(user: User, version: Version, shown: _Page) -> dict[str, Any]:
    price = swap_quote(shown.kind, version, now=timezone.now())
    assert price is not None  # only previews are free
    return {
        "kind": shown.kind,
        "request_key": fresh_key(),
        "quote": price,
        "spending": spending_of(user, price.credits, now=timezone.now()),
        "back": reverse(shown.address, args=[version.id]),
        "refusals": [],
    }


def _swap_context(request: HttpRequest, version: Version) -> dict[str, Any]:
    asked = request.POST if request.method == "POST" else request.GET
    user = user_of(request)
    singer = _singer(user, asked.get("performer", ""))
    handling = asked.get("handling", "")
    return {
        "performers": beside_a_song(user, singer),
        "chosen": singer.id if singer is not None else "",
        "handlings": HANDLINGS,
        "handling": handling if handling in Swap.Handling.values else Swap.Handling.OCTAVE,
        "start": preview_start(version),
        "latest_start": max(0.0, version.seconds - PREVIEW_SECONDS),
        "preview_seconds": min(PREVIEW_SECONDS, version.seconds),
    }


def _karaoke_context(request: HttpRequest, version: Version) -> dict[str, Any]:
    return {"methods": METHODS, "method": request.POST.get("method", "")}


def _singer(user: User, performer: str) -> PerformerView | None:
    """The performer that an address or a form names, if this person may sing with it."""
    choice = choice_for(user, performer) if performer else None
    return view_of(choice, user) if choice is not None else None


def _with_balance(answer: HttpResponse) -> HttpResponse:
    """The same answer, which has the page ask for the balance again."""
    answer["HX-Trigger"] = "credits-changed"
    return answer


def user_of(request: HttpRequest) -> User:
    """The user behind a request that had to log in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
