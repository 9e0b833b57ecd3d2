"""Uploads for operators, who look at them: services change them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.uploads.models import Upload


@admin.register(Upload)
class UploadAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """What came, and what became of it."""

    list_display = ("filename", "owner", "bytes", "container", "state", "refusal_type", "created_at", "finished_at")
    list_filter = ("state", "container", "refusal_type")
    search_fields = ("id", "filename", "owner__email", "sha256")
    list_select_related = ("owner",)
    exclude = ("handle",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor changes one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor deletes one."""
        return False
