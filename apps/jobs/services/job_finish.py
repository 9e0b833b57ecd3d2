"""How a worker settles an attempt: every effect happens once, because the row must still be this attempt's."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import DateTimeField, Func

from apps.jobs import handlers
from apps.jobs.handlers import ClaimedJob, Failure
from apps.jobs.models import Job, Lane
from apps.jobs.services.charge import charge_capture
from apps.jobs.services.job_end import end_locked, fail_attempt_locked, hand_back_locked
from apps.jobs.services.notify import job_changed
from apps.jobs.services.wake import wake_after_commit

_SUCCEED = """
UPDATE jobs_job SET
    status = 'succeeded', result = %s, finished_at = %s, lease_until = NULL,
    stage = '', fraction = 1, error = '', error_kind = ''
WHERE id = %s
RETURNING (SELECT array_agg(capability) FROM jobs_lane WHERE owner_id = jobs_job.owner_id AND head_at IS NOT NULL)
"""

log = structlog.get_logger(__name__)


class LostLease(Exception):
    """The job is not this attempt's any more; nothing was changed."""


class CancelledFirst(Exception):
    """The job was cancelled before its result could be stored; nothing was changed."""


@transaction.atomic
def job_succeed(*, job: ClaimedJob, outcome: Any, now: datetime | None = None) -> None:
    """Store the effects and the result and charge the job, in one transaction.

    Doing it again after an unclear commit changes nothing. Raises LostLease or CancelledFirst, and what the
    handler raises; nothing is stored then.
    """
    locked, clock = _locked(job.id)
    if locked.status == Job.Status.SUCCEEDED and _is_mine(locked, job):
        return
    _check_fence(locked, job)
    if locked.cancel_requested_at is not None:
        raise CancelledFirst
    locked.result = dict(handlers.get(job.kind).succeed(locked, outcome))
    charge_capture(locked, now=now or clock)
    # after the handler, because from here to the commit other claims of this engine wait
    _store_success(locked, now or clock)
    job_changed(locked)
    log.info("job_ended", job=str(job.id), status="succeeded", attempt=job.attempt)


@transaction.atomic
def job_fail(*, job: ClaimedJob, failure: Failure, permanent: bool, now: datetime | None = None) -> None:
    """The attempt failed: try again later, or end. Raises LostLease."""
    locked, clock = _locked(job.id)
    _check_fence(locked, job)
    if permanent and locked.cancel_requested_at is None:
        end_locked(locked, Job.Status.FAILED, failure, now=now or clock)
    else:
        fail_attempt_locked(locked, failure, now=now or clock, backoff=True)
    _wake_others(locked)


@transaction.atomic
def job_stop(*, job: ClaimedJob, failure: Failure, now: datetime | None = None) -> None:
    """The run stopped because the job was cancelled. Raises LostLease."""
    locked, clock = _locked(job.id)
    _check_fence(locked, job)
    end_locked(locked, Job.Status.CANCELLED, failure, now=now or clock)
    _wake_others(locked)


@transaction.atomic
def job_hand_back(*, job: ClaimedJob, now: datetime | None = None) -> None:
    """The worker is shutting down in order: the attempt was not used. Raises LostLease."""
    locked, clock = _locked(job.id)
    _check_fence(locked, job)
    hand_back_locked(locked, now=now or clock)


def _locked(job_id: UUID) -> tuple[Job, datetime]:
    """The locked job and the database's time."""
    clock = Func(function="clock_timestamp", output_field=DateTimeField())
    locked = Job.objects.select_for_update().annotate(clock=clock).filter(pk=job_id).first()
    if locked is None:
        raise LostLease
    return locked, locked.clock


def _check_fence(locked: Job, job: ClaimedJob) -> None:
    if locked.status != Job.Status.RUNNING or not _is_mine(locked, job):
        raise LostLease


def _is_mine(locked: Job, job: ClaimedJob) -> bool:
    return (locked.attempt, locked.worker) == (job.attempt, job.worker)


def _store_success(job: Job, finished_at: datetime) -> None:
    """One statement, which also tells what else waits for the place that the owner has again."""
    job.status = Job.Status.SUCCEEDED
    job.finished_at = finished_at
    job.lease_until = None
    job.stage = job.error = job.error_kind = ""
    job.fraction = 1
    with connection.cursor() as cursor:
        cursor.execute(_SUCCEED, [json.dumps(job.result), finished_at, job.pk])
        (waiting,) = cursor.fetchone()
    for capability in set(waiting or ()) - {job.capability}:
        wake_after_commit(capability)


def _wake_others(job: Job) -> None:
    """The owner has a place again, which may free work of another capability; this worker claims its own next."""
    waiting = Lane.objects.filter(owner_id=job.owner_id, head_at__isnull=False).exclude(capability=job.capability)
    for capability in set(waiting.values_list("capability", flat=True)):
        wake_after_commit(capability)
