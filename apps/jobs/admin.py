"""Jobs in the admin, to look at: changes go through the services."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from apps.jobs.models import Job, Worker


class _ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # the class takes no argument at run time
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(_ReadOnly):
    """Every job with its attempts and errors."""

    list_display = ("id", "kind", "engine", "status", "owner", "attempt", "worker", "queued_at", "finished_at")
    list_filter = ("status", "kind", "capability", "engine", "paid")
    list_select_related = ("owner",)
    search_fields = ("id", "group", "owner__email")
    show_full_result_count = False


@admin.register(Worker)
class WorkerAdmin(_ReadOnly):
    """Workers that are alive."""

    list_display = ("name", "capabilities", "slots", "started_at", "seen_at")
