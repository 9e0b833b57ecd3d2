"""Operators protect voices here, and decide about songs that sound like one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from apps.accounts.models import User
from apps.voices.protected.models import MOST_RECORDING_BYTES, REASON_LENGTH, Likeness, ProtectedVoice
from apps.voices.protected.services import likeness_decide, protected_add, protected_learn_again, protected_remove


class _ForOperators(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Rows that operators see and act on, and that nobody deletes."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Operators see it."""
        return bool(request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Operators see it."""
        return bool(request.user.is_staff)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The actions need it; every field is read only."""
        return bool(request.user.is_staff)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was on the list, and what was decided, stays to be seen."""
        return False


class ProtectForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A voice and a recording of it."""

    recording = forms.FileField(
        help_text="Ten seconds to ten minutes of the voice alone, spoken or sung: WAV, FLAC or MP3."
    )

    class Meta:
        model = ProtectedVoice
        fields = ("title", "note")

    def clean_recording(self) -> Any:
        """Small enough to be kept."""
        recording = self.cleaned_data["recording"]
        if recording.size > MOST_RECORDING_BYTES:
            raise ValidationError(f"A recording has at most {MOST_RECORDING_BYTES // 1024**2} MB.")
        return recording


@admin.register(ProtectedVoice)
class ProtectedVoiceAdmin(_ForOperators):
    """The list: a voice is added with a recording, and stays on it until it is removed."""

    list_display = ("title", "state", "note", "added_by", "created_at", "removed_by", "removed_at")
    list_filter = ("state",)
    search_fields = ("title", "note")
    list_select_related = ("added_by", "removed_by")
    actions = ("learn_again", "remove")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Operators add."""
        return bool(request.user.is_staff)

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """A recording is asked for once."""
        return super().get_form(request, obj, *args, **kwargs) if obj else ProtectForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All but the numbers."""
        if obj is None:
            return ["title", "note", "recording"]
        return [field.name for field in ProtectedVoice._meta.fields if field.name != "points"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Everything, once it is there."""
        return self.get_fields(request, obj) if obj else []

    def save_model(
        self, request: HttpRequest, obj: ProtectedVoice, form: ModelForm[Any], *args: Any, **kwargs: Any
    ) -> None:
        """By the service, which stores the recording."""
        if not obj._state.adding:
            return
        data, base = form.cleaned_data, Path(settings.SCRATCH)
        base.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=base) as scratch:
            (folder := Path(scratch) / "recording").mkdir()
            voice = protected_add(
                operator=_operator(request),
                title=data["title"],
                note=data["note"],
                recording=data["recording"],
                scratch=folder,
                now=timezone.now(),
            )
        obj.pk = voice.pk
        obj._state.adding = False

    @admin.action(description="Learn again, by the measures workers have today")
    def learn_again(self, request: HttpRequest, queryset: QuerySet[ProtectedVoice]) -> None:
        """After weights were installed."""
        for voice in queryset:
            protected_learn_again(voice=voice, operator=_operator(request), now=timezone.now())

    @admin.action(description="Remove from the list")
    def remove(self, request: HttpRequest, queryset: QuerySet[ProtectedVoice]) -> None:
        """Not protected any more."""
        for voice in queryset:
            protected_remove(voice=voice, operator=_operator(request), now=timezone.now())


class DecisionForm(ActionForm):
    """What a decision asks besides its name."""

    reason = forms.CharField(required=False, max_length=REASON_LENGTH, label="Reason, for the owner:")


@admin.register(Likeness)
class LikenessAdmin(_ForOperators):
    """Songs that were listened to; those that are flagged wait for a decision."""

    list_display = (
        "track",
        "owner",
        "state",
        "voice",
        "similarity",
        "measure",
        "flagged_at",
        "decided_by",
        "decided_at",
    )
    list_filter = ("state",)
    search_fields = ("version__id", "version__track__title", "version__track__owner__email")
    list_select_related = ("version__track__owner", "voice", "decided_by")
    ordering = ("-flagged_at",)
    actions = ("allow", "refuse")
    action_form = DecisionForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Workers add."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them: decisions are actions."""
        return [field.name for field in Likeness._meta.fields]

    @admin.display(description="Song")
    def track(self, likeness: Likeness) -> str:
        """With the way to its page, to listen to it."""
        track = likeness.version.track
        return format_html('<a href="{}">{}</a>', reverse("track", args=[track.id]), track.title)

    @admin.display(description="Owner")
    def owner(self, likeness: Likeness) -> str:
        """Who sent it."""
        return likeness.version.track.owner.email

    @admin.action(description="Allow: it may be shared")
    def allow(self, request: HttpRequest, queryset: QuerySet[Likeness]) -> None:
        """Somebody looked, and it is all right."""
        self._decide(request, queryset, allow=True)

    @admin.action(description="Refuse: it stays private")
    def refuse(self, request: HttpRequest, queryset: QuerySet[Likeness]) -> None:
        """Somebody looked, and it is not."""
        self._decide(request, queryset, allow=False)

    def _decide(self, request: HttpRequest, queryset: QuerySet[Likeness], *, allow: bool) -> None:
        reason, now = request.POST.get("reason", ""), timezone.now()
        try:
            for likeness in queryset:
                likeness_decide(
                    version_id=likeness.version_id, operator=_operator(request), allow=allow, reason=reason, now=now
                )
        except ValidationError as error:
            messages.error(request, error.messages[0])


def _operator(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # the admin lets nobody else in
    return user
