"""What the scheduler has the library do: collect rubbish, and keep the edge's marks true."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.library.marks import marks_repair
from apps.library.services.library_collect import library_collect


@shared_task(name="library.collect")
def collect() -> None:
    """Empty old trash and remove files that belong to nothing."""
    library_collect(now=timezone.now())


@shared_task(name="library.marks")
def marks() -> None:
    """Make sure that nothing taken down plays."""
    marks_repair()
