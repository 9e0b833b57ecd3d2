"""Cancel a job: at once while it waits, by asking its worker while it runs."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.jobs.models import Job
from apps.jobs.services.job_end import CANCELLED, end_locked
from apps.jobs.services.notify import job_changed


@transaction.atomic
def job_cancel(*, job: Job, now: datetime) -> Job:
    """The job as it is afterwards: cancelled, or still running with its cancellation requested.

    Cancelling twice, or a job that ended, changes nothing.
    """
    locked = Job.objects.select_for_update().get(pk=job.pk)
    if locked.status == Job.Status.QUEUED:
        end_locked(locked, Job.Status.CANCELLED, CANCELLED, now=now)
    elif locked.status == Job.Status.RUNNING and locked.cancel_requested_at is None:
        locked.cancel_requested_at = now
        locked.save(update_fields=["cancel_requested_at"])
        job_changed(locked)
    return locked
