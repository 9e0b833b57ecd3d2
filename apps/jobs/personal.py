"""What jobs know of a user, for exports; the rows go with the user, and a worker that runs one loses its lease."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from apps.accounts.models import User
from apps.accounts.registry import register_export
from apps.jobs.models import Job

_TOLD = (
    "id",
    "group",
    "kind",
    "engine",
    "status",
    "queued_at",
    "started_at",
    "finished_at",
    "cancel_requested_at",
    "error",
    "result",
)


def register() -> None:
    """Add the section."""
    register_export("jobs", _jobs)


def _jobs(user: User) -> Iterator[Mapping[str, Any]]:
    yield from Job.objects.filter(owner=user).order_by("id").values(*_TOLD).iterator()
