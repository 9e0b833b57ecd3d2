"""When a job's turn comes and when it will be done, from the queue's own order and each engine's own history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from apps.jobs.models import Job, Worker

RECENT = 50
"""How many of an engine's last successes tell its pace."""

# A job's turn comes when its owner has as many running as jobs ahead of it; of every other owner those go first that
# are taken at a lower count, or at the same one if older. Paid goes before free.
_PLACES = """
WITH asked AS (
    SELECT job.id, job.owner_id, job.capability, job.paid, job.queued_at, own.running, own.parallel, (
        SELECT count(*) FROM jobs_job AS before
        WHERE before.owner_id = job.owner_id AND before.capability = job.capability
          AND before.status = 'queued' AND before.due_at IS NULL
          AND (before.queued_at, before.id) < (job.queued_at, job.id)
    ) AS own_before
    FROM jobs_job AS job JOIN jobs_allowance AS own USING (owner_id)
    WHERE job.id = ANY (%s) AND job.status = 'queued'
)
SELECT asked.id, asked.own_before + coalesce(others.before, 0), asked.own_before + asked.running, asked.parallel
FROM asked CROSS JOIN LATERAL (
    SELECT sum(CASE
        WHEN lane.paid AND NOT asked.paid THEN lane.queued
        ELSE least(lane.queued, greatest(
            0, asked.running + asked.own_before - lane.running + (lane.head_at < asked.queued_at)::integer
        ))
    END)::integer AS before
    FROM jobs_lane AS lane
    WHERE lane.capability = asked.capability AND lane.queued > 0 AND lane.owner_id <> asked.owner_id
      AND (lane.paid OR NOT asked.paid)
) AS others
"""

_PACES = """
SELECT place.engine,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY past.seconds / past.expected_seconds),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY past.seconds)
FROM (SELECT DISTINCT engine FROM jobs_enginelimit WHERE capability = ANY (%s)) AS place
CROSS JOIN LATERAL (
    SELECT extract(epoch FROM finished_at - started_at)::float8 AS seconds, expected_seconds
    FROM jobs_job WHERE status = 'succeeded' AND engine = place.engine
    ORDER BY finished_at DESC LIMIT %s
) AS past
GROUP BY place.engine
"""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A waiting job's place (1 is next) and the seconds until it is done; None where nobody can tell."""

    position: int | None = None
    eta: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """How many jobs go before one, and how many of its owner's will be running or done by then."""

    before: int
    own_before: int
    parallel: int


@dataclass(frozen=True, slots=True)
class Pace:
    """An engine's own history: seconds of work per second asked for, and seconds of a typical job."""

    per_second: float
    typical: float


@dataclass(frozen=True, slots=True)
class _Load:
    """What a capability has to work with."""

    slots: int
    remaining: float


def outlooks(jobs: Collection[Job], *, now: datetime) -> dict[UUID, Outlook]:
    """Every job's outlook, in at most four queries; a job that ended has none."""
    active = [job for job in jobs if not job.ended]
    if not active:
        return {job.id: Outlook() for job in jobs}
    capabilities = sorted({job.capability for job in active})
    places = _places([job.id for job in active if job.status == Job.Status.QUEUED])
    paces = _paces(capabilities)
    loads = _loads(capabilities, paces, now)
    found = {job.id: Outlook() for job in jobs}
    for job in active:
        if job.status == Job.Status.RUNNING:
            found[job.id] = Outlook(eta=_remaining(job, paces.get(job.engine), now))
        elif job.id in places:
            place = places[job.id]
            found[job.id] = Outlook(place.before + 1, _until_done(job, place, paces, loads[job.capability]))
    return found


def _places(jobs: Sequence[UUID]) -> dict[UUID, Place]:
    if not jobs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [list(jobs)])
        return {pk: Place(before, own_before, parallel) for pk, before, own_before, parallel in cursor.fetchall()}


def _paces(capabilities: Sequence[str]) -> dict[str, Pace]:
    with connection.cursor() as cursor:
        cursor.execute(_PACES, [list(capabilities), RECENT])
        return {engine: Pace(per_second, typical) for engine, per_second, typical in cursor.fetchall()}


def _loads(capabilities: Sequence[str], paces: Mapping[str, Pace], now: datetime) -> dict[str, _Load]:
    running = list(Job.objects.filter(status=Job.Status.RUNNING, capability__in=capabilities))
    workers = list(Worker.objects.filter(seen_at__gte=now - settings.LEASE))
    return {
        capability: _Load(
            slots=sum(worker.slots for worker in workers if capability in worker.capabilities),
            remaining=sum(
                _remaining(job, paces.get(job.engine), now) or 0.0 for job in running if job.capability == capability
            ),
        )
        for capability in capabilities
    }


def _remaining(job: Job, pace: Pace | None, now: datetime) -> float | None:
    """Seconds a running job still takes: by history at first, more and more by its own progress."""
    elapsed = max(0.0, (now - (job.started_at or now)).total_seconds())
    by_history = None if pace is None else max(0.0, pace.per_second * job.expected_seconds - elapsed)
    if job.fraction < 0.05:
        return by_history
    by_progress = elapsed * (1 - job.fraction) / job.fraction
    if by_history is None:
        return by_progress
    return (1 - job.fraction) * by_history + job.fraction * by_progress


def _until_done(job: Job, place: Place, paces: Mapping[str, Pace], load: _Load) -> float | None:
    """Seconds until a waiting job is done: what goes before it, shared by the places there are, and its own time."""
    pace = paces.get(job.engine)
    if pace is None or load.slots == 0:
        return None
    by_queue = (load.remaining + place.before * pace.typical) / load.slots
    by_allowance = max(0, place.own_before + 1 - place.parallel) * pace.typical / place.parallel
    return max(by_queue, by_allowance) + pace.per_second * job.expected_seconds
