"""Keep what people were told when they asked, so that it can be compared with what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from apps.jobs.models import Job
from apps.jobs.outlook import outlooks


def eta_tell(*, jobs: Sequence[Job], now: datetime) -> None:
    """Store with jobs that were just submitted when they are expected to be done; nothing where nobody can tell."""
    found = outlooks(jobs, now=now)
    told = []
    for job in jobs:
        eta = found[job.id].eta
        if eta is not None:
            job.expected_at = now + timedelta(seconds=eta)
            told.append(job)
    if told:
        Job.objects.bulk_update(told, ["expected_at"])
