"""Try a failed job again, as a new job."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.selectors import entitlements
from apps.jobs.models import Job
from apps.jobs.services.job_submit import job_submit
from apps.jobs.services.waiting_room import TooManyWaiting, waiting_room


class CannotRetry(Exception):
    """Only a job that failed or was cancelled can be tried again, and only while its owner has room in the queue."""


@transaction.atomic
def job_retry(*, job: Job, now: datetime) -> Job:
    """A new job with the same payload in the same group, under the owner's plan of today.

    Asked twice, it is the one made the first time.
    """
    locked = Job.objects.select_for_update(of=("self",)).select_related("owner__plan").get(pk=job.pk)
    known = Job.objects.filter(retry_of=locked).first()
    if known is not None:
        return known
    if locked.status not in {Job.Status.FAILED, Job.Status.CANCELLED}:
        raise CannotRetry(f"This job is {locked.status}; only one that failed or was cancelled can be tried again.")
    try:
        waiting_room(owner=locked.owner, jobs=1)
    except TooManyWaiting as full:
        raise CannotRetry(str(full)) from full
    rights = entitlements(locked.owner)
    return job_submit(
        owner=locked.owner,
        kind=locked.kind,
        capability=locked.capability,
        engine=locked.engine,
        payload=locked.payload,
        group=locked.group,
        parallel=rights.parallel,
        paid=rights.paid,
        expected_seconds=locked.expected_seconds,
        now=now,
        retry_of=locked,
    )
