"""Plays the queue forward: when waiting jobs start, under the claim's own order. Knows no database.

Times are seconds from now. Jobs last as long as their engine's pace says; those that are expected to come meanwhile
come at even distances. The order is claim.sql's: within a class the owner with the least running, then the least
recently served; between the classes paid first, but a free job goes when the share kept for them allows it.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

NEWCOMERS_TURN = -900.0
"""Whoever was not served for a quarter of an hour counts as served then."""
_MOST_STARTS = 1_500
"""Beyond these, it goes on as it went until then."""
_MOST_EXPECTED = 100
"""Of a class that wait: who comes later stands behind them and changes nothing."""
_NEVER = float("inf")


@dataclass(slots=True, eq=False)
class Owner:
    """Somebody with jobs here: how many run, may, and when the last one was begun."""

    running: int
    parallel: int


@dataclass(slots=True, eq=False)
class Line:
    """One owner's waiting jobs for one engine in one class, each of `seconds`."""

    owner: Owner
    engine: str
    paid: bool
    jobs: int
    seconds: float
    turn: float
    since: float
    expected: bool = False
    """Not here yet: its jobs have no place in anybody's queue."""
    started: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """A waiting job: the `ahead`-th after the first of its line, with its own length."""

    key: UUID
    line: Line
    ahead: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Running:
    """A job that runs, somewhere: `here` when it holds a place of this capability."""

    owner: Owner
    engine: str
    remaining: float
    here: bool = True


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Jobs of a class that are expected to come: so many a second, each so long."""

    rate: float
    seconds: float
    engine: str
    parallel: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A job's place among the waiting jobs of its class, 1 is next, and the seconds until it starts."""

    place: int
    start: float


@dataclass(frozen=True, slots=True)
class Share:
    """What free jobs have while paid ones wait, as the database said for some lengths of what goes before one."""

    rate: float
    ahead: tuple[float, ...] = ()
    waits: tuple[float, ...] = ()

    def wait(self, ahead: float) -> float:
        """Seconds until a free job starts after `ahead` seconds of others; between the known in proportion."""
        if not self.ahead:
            return 0.0
        place = bisect_left(self.ahead, ahead)
        if place == len(self.ahead):
            return self.waits[-1] + (ahead - self.ahead[-1]) / self.rate
        if place == 0:
            return self.waits[0]
        low, high = self.ahead[place - 1], self.ahead[place]
        part = (ahead - low) / (high - low)
        return self.waits[place - 1] + part * (self.waits[place] - self.waits[place - 1])


@dataclass(slots=True)
class Queue:
    """Everything that decides who is next. Changed while it is played."""

    slots: int
    lines: list[Line]
    running: Sequence[Running]
    limits: Mapping[str, int]
    """By engine, how many may run at once; those without a limit are missing."""
    share: Share
    arrivals: Mapping[bool, Arrivals] = field(default_factory=dict)


def forecast(queue: Queue, targets: Sequence[Target]) -> dict[UUID, Turn]:
    """When each target's turn comes; missing are those whose turn never comes as things are."""
    return _Play(queue, targets).run()


class _Play:
    def __init__(self, queue: Queue, targets: Sequence[Target]) -> None:
        self._queue = queue
        self._order = count()
        self._now = 0.0
        self._idle = queue.slots - sum(each.here for each in queue.running)
        self._by_engine: dict[str, int] = {}
        self._ends: list[tuple[float, int, Owner, str, bool]] = []
        self._lines: dict[int, list[Line]] = {}
        self._waiting: dict[bool, list[tuple[int, float, float, int, Line]]] = {True: [], False: []}
        self._held_back: dict[str, list[Line]] = {}
        self._targets: dict[int, dict[int, Target]] = {}
        self._places = {True: 0, False: 0}
        self._expected = {True: 0, False: 0}
        self._come = {True: 0, False: 0}
        self._free_taken = 0.0
        self._found: dict[UUID, Turn] = {}
        self._left = {target.key: target for target in targets}
        for job in queue.running:
            self._by_engine[job.engine] = self._by_engine.get(job.engine, 0) + job.here
            heapq.heappush(self._ends, (job.remaining, next(self._order), job.owner, job.engine, job.here))
        for line in queue.lines:
            self._lines.setdefault(id(line.owner), []).append(line)
            self._offer(line)
        for target in targets:
            self._targets.setdefault(id(target.line), {})[target.ahead] = target
        self._next_arrival = {paid: 0.5 / each.rate for paid, each in queue.arrivals.items() if each.rate > 0}

    def run(self) -> dict[UUID, Turn]:
        starts = 0
        while self._left and starts < _MOST_STARTS:
            line = self._next() if self._idle > 0 else None
            if line is not None:
                self._start(line)
                starts += 1
            elif not self._advance():
                return self._found
        if self._left:
            self._go_on()
        return self._found

    def _go_on(self) -> None:
        """Reckon those that are left by their place in the order and the pace that their class had until here."""
        for target in self._left.values():
            own = target.line
            rounds = target.ahead - own.started
            before = [
                (line.expected, min(line.jobs - line.started, rounds + (_key(line) < _key(own))))
                for line in self._queue.lines
                if line.paid == own.paid and line.started < line.jobs
            ]
            place = self._places[own.paid] + sum(jobs for expected, jobs in before if not expected) + 1
            # the first ones begin together, before any time has passed
            begun = self._places[own.paid] + self._come[own.paid] - self._queue.slots
            pace = self._now / max(1, begun)
            self._found[target.key] = Turn(place, self._now + pace * sum(jobs for _, jobs in before))

    def _next(self) -> Line | None:
        """Whose job the claim would take now."""
        paid, free = self._first(True), self._first(False)
        if paid is None or free is None:
            return paid or free
        if self._now < self._queue.share.wait(self._free_taken):
            return paid
        self._free_taken += free.seconds
        return free

    def _first(self, paid: bool) -> Line | None:  # noqa: FBT001 - the class
        heap = self._waiting[paid]
        while heap:
            running, turn, _, _, line = heap[0]
            owner = line.owner
            if line.started >= line.jobs or (running, turn) != (owner.running, line.turn):
                heapq.heappop(heap)
            elif self._full(line.engine):
                self._held_back.setdefault(line.engine, []).append(line)
                heapq.heappop(heap)
            else:
                return line
        return None

    def _full(self, engine: str) -> bool:
        most = self._queue.limits.get(engine)
        return most is not None and self._by_engine.get(engine, 0) >= most

    def _offer(self, line: Line) -> None:
        if line.started < line.jobs and line.owner.running < line.owner.parallel:
            heapq.heappush(self._waiting[line.paid], (*_key(line), next(self._order), line))

    def _start(self, line: Line) -> None:
        target = self._targets.get(id(line), {}).get(line.started)
        if line.expected:
            self._expected[line.paid] -= 1
            self._come[line.paid] += 1
        else:
            self._places[line.paid] += 1
        seconds = line.seconds
        if target is not None:
            seconds = target.seconds
            self._found[target.key] = Turn(self._places[line.paid], self._now)
            del self._left[target.key]
        line.started += 1
        owner = line.owner
        owner.running += 1
        self._idle -= 1
        self._by_engine[line.engine] = self._by_engine.get(line.engine, 0) + 1
        heapq.heappush(self._ends, (self._now + seconds, next(self._order), owner, line.engine, True))
        for each in self._lines[id(owner)]:
            each.turn = self._now
            self._offer(each)

    def _advance(self) -> bool:
        """To whatever happens next; False when nothing does."""
        end = self._ends[0][0] if self._ends else _NEVER
        # nobody else who comes brings a job nearer that waits for what nobody frees
        paid = min(self._next_arrival, key=lambda each: self._next_arrival[each], default=None)
        if paid is not None and self._next_arrival[paid] < end < _NEVER:
            self._arrive(paid)
            return True
        if end == _NEVER:
            return False
        self._now, _, owner, engine, here = heapq.heappop(self._ends)
        owner.running -= 1
        if here:
            self._idle += 1
            self._by_engine[engine] -= 1
        for line in (*self._lines.get(id(owner), ()), *self._held_back.pop(engine, ())):
            self._offer(line)
        return True

    def _arrive(self, paid: bool) -> None:  # noqa: FBT001 - the class
        coming = self._queue.arrivals[paid]
        self._now = self._next_arrival[paid]
        self._next_arrival[paid] += 1 / coming.rate
        if self._expected[paid] >= _MOST_EXPECTED:
            # once some of them have begun, the next one may come
            self._next_arrival[paid] += _MOST_EXPECTED / 2 / coming.rate
            return
        self._expected[paid] += 1
        owner = Owner(0, coming.parallel)
        line = Line(owner, coming.engine, paid, 1, coming.seconds, self._now + NEWCOMERS_TURN, self._now, expected=True)
        # kept, so that no other owner gets its identity
        self._queue.lines.append(line)
        self._lines[id(owner)] = [line]
        self._offer(line)


def _key(line: Line) -> tuple[int, float, float]:
    """What the claim orders by within a class."""
    return line.owner.running, line.turn, line.since
