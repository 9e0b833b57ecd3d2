"""What is known of a capability at a moment: its places, who waits and runs, what is expected to come."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from apps.jobs.forecast import Arrivals, Line, Owner, Running, Share
from apps.jobs.models import EngineLimit, Job, Lane, Worker

RECENT = timedelta(minutes=15)
"""What arrived within it tells what is expected to come."""
_MOST_PAST = 200
_SAMPLES = 12
_GUESSED_PACE = 0.5

# what came and is done again, by the index of successes
_PAST = """
SELECT past.capability, place.engine, past.paid, count(*), sum(past.expected_seconds), max(past.parallel),
    min(past.finished_at)
FROM (SELECT DISTINCT engine FROM jobs_enginelimit WHERE capability = ANY (%s)) AS place
CROSS JOIN LATERAL (
    SELECT capability, paid, expected_seconds, parallel, queued_at, finished_at FROM jobs_job
    WHERE status = 'succeeded' AND engine = place.engine AND finished_at >= %s
    ORDER BY finished_at DESC LIMIT %s
) AS past
WHERE past.capability = ANY (%s) AND past.queued_at >= %s
GROUP BY past.capability, place.engine, past.paid
"""

_SHARES = """
WITH standing AS MATERIALIZED (
    SELECT name, jobs_share_at(name, %s, %s, %s) AS share FROM (SELECT DISTINCT unnest(%s::text[]) AS name) AS names
)
SELECT asked.name, (share).rate, asked.ahead, jobs_share_wait(share, asked.ahead)
FROM unnest(%s::text[], %s::float8[]) AS asked (name, ahead) JOIN standing USING (name)
ORDER BY asked.name, asked.ahead
"""


@dataclass(slots=True)
class Room:
    """One capability: everything that is known of it."""

    read_at: datetime
    slots: int = 0
    lines: dict[int, Line] = field(default_factory=dict)
    running: list[Running] = field(default_factory=list)
    limits: dict[str, int] = field(default_factory=dict)
    paces: dict[str, float] = field(default_factory=dict)
    busy: Counter[str] = field(default_factory=Counter)
    arrived: dict[tuple[bool, str], list[float]] = field(default_factory=dict)
    """By class and engine: jobs a second, seconds of work a second, the most that run at once."""
    share: Share = field(default_factory=lambda: Share(1.0))

    def pace(self, engine: str) -> float:
        """Seconds of work for a second asked for, a guess without history."""
        if engine in self.paces:
            return self.paces[engine]
        return sum(self.paces.values()) / len(self.paces) if self.paces else _GUESSED_PACE

    def waits(self, *, paid: bool) -> bool:
        """Whether a job of the class waits, or one is expected to come."""
        return any(line.paid == paid for line in self.lines.values()) or any(each == paid for each, _ in self.arrived)

    def arrivals(self) -> dict[bool, Arrivals]:
        """By class, what is expected to come."""
        found = {}
        for paid in (True, False):
            streams = {engine: each for (which, engine), each in self.arrived.items() if which == paid}
            rate = sum(jobs for jobs, _, _ in streams.values())
            if rate > 0:
                seconds = sum(work for _, work, _ in streams.values()) / rate
                most = max(streams, key=lambda engine: streams[engine][0])
                found[paid] = Arrivals(rate, seconds, most, int(max(each[2] for each in streams.values())))
        return found


def rooms_of(active: Sequence[Job], *, now: datetime) -> dict[str, Room]:
    """The rooms of these jobs' capabilities, in at most six queries."""
    rooms = {job.capability: Room(now) for job in active}
    for limit in EngineLimit.objects.filter(capability__in=rooms):
        room = rooms[limit.capability]
        room.busy[limit.engine] = limit.running
        if limit.max_running is not None:
            room.limits[limit.engine] = limit.max_running
        if limit.pace is not None:
            room.paces[limit.engine] = limit.pace
    for worker in Worker.objects.filter(seen_at__gte=now - settings.LEASE):
        for capability in worker.capabilities:
            if capability in rooms:
                rooms[capability].slots += worker.slots
    owners = _lines(rooms, now)
    _running(rooms, owners, active, now)
    _past(rooms, now)
    _shares(rooms, now)
    return rooms


class Kept:
    """Rooms read at most `seconds` ago, for many who watch the same queue from one process."""

    def __init__(self, seconds: float) -> None:
        self._for = timedelta(seconds=seconds)
        self._lock = threading.Lock()
        self._rooms: dict[str, Room] = {}

    def rooms_of(self, active: Sequence[Job], *, now: datetime) -> dict[str, Room]:
        """As `rooms_of`; whoever comes while somebody reads waits for that."""
        with self._lock:
            old = [job for job in active if not self._fresh(self._rooms.get(job.capability), now)]
            if old:
                self._rooms |= rooms_of(old, now=now)
            return {job.capability: self._rooms[job.capability] for job in active}

    def _fresh(self, room: Room | None, now: datetime) -> bool:
        return room is not None and timedelta() <= now - room.read_at < self._for


def _lines(rooms: Mapping[str, Room], now: datetime) -> dict[UUID, Owner]:
    """Put everybody's waiting jobs into the rooms."""
    owners: dict[UUID, Owner] = {}
    for lane in Lane.objects.filter(capability__in=rooms, queued__gt=0, head_at__isnull=False):
        room = rooms[lane.capability]
        owner = owners.setdefault(lane.owner_id, Owner(lane.running, lane.parallel))
        seconds = lane.asked_seconds / lane.queued * room.pace(lane.engine)
        turn, since = (((at or now) - now).total_seconds() for at in (lane.turn_at, lane.since))
        room.lines[lane.pk] = Line(owner, lane.engine, lane.paid, lane.queued, seconds, turn, since)
        if lane.head_at is not None and lane.head_at >= now - RECENT:
            _note(room, lane.engine, seconds, lane.queued, paid=lane.paid, parallel=lane.parallel)
    return owners


def _running(rooms: Mapping[str, Room], owners: dict[UUID, Owner], active: Sequence[Job], now: datetime) -> None:
    """Put what runs into the rooms, and what of the asking owners' runs elsewhere."""
    asking = {job.owner_id for job in active}
    jobs = Job.objects.filter(Q(capability__in=rooms) | Q(owner_id__in=asking), status=Job.Status.RUNNING).only(
        "owner_id",
        "capability",
        "engine",
        "paid",
        "parallel",
        "expected_seconds",
        "queued_at",
        "started_at",
        "fraction",
    )
    for job in jobs:
        owner = owners.setdefault(job.owner_id, Owner(1, job.parallel))
        home = rooms.get(job.capability)
        if home is not None and job.queued_at >= now - RECENT:
            seconds = home.pace(job.engine) * job.expected_seconds
            _note(home, job.engine, seconds, 1, paid=job.paid, parallel=job.parallel)
        for room in rooms.values():
            if room is home or job.owner_id in asking:
                remaining = remaining_seconds(job, room.pace(job.engine), now) or 0.0
                room.running.append(Running(owner, job.engine, remaining, here=room is home))


def _note(room: Room, engine: str, seconds: float, jobs: int, *, paid: bool, parallel: int, span: float = 0.0) -> None:
    """Jobs of `seconds` each came within the last quarter of an hour, or within `span` seconds."""
    span = span or RECENT.total_seconds()
    stream = room.arrived.setdefault((paid, engine), [0.0, 0.0, 1.0])
    stream[0] += jobs / span
    stream[1] += jobs * seconds / span
    stream[2] = max(stream[2], parallel)


def _past(rooms: Mapping[str, Room], now: datetime) -> None:
    """Note what came lately and is done."""
    since = now - RECENT
    with connection.cursor() as cursor:
        cursor.execute(_PAST, [list(rooms), since, _MOST_PAST, list(rooms), since])
        for capability, engine, paid, jobs, expected, parallel, first in cursor.fetchall():
            room = rooms[capability]
            span = (now - first).total_seconds() if jobs >= _MOST_PAST else 0.0
            seconds = expected / jobs * room.pace(engine)
            _note(room, engine, seconds, jobs, paid=paid, parallel=parallel, span=max(span, 0.0))


def _shares(rooms: Mapping[str, Room], now: datetime) -> None:
    """Ask the rule itself how long free jobs wait for their share."""
    names, ahead = [], []
    for name, room in rooms.items():
        free = sum(line.jobs * line.seconds for line in room.lines.values() if not line.paid)
        if free and room.waits(paid=True):
            names += [name] * (_SAMPLES + 1)
            ahead += [free * step / _SAMPLES for step in range(_SAMPLES + 1)]
    if not names:
        return
    values: list[Any] = [settings.QUEUE_FREE_SHARE, settings.LEASE, now, names, names, ahead]
    waits: dict[str, list[tuple[float, float]]] = {}
    rates: dict[str, float] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SHARES, values)
        for name, rate, before, wait in cursor.fetchall():
            waits.setdefault(name, []).append((before, wait))
            rates[name] = rate
    for name, found in waits.items():
        rooms[name].share = Share(rates[name], tuple(at for at, _ in found), tuple(wait for _, wait in found))


def remaining_seconds(job: Job, pace: float | None, now: datetime) -> float | None:
    """Seconds a running job still takes: by history at first, more and more by its own progress."""
    elapsed = max(0.0, (now - (job.started_at or now)).total_seconds())
    by_history = None if pace is None else max(0.0, pace * job.expected_seconds - elapsed)
    if job.fraction < 0.05:
        return by_history
    by_progress = elapsed * (1 - job.fraction) / job.fraction
    if by_history is None:
        return by_progress
    return (1 - job.fraction) * by_history + job.fraction * by_progress
