"""The library for operators: look at tracks and versions, take down and put back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import User
from apps.library.models import Track, Version
from apps.library.services.track_take_down import REASON_LENGTH, track_put_back, track_take_down


class TakeDownForm(ActionForm):
    """What an action asks besides its name."""

    reason = forms.CharField(required=False, max_length=REASON_LENGTH, label="Reason, for the owner:")


class _ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """Nothing is added, changed or deleted by hand: services do that."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """No."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False


@admin.register(Track)
class TrackAdmin(_ReadOnly):
    """Tracks; a take-down needs its reason, which the owner reads."""

    list_display = ("title", "owner", "visibility", "genre", "mood", "created_at", "trashed_at", "taken_down_at")
    list_filter = ("visibility", "genre", "mood")
    search_fields = ("id", "title", "owner__email", "owner__name")
    list_select_related = ("owner",)
    exclude = ("search",)
    actions = ("take_down", "put_back")
    action_form = TakeDownForm

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The actions need it; every field is read only."""
        return bool(request.user.is_staff)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in Track._meta.fields if field.name != "search"]

    @admin.action(description="Take down")
    def take_down(self, request: HttpRequest, queryset: QuerySet[Track]) -> None:
        """Stop them from being heard."""
        try:
            for track in queryset:
                reason = request.POST.get("reason", "")
                track_take_down(track=track, operator=_operator(request), reason=reason, now=timezone.now())
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return
        messages.success(request, f"Taken down: {', '.join(track.title for track in queryset)}.")

    @admin.action(description="Put back")
    def put_back(self, request: HttpRequest, queryset: QuerySet[Track]) -> None:
        """Let them be heard again."""
        for track in queryset:
            track_put_back(track=track, operator=_operator(request))
        messages.success(request, f"Put back: {', '.join(track.title for track in queryset)}.")


def _operator(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # the admin lets nobody else in
    return user


@admin.register(Version)
class VersionAdmin(_ReadOnly):
    """Versions, which nobody can change."""

    list_display = ("id", "track", "number", "operation", "engine", "seconds", "created_at")
    list_filter = ("engine", "operation")
    search_fields = ("id", "track__title", "prompt")
    list_select_related = ("track",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor by hand."""
        return False
