"""Claim the next jobs of a capability; the order and the limits are the SQL function's."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from apps.jobs.handlers import ClaimedJob
from apps.jobs.models import Job
from apps.jobs.services.notify import job_changed

_CLAIM = "SELECT * FROM jobs_claim(%s, %s, %s, %s, %s, %s, coalesce(%s::timestamptz, clock_timestamp()))"


def job_claim(*, capability: str, worker: str, count: int = 1, now: datetime | None = None) -> list[ClaimedJob]:
    """Up to `count` jobs that are now this worker's for one lease; `now` defaults to the database's clock."""
    share = settings.QUEUE_FREE_SHARE, settings.QUEUE_FREE_WAIT
    jobs = list(Job.objects.raw(_CLAIM, [capability, count, worker, settings.LEASE, *share, now]))
    for job in jobs:
        job_changed(job)
    return [claimed(job) for job in jobs]


def claimed(job: Job) -> ClaimedJob:
    """The copy that a run works with."""
    return ClaimedJob(
        id=job.id,
        owner_id=job.owner_id,
        kind=job.kind,
        capability=job.capability,
        engine=job.engine,
        group=job.group,
        payload=job.payload,
        attempt=job.attempt,
        worker=job.worker,
        expected_seconds=job.expected_seconds,
    )
