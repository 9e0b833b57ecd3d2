"""The ends that are not successes, and the way back into the queue, for a job whose row the caller has locked."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from apps.jobs import handlers
from apps.jobs.handlers import Failure
from apps.jobs.models import Job
from apps.jobs.services.charge import charge_release
from apps.jobs.services.notify import job_changed
from apps.jobs.services.wake import wake_after_commit

BACKOFF = timedelta(seconds=1)
"""Before the second attempt after an error; twice that before the third."""

CANCELLED = Failure("cancelled", "You cancelled this.")

log = structlog.get_logger(__name__)


def end_locked(job: Job, status: Job.Status, failure: Failure, *, now: datetime) -> None:
    """End the job as failed or cancelled: its handler undoes what submitting did, and its credits come back."""
    handler = handlers.find(job.kind)
    if handler is None:
        log.error("job_has_no_handler", job=str(job.id), kind=job.kind)
    else:
        handler.fail(job, failure)
    charge_release(job, now=now)
    job.status = status
    job.finished_at = now
    job.due_at = None
    job.lease_until = None
    job.error = failure.message
    job.error_kind = failure.kind
    job.save(update_fields=["status", "finished_at", "due_at", "lease_until", "error", "error_kind"])
    job_changed(job)
    log.info("job_ended", job=str(job.id), status=str(status), error_kind=failure.kind, attempt=job.attempt)


def fail_attempt_locked(job: Job, failure: Failure, *, now: datetime, backoff: bool) -> None:
    """Use up the running attempt: back into the queue while there are attempts left, otherwise the end."""
    if job.cancel_requested_at is not None:
        end_locked(job, Job.Status.CANCELLED, CANCELLED, now=now)
    elif job.attempts_used >= job.max_attempts:
        end_locked(job, Job.Status.FAILED, failure, now=now)
    else:
        delay = BACKOFF * 2 ** (job.attempts_used - 1)
        _queue_again(job, now + delay if backoff else None, failure)


def hand_back_locked(job: Job, *, now: datetime) -> None:
    """Give the running attempt back unused."""
    if job.cancel_requested_at is not None:
        end_locked(job, Job.Status.CANCELLED, CANCELLED, now=now)
        return
    job.handed_back += 1
    _queue_again(job, None, Failure("handed_back", ""))


def _queue_again(job: Job, due_at: datetime | None, failure: Failure) -> None:
    job.status = Job.Status.QUEUED
    job.due_at = due_at
    job.lease_until = None
    job.worker = ""
    job.stage = ""
    job.fraction = 0
    job.error = failure.message
    job.error_kind = failure.kind
    job.save(
        update_fields=[
            "status",
            "due_at",
            "lease_until",
            "worker",
            "stage",
            "fraction",
            "error",
            "error_kind",
            "handed_back",
        ]
    )
    if due_at is None:
        wake_after_commit(job.capability)
    job_changed(job)
    log.info("job_queued_again", job=str(job.id), reason=failure.kind, attempt=job.attempt, used=job.attempts_used)
