"""What the scheduler has the voices do: remove what nobody needs any more."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.voices.protected.services import likeness_sweep
from apps.voices.services.voices_sweep import voices_sweep


@shared_task(name="voices.sweep")
def sweep() -> None:
    """Remove previews whose time is over, and files that belong to nothing; have songs listened to."""
    voices_sweep(now=timezone.now())
    likeness_sweep(now=timezone.now())
