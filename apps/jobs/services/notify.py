"""Tell a job's owner, who may be watching, that it changed."""

from __future__ import annotations

from django.db import transaction

from apps.jobs.announce import JobMessage, announce
from apps.jobs.models import Job


def job_changed(job: Job) -> None:
    """Announce the job as it is now, once the transaction around this commits; nobody may be listening."""
    message = JobMessage(
        job=str(job.id),
        group=str(job.group),
        status=job.status,
        stage=job.stage,
        fraction=job.fraction,
        position=None,
        eta=None,
    )
    owner = job.owner_id
    transaction.on_commit(lambda: announce(owner, message), robust=True)
