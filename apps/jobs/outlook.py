"""When a job's turn comes and when it will be done: the queue played forward from where it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection

from apps.jobs.forecast import Line, Owner, Queue, Target, Turn, forecast
from apps.jobs.models import Job
from apps.jobs.room import Kept, Room, remaining_seconds, rooms_of

# how many of its owner's go before a job in its own line
_AHEAD = """
SELECT job.id, lane.id, (
    SELECT count(*) FROM jobs_job AS before
    WHERE before.owner_id = job.owner_id AND before.capability = job.capability AND before.engine = job.engine
      AND before.paid = job.paid AND before.status = 'queued' AND before.due_at IS NULL
      AND (before.queued_at, before.id) < (job.queued_at, job.id)
)
FROM jobs_job AS job JOIN jobs_lane AS lane USING (owner_id, capability, engine, paid)
WHERE job.id = ANY (%s) AND job.status = 'queued' AND job.due_at IS NULL
"""


class WaitsFor(StrEnum):
    """What a queued job waits for."""

    NOTHING = ""
    TURN = "turn"
    OWN_LIMIT = "own_limit"
    """Its owner has as many running, or going before it, as may run at once."""
    ENGINE_LIMIT = "engine_limit"
    PAUSED = "paused"
    """Operators let none of its engine's jobs run."""
    WORKER = "worker"
    """No worker for it is up."""
    LATER = "later"
    """An attempt failed; the next one has its time."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a job stands; None where nobody can tell. A job that ended has nothing of it."""

    position: int | None = None
    """Place among the waiting jobs of its class, 1 is next."""
    eta: float | None = None
    """Seconds until it is done."""
    waits_for: WaitsFor = WaitsFor.NOTHING
    paid: bool = False
    parallel: int = 1
    moves: float | None = None
    """Of a free job while paid ones wait: seconds from one free job's start to the next one's."""


def outlooks(jobs: Collection[Job], *, now: datetime, kept: Kept | None = None) -> dict[UUID, Outlook]:
    """Every job's outlook, in at most seven queries, or mostly one with what is `kept`; a job that ended has none."""
    found = {job.id: Outlook() for job in jobs}
    active = [job for job in jobs if not job.ended]
    if not active:
        return found
    ahead = _ahead([job.id for job in active if job.status == Job.Status.QUEUED])
    rooms = (kept.rooms_of if kept else rooms_of)(active, now=now)
    turns = _turns(active, ahead, rooms)
    for job in active:
        room = rooms[job.capability]
        if job.status == Job.Status.RUNNING:
            found[job.id] = Outlook(eta=remaining_seconds(job, room.paces.get(job.engine), now), paid=job.paid)
        else:
            found[job.id] = _waiting(job, ahead.get(job.id), turns.get(job.id), room, now)
    return found


def _waiting(job: Job, at: tuple[int, int] | None, turn: Turn | None, room: Room, now: datetime) -> Outlook:
    line = room.lines.get(at[0]) if at else None
    start: float | None = None
    if job.due_at is not None:
        waits, start = WaitsFor.LATER, max(0.0, (job.due_at - now).total_seconds())
    elif room.limits.get(job.engine) == 0:
        waits = WaitsFor.PAUSED
    elif room.slots == 0:
        waits = WaitsFor.WORKER
    else:
        start = max(0.0, turn.start - (now - room.read_at).total_seconds()) if turn else None
        if at and line and at[1] + line.owner.running >= line.owner.parallel:
            waits = WaitsFor.OWN_LIMIT
        elif room.busy[job.engine] >= room.limits.get(job.engine, 1 << 30):
            waits = WaitsFor.ENGINE_LIMIT
        else:
            waits = WaitsFor.TURN
    pace = room.paces.get(job.engine)
    return Outlook(
        position=turn.place if turn else None,
        eta=None if start is None or pace is None else start + pace * job.expected_seconds,
        waits_for=waits,
        paid=job.paid,
        parallel=job.parallel,
        moves=_moves(room) if not job.paid else None,
    )


def _moves(room: Room) -> float | None:
    """Seconds between two free starts while paid jobs wait."""
    free = [line for line in room.lines.values() if not line.paid]
    if not free or not any(line.paid for line in room.lines.values()):
        return None
    return sum(line.seconds for line in free) / len(free) / room.share.rate


def _turns(active: Iterable[Job], ahead: Mapping[UUID, tuple[int, int]], rooms: Mapping[str, Room]) -> dict[UUID, Turn]:
    turns: dict[UUID, Turn] = {}
    for name, room in rooms.items():
        here = [job for job in active if job.capability == name and job.id in ahead and ahead[job.id][0] in room.lines]
        if here:
            queue, lines = _queue(room)
            targets = [
                Target(job.id, lines[ahead[job.id][0]], ahead[job.id][1], room.pace(job.engine) * job.expected_seconds)
                for job in here
            ]
            turns |= forecast(queue, targets)
    return turns


def _queue(room: Room) -> tuple[Queue, dict[int, Line]]:
    """A copy to play forward, because how things are now is asked for afterwards."""
    owners: dict[int, Owner] = {}

    def copy(owner: Owner) -> Owner:
        return owners.setdefault(id(owner), replace(owner))

    lines = {pk: replace(line, owner=copy(line.owner)) for pk, line in room.lines.items()}
    running = [replace(each, owner=copy(each.owner)) for each in room.running]
    queue = Queue(max(1, room.slots), list(lines.values()), running, room.limits, room.share, room.arrivals())
    return queue, lines


def _ahead(jobs: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    if not jobs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD, [list(jobs)])
        return {pk: (lane, before) for pk, lane, before in cursor.fetchall()}
