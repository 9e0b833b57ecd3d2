"""A queue under a clock of its own: real rows, the real door and the real claim, hours in seconds, nobody works."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from django.db import connection, transaction

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.jobs.models import Job, Worker
from apps.jobs.outlook import outlooks
from apps.jobs.services.admission import Busy, admission
from apps.jobs.services.job_claim import job_claim

BEGIN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ENGINE = "virtual"
PACE = 0.5
"""Seconds of work for a second asked for."""
STRAYS = 0.1
"""By how much of itself a job's length strays from its plan, as a standard deviation of the logarithm."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody asks for jobs of `seconds` each."""

    at: float
    owner: int
    paid: bool
    seconds: float
    jobs: int = 1
    door: bool = True


@dataclass(slots=True)
class Ran:
    """One job's life; times in seconds from the beginning."""

    owner: int
    paid: bool
    queued: float
    seconds: float
    eta: float | None = None
    eligible: float = 0.0
    started: float | None = None
    ended: float | None = None
    contended: bool = False


@dataclass(slots=True)
class Story:
    """What happened: every job, who asked at the door and was refused, and when eligible paid jobs waited."""

    jobs: list[Ran] = field(default_factory=list)
    free_asked: list[Arrival] = field(default_factory=list)
    refused: int = 0
    paid_waits: list[tuple[float, float]] = field(default_factory=list)
    seconds: float = 0.0


class VirtualQueue:
    """One capability with `slots` places; owners are numbers, of each class its own people."""

    def __init__(self, slots: int, *, owners: int, parallel: dict[bool, int], seed: int, ask_every: int = 0) -> None:
        self._capability = f"v{new_id().hex[:12]}"
        self._slots = slots
        self._parallel = parallel
        self._chance = random.Random(seed)  # noqa: S311 - the same seed makes the same hours
        self._ask_every = ask_every
        self._people = {paid: _people(owners, paid) for paid in (False, True)}
        self._story = Story()
        self._known: dict[UUID, Ran] = {}
        self._queued: dict[tuple[bool, int], list[Ran]] = {}
        self._running: dict[tuple[bool, int], int] = {}
        self._ready_paid: set[tuple[bool, int]] = set()
        self._waits_since: float | None = None
        Worker.objects.create(
            name=self._capability, capabilities=[self._capability], slots=slots, started_at=BEGIN,
            seen_at=BEGIN + timedelta(days=365),
        )  # fmt: skip

    def run(self, arrivals: Sequence[Arrival], *, until: float) -> Story:
        """Let them arrive, work for `until` seconds, and tell."""
        order = count()
        events: list[tuple[float, int, Arrival | UUID]] = [(each.at, next(order), each) for each in arrivals]
        heapq.heapify(events)
        free = self._slots
        while events and events[0][0] <= until:
            at, _, what = heapq.heappop(events)
            if isinstance(what, Arrival):
                self._arrive(what)
            else:
                self._end(what, at)
                free += 1
            if free and self._queued:
                for job, seconds in self._claim(free, at):
                    free -= 1
                    heapq.heappush(events, (at + seconds, next(order), job))
            self._note_waiting(at)
        self._note_waiting(until, last=True)
        for key, waiting in self._queued.items():
            for held in waiting[self._parallel[key[0]] - self._running.get(key, 0) :]:
                held.eligible = until
        self._story.seconds = until
        self._clear()
        return self._story

    def _arrive(self, asked: Arrival) -> None:
        now = BEGIN + timedelta(seconds=asked.at)
        owner = self._people[asked.paid][asked.owner % len(self._people[asked.paid])]
        expected = asked.seconds / PACE
        if asked.door and not asked.paid:
            self._story.free_asked.append(asked)
        try:
            with transaction.atomic():
                if asked.door:
                    admission(
                        owner=owner, capability=self._capability, engine=ENGINE, jobs=asked.jobs,
                        expected_seconds=expected, paid=asked.paid, now=now,
                    )  # fmt: skip
                made = Job.objects.bulk_create(
                    Job(
                        owner=owner, kind="bench_nothing", capability=self._capability, engine=ENGINE, group=new_id(),
                        paid=asked.paid, parallel=self._parallel[asked.paid], expected_seconds=expected, queued_at=now,
                    )
                    for _ in range(asked.jobs)
                )  # fmt: skip
        except Busy:
            self._story.refused += 1
            return
        key = (asked.paid, asked.owner)
        for job in made:
            strayed = asked.seconds * self._chance.lognormvariate(0, STRAYS)
            ran = Ran(asked.owner, asked.paid, asked.at, strayed, eligible=asked.at)
            self._known[job.id] = ran
            self._story.jobs.append(ran)
            self._queued.setdefault(key, []).append(ran)
        if self._ask_every and len(self._story.jobs) % self._ask_every == 0:
            self._known[made[-1].id].eta = outlooks([made[-1]], now=now)[made[-1].id].eta

    def _claim(self, places: int, at: float) -> Iterator[tuple[UUID, float]]:
        contended = any(self._ready(key) for key in self._queued if key[0])
        now = BEGIN + timedelta(seconds=at)
        for job in job_claim(capability=self._capability, worker="virtual", count=places, now=now):
            ran = self._known[job.id]
            key = (ran.paid, ran.owner)
            self._queued[key].remove(ran)
            if not self._queued[key]:
                del self._queued[key]
            self._running[key] = self._running.get(key, 0) + 1
            ran.started, ran.contended = at, contended
            yield job.id, ran.seconds

    def _end(self, job: UUID, at: float) -> None:
        ran = self._known[job]
        ran.ended = at
        key = (ran.paid, ran.owner)
        self._running[key] -= 1
        finished = BEGIN + timedelta(seconds=at)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_job SET status = 'succeeded', finished_at = %s, lease_until = NULL WHERE id = %s",
                [finished, job],
            )
        # the next of its owner's could not run before
        waiting = self._queued.get(key, [])
        place = self._parallel[ran.paid] - self._running[key] - 1
        if place < len(waiting):
            waiting[place].eligible = at

    def _ready(self, key: tuple[bool, int]) -> bool:
        return self._running.get(key, 0) < self._parallel[key[0]]

    def _note_waiting(self, at: float, *, last: bool = False) -> None:
        waits = any(key[0] and self._ready(key) for key in self._queued)
        if waits and self._waits_since is None:
            self._waits_since = at
        if self._waits_since is not None and (last or not waits):
            self._story.paid_waits.append((self._waits_since, at))
            self._waits_since = None

    def _clear(self) -> None:
        Job.objects.filter(capability=self._capability).delete()
        Worker.objects.filter(name=self._capability).delete()


def _people(number: int, paid: bool) -> list[User]:  # noqa: FBT001 - a class, not a switch
    plan = "pro" if paid else "free"
    return User.objects.bulk_create(
        User(email=f"virtual-{new_id().hex}@example.org", plan_id=plan) for _ in range(number)
    )
