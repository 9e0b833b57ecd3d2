"""What Celery carries: wakes and the sweeper's schedule."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.jobs.services.holds_sweep import holds_sweep
from apps.jobs.services.jobs_sweep import jobs_sweep
from apps.jobs.services.wake import WAKE, pass_on
from apps.jobs.worker import station


@shared_task(name=WAKE)
def wake(capability: str, hops: int = 0) -> None:
    """Somebody says that `capability` has work: fill a free place, or let another worker know."""
    here = station()
    if here is not None and not here.slots.wake(capability):
        pass_on(capability, hops=hops)


@shared_task(name="jobs.sweep")
def sweep() -> None:
    """Put right what was lost."""
    jobs_sweep()


@shared_task(name="jobs.sweep_holds")
def sweep_holds() -> None:
    """Give credits back that are held for nothing."""
    holds_sweep(now=timezone.now())
