"""What the scheduler has the uploads do: give up what nobody goes on with."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.uploads.services.uploads_sweep import uploads_sweep


@shared_task(name="uploads.sweep")
def sweep() -> None:
    """End uploads whose time is over and remove what they left."""
    uploads_sweep(now=timezone.now())
