"""What Celery carries for accounts: the hourly tidying."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.accounts.services import tidy


@shared_task(name="accounts.tidy")
def tidy_up() -> None:
    """Throw away what has run out."""
    tidy.tidy(now=timezone.now())
