"""What a worker tells the database about its running jobs, and hears back: leases, progress, cancellations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from apps.jobs.control import Progress
from apps.jobs.models import Job

# a job that is being settled is locked: its turn is over, and the others' beat must not wait for it
_BEAT = """
WITH beat AS (
    SELECT * FROM unnest(%s::uuid[], %s::integer[], %s::text[], %s::float8[]) AS t (id, attempt, stage, fraction)
), mine AS (
    SELECT job.id, beat.stage, beat.fraction FROM jobs_job AS job JOIN beat USING (id, attempt)
    WHERE job.status = 'running' AND job.worker = %s FOR NO KEY UPDATE OF job SKIP LOCKED
)
UPDATE jobs_job AS job SET
    progress_at = CASE WHEN (job.stage, job.fraction) = (mine.stage, mine.fraction) THEN job.progress_at ELSE at END,
    stage = mine.stage,
    fraction = mine.fraction,
    lease_until = at + make_interval(secs => %s)
FROM mine, coalesce(%s::timestamptz, clock_timestamp()) AS at
WHERE job.id = mine.id
RETURNING job.id
"""

_WORKER = """
INSERT INTO jobs_worker (name, capabilities, slots, started_at, seen_at)
SELECT %s, %s, %s, at, at FROM coalesce(%s::timestamptz, clock_timestamp()) AS at
ON CONFLICT (name) DO UPDATE SET seen_at = EXCLUDED.seen_at
"""


@dataclass(frozen=True, slots=True)
class Beat:
    """One running job's sign of life."""

    job: UUID
    attempt: int
    progress: Progress


@dataclass(frozen=True, slots=True)
class Standing:
    """How a job that runs here stands in the database."""

    attempt: int
    worker: str
    running: bool
    cancel_requested: bool


def jobs_beat(beats: Sequence[Beat], *, worker: str, now: datetime | None = None) -> set[UUID]:
    """Store progress and extend the leases of jobs that are still these attempts'; returns whose were extended."""
    columns = (
        [beat.job for beat in beats],
        [beat.attempt for beat in beats],
        [beat.progress.stage for beat in beats],
        [beat.progress.fraction for beat in beats],
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # a beat that a crash of the database forgets is made up for by the next
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(_BEAT, (*columns, worker, settings.LEASE.total_seconds(), now))
        return {job for (job,) in cursor.fetchall()}


def jobs_standing(jobs: Sequence[UUID]) -> dict[UUID, Standing]:
    """How these jobs stand; one that was deleted is missing."""
    rows = Job.objects.filter(pk__in=jobs).values_list("pk", "attempt", "worker", "status", "cancel_requested_at")
    return {
        pk: Standing(attempt, worker, status == Job.Status.RUNNING, at is not None)
        for pk, attempt, worker, status, at in rows
    }


def worker_beat(*, name: str, capabilities: Sequence[str], slots: int, now: datetime | None = None) -> None:
    """Say that a worker process is alive."""
    with connection.cursor() as cursor:
        cursor.execute(_WORKER, [name, list(capabilities), slots, now])
