"""The pages of one's own voices: adding one, all of them, and each as it stands."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.members import members_only
from apps.accounts.models import User
from apps.accounts.selectors import owes_confirmation
from apps.common.throttles import too_many
from apps.voices.errors import Refusal
from apps.voices.models import RegisteredPerformer
from apps.voices.own_voices import Step, minutes_left, own_voices, recorded, songs_sung
from apps.voices.performers import registered_view
from apps.voices.registration_forms import SharingForm, TextsForm
from apps.voices.selectors import own_performer, performers_of
from apps.voices.sentences import STATEMENT
from apps.voices.services.performer_begin import performer_begin

MOST_SHOWN = 100
CHANCE = random.SystemRandom()
"""Where sentences come from."""
_WITH_MICROPHONE = settings.PERMISSIONS_POLICY.replace("microphone=()", "microphone=(self)")


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """What registering a voice means, and its name; a sentence is made up when it is sent."""
    user, now = user_of(request), timezone.now()
    form = TextsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if wait := too_many(request, "voices"):
            form.add_error(None, f"You are asking very fast. Wait {wait:.0f} seconds, then send it again.")
        else:
            try:
                begun = performer_begin(owner=user, **form.cleaned_data, chance=CHANCE, now=now)
            except (ValidationError, Refusal) as refused:
                add_refusal(form, refused)
            else:
                return redirect("voice-mine", begun.id)
    waiting = performers_of(user).filter(state=RegisteredPerformer.State.RECORDING, sentence_until__gt=now)
    context = {"form": form, "unfinished": waiting.first(), "unconfirmed": owes_confirmation(user)}
    return render(request, "voices/own/add.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """All of them, in whatever state."""
    shown = own_voices(list(performers_of(user_of(request))[:MOST_SHOWN]), now=timezone.now())
    return render(request, "voices/own/mine.html", {"voices": shown})


@login_required
@require_GET
def voice(request: HttpRequest, performer_id: UUID) -> HttpResponse:
    """One of them: being recorded, being checked, to be shared, or over."""
    return voice_page(request, own_voice(request, performer_id))


@members_only(lambda request: resolve_url("voices-mine"))
@require_GET
def now(request: HttpRequest, performer_id: UUID) -> HttpResponse:
    """The same as a part of the page, while it is checked."""
    return render(request, "voices/own/_voice.html", _context(request, own_voice(request, performer_id)))


def voice_page(
    request: HttpRequest, performer: RegisteredPerformer, *, status: int = 200, **forms_sent: forms.Form
) -> HttpResponse:
    """The page, with forms that were sent and refused in their places."""
    context = {**_context(request, performer), **forms_sent}
    answer = render(request, "voices/own/voice.html", context, status=status)
    if performer.state == RegisteredPerformer.State.RECORDING:
        # nowhere else on the site is there anything to record
        answer["Permissions-Policy"] = _WITH_MICROPHONE
    return answer


def add_refusal(form: forms.Form, refused: ValidationError | Refusal) -> None:
    """Say it at the form: by field where it names some."""
    form.add_error(None, refused if isinstance(refused, ValidationError) else str(refused))


def own_voice(request: HttpRequest, performer_id: UUID) -> RegisteredPerformer:
    """One of the reader's own; Http404 for anybody else's."""
    performer = own_performer(user_of(request), performer_id)
    if performer is None:
        raise Http404
    return performer


def user_of(request: HttpRequest) -> User:
    """The user behind a request that had to log in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _context(request: HttpRequest, performer: RegisteredPerformer) -> dict[str, Any]:
    at = timezone.now()
    context: dict[str, Any] = {"voice": own_voices([performer], now=at)[0], "performer": performer}
    match performer.state:
        case RegisteredPerformer.State.RECORDING:
            sent = recorded(performer)
            context |= {
                "recorded": sent,
                "step": _step(request.GET.get("step", ""), sent.next_step),
                "minutes_left": minutes_left(performer, now=at),
                "statement": STATEMENT,
            }
        case RegisteredPerformer.State.READY:
            texts = {"title": performer.title, "style": performer.style, "about": performer.about}
            context |= {
                "texts_form": TextsForm(initial=texts),
                "sharing_form": SharingForm.of(performer),
                "singer": registered_view(performer, user_of(request)),
                "songs": songs_sung(performer),
            }
        case RegisteredPerformer.State.REVOKED:
            context["songs"] = songs_sung(performer)
    return context


def _step(asked: str, following: Step) -> Step:
    """The step that the address asks for: one that was done, or the next one."""
    return Step(min(int(asked), following)) if asked in {"1", "2", "3"} else following
