"""Registered voices and swaps for operators, who look at them: services change them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.voices.models import RegisteredPerformer, Swap
from apps.voices.protected import admin as protected  # noqa: F401 - registers its models


class _Looked(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor changes one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor deletes one."""
        return False


@admin.register(RegisteredPerformer)
class RegisteredPerformerAdmin(_Looked):
    """Whose voice it is, and what was agreed to."""

    list_display = ("title", "owner", "state", "visibility", "consented_at", "revoked_at", "similarity")
    list_filter = ("state", "visibility", "refusal_type")
    search_fields = ("id", "title", "owner__email")
    list_select_related = ("owner",)


@admin.register(Swap)
class SwapAdmin(_Looked):
    """What was asked for, and what became of it."""

    list_display = ("id", "owner", "kind", "state", "performer_title", "poor", "credits", "waived_at", "created_at")
    list_filter = ("kind", "state", "poor", "method")
    search_fields = ("id", "owner__email", "performer_title")
    list_select_related = ("owner",)
