"""What people do with voices of their own: each answers with the voice's page."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_POST

from apps.accounts.members import members_only
from apps.common.throttles import too_many
from apps.jobs.models import Job
from apps.jobs.services.job_cancel import job_cancel
from apps.library.storage import StorageAway, StorageFull
from apps.voices.errors import Refusal
from apps.voices.models import RegisteredPerformer
from apps.voices.registration_forms import SharingForm, TextsForm
from apps.voices.registration_views import CHANCE, add_refusal, own_voice, voice_page
from apps.voices.services.performer_begin import performer_begin_again
from apps.voices.services.performer_register import KIND, performer_register
from apps.voices.services.performer_revoke import performer_revoke
from apps.voices.services.performer_share import performer_change, performer_share
from apps.voices.services.recording_begin import recording_forget

_AWAY = "The storage does not answer right now. Nothing is lost; try again in a moment."


def _mine(request: HttpRequest) -> str:
    return resolve_url("voices-mine")


@members_only(_mine)
@require_POST
def sentence(request: HttpRequest, performer_id: UUID) -> HttpResponse:
    """Another sentence; what was recorded goes."""
    performer = own_voice(request, performer_id)
    if wait := too_many(request, "voices"):
        messages.error(request, f"You are asking very fast. Wait {wait:.0f} seconds.")
        return redirect("voice-mine", performer.id)
    try:
        performer_begin_again(performer=performer, chance=CHANCE, now=timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused))
    return redirect("voice-mine", performer.id)


@members_only(_mine)
@require_POST
@transaction.atomic
def forget(request: HttpRequest, performer_id: UUID) -> HttpResponse:
    """Take a recording away again; one that is gone already is no trouble."""
    performer = own_voice(request, performer_id)
    try:
        wanted = UUID(request.POST.get("recording", ""))
    except ValueError:
        raise Http404 from None
    recording = next((each for each in performer.recordings.all() if each.id == wanted), None)
    if recording is not None and performer.state == RegisteredPerformer.State.RECORDING:
        recording_forget(recording)
    return redirect("voice-mine", performer.id)


@members_only(_mine)
@require_POST
def agree(request: HttpRequest, performer_id: UUID) -> HttpResponse:
    """Agree to the statement, and have the recordings checked."""
    performer = own_voice(request, performer_id)
    try:
        performer_register(performer=performer, agreed=request.POST.get("agreed") == "yes", now=timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused))
    except (StorageAway, StorageFull):
        messages.error(request, _AWAY)
    return redirect("voice-mine", performer.id)


@members_only(_mine)
@require_POST
def stop(request: HttpRequest, performer_id: UUID) -> HttpResponse:
    """Stop the check."""
    performer = own_voice(request, performer_id)
    for job in Job.objects.filter(group=performer.id, kind=KIND, finished_at=None):
        job_cancel(job=job, now=timezone.now())
    return redirect("voice-mine", performer.id)


@members_only(_mine)
@require_POST
def change(request: HttpRequest, performer_id: UUID) -> HttpResponse:
    """Its name and what is said of it."""
    performer, form = own_voice(request, performer_id), TextsForm(request.POST)
    if form.is_valid():
        try:
            performer_change(performer=performer, **form.cleaned_data)
        except (ValidationError, Refusal) as refused:
            add_refusal(form, refused)
        else:
            return _done(request, performer, "Saved.")
    return _again(request, performer, texts_form=form)


@members_only(_mine)
@require_POST
def share(request: HttpRequest, performer_id: UUID) -> HttpResponse:
    """Who may sing with it."""
    performer, form = own_voice(request, performer_id), SharingForm(request.POST)
    if form.is_valid():
        visibility, emails = form.cleaned_data["visibility"], form.emails()
        if visibility == RegisteredPerformer.Visibility.SHARED and not emails:
            form.add_error("shared_with", "Name at least one person, by the e-mail address of their account.")
        else:
            try:
                performer_share(performer=performer, visibility=visibility, emails=emails)
            except (ValidationError, Refusal) as refused:
                add_refusal(form, refused)
            else:
                return _done(request, performer, _SHARED[visibility])
    return _again(request, performer, sharing_form=form)


@members_only(_mine)
@require_POST
def revoke(request: HttpRequest, performer_id: UUID) -> HttpResponse:
    """Take the consent back."""
    performer = performer_revoke(performer=own_voice(request, performer_id), now=timezone.now())
    return _done(request, performer, f"“{performer.title}” is revoked. Nobody can sing with it any more.")


_SHARED = {
    "private": "Only you can sing with it now.",
    "shared": "The people you named can sing with it now.",
    "public": "Everybody can sing with it now.",
}


def _done(request: HttpRequest, performer: RegisteredPerformer, says: str) -> HttpResponse:
    messages.success(request, says)
    return redirect("voice-mine", performer.id)


def _again(request: HttpRequest, performer: RegisteredPerformer, **form: forms.Form) -> HttpResponse:
    """The page with what was typed; a voice that was revoked meanwhile has no forms any more."""
    if performer.state != RegisteredPerformer.State.READY:
        messages.error(request, "This voice cannot be changed any more.")
        return redirect("voice-mine", performer.id)
    return voice_page(request, own_voice(request, performer.id), status=422, **form)
