"""Puts right what was lost: jobs of dead workers, retries that fell due, wakes that never arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from apps.jobs.handlers import Failure
from apps.jobs.models import Job, Worker
from apps.jobs.selectors import claimable_capabilities, served_capabilities
from apps.jobs.services.job_end import fail_attempt_locked
from apps.jobs.services.notify import job_changed
from apps.jobs.services.wake import wake

WORKER_LOST = Failure("worker_lost", "The machine that worked on this stopped.")
_AT_ONCE = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many jobs of dead workers, how many due retries, wakes for how many capabilities."""

    expired: int
    due: int
    wakes: int


def jobs_sweep(*, now: datetime | None = None) -> Swept:
    """Sweep once, at the database's time unless told; several sweepers at once do no harm."""
    at = now or _database_time()
    expired = Job.objects.filter(status=Job.Status.RUNNING, lease_until__lt=at)
    due = Job.objects.filter(status=Job.Status.QUEUED, due_at__lte=at)
    swept_expired = _each(expired.values_list("pk", flat=True)[:_AT_ONCE], lambda pk: _expire(pk, at))
    swept_due = _each(due.order_by("due_at").values_list("pk", flat=True)[:_AT_ONCE], lambda pk: _fall_due(pk, at))
    Worker.objects.filter(seen_at__lt=at - 2 * settings.LEASE).delete()
    wakes = _replace_wakes(at)
    if swept_expired or swept_due:
        log.info("jobs_swept", expired=swept_expired, due=swept_due, wakes=wakes)
    return Swept(swept_expired, swept_due, wakes)


def _each(jobs: Iterable[UUID], step: Callable[[UUID], bool]) -> int:
    """One transaction a job, so that one that cannot be settled holds up no other."""
    done = 0
    for pk in list(jobs):
        try:
            with transaction.atomic():
                done += step(pk)
        except DatabaseError:
            raise
        except Exception:
            log.exception("job_not_swept", job=str(pk))
    return done


def _expire(pk: UUID, at: datetime) -> bool:
    job = (
        Job.objects.select_for_update(skip_locked=True)
        .filter(pk=pk, status=Job.Status.RUNNING, lease_until__lt=at)
        .first()
    )
    if job is None:
        return False
    log.warning("job_worker_lost", job=str(pk), worker=job.worker, attempt=job.attempt)
    fail_attempt_locked(job, WORKER_LOST, now=at, backoff=False)
    return True


def _fall_due(pk: UUID, at: datetime) -> bool:
    job = (
        Job.objects.select_for_update(skip_locked=True).filter(pk=pk, status=Job.Status.QUEUED, due_at__lte=at).first()
    )
    if job is None:
        return False
    job.due_at = None
    job.save(update_fields=["due_at"])
    job_changed(job)
    return True


def _replace_wakes(at: datetime) -> int:
    """One wake a capability, because whoever claims a job wakes the next place.

    None where no worker would hear it: messages would pile up, and a worker that starts looks for itself.
    """
    heard = claimable_capabilities() & served_capabilities(at)
    for capability in heard:
        wake(capability)
    return len(heard)


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (at,) = cursor.fetchone()
    return at  # type: ignore[no-any-return]
