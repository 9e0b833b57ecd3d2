"""What the scheduler has the library do: collect rubbish, keep the edge's marks true, and count plays."""

from __future__ import annotations

import redis
import structlog
from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from apps.library.marks import marks_repair
from apps.library.services.library_collect import library_collect
from apps.library.services.plays_fold import BATCH, plays_fold

MOST_BATCHES = 100
"""Then the next turn goes on, so that the worker's thread is somebody else's for a moment."""

log = structlog.get_logger(__name__)


@shared_task(name="library.collect")
def collect() -> None:
    """Empty old trash and remove files that belong to nothing."""
    library_collect(now=timezone.now())


@shared_task(name="library.marks")
def marks() -> None:
    """Make sure that nothing taken down plays."""
    marks_repair()


@shared_task(name="library.plays")
def plays() -> None:
    """Count the plays that wait. What fails is tried again at the next turn, seconds later: nothing is lost by it."""
    try:
        for _ in range(MOST_BATCHES):
            folded = plays_fold(now=timezone.now())
            if folded is None or folded.entries < BATCH:
                return
    except (redis.RedisError, OperationalError) as error:
        log.warning("plays_wait", error=str(error))
