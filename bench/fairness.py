"""The queue's promises under a virtual clock: hours of paid work at 120 % beside free work, through the real claim."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from statistics import median

from django.conf import settings
from django.db import connection

from bench.figures import Figure
from bench.harness.virtual_queue import Arrival, Ran, Story, VirtualQueue

WINDOW = 900.0
SHORTEST, LONGEST = 20.0, 240.0
PAID_LOAD = 1.2
PARALLEL = {False: 1, True: 4}
OWNERS = 400
GREEDY = OWNERS - 1
SEEDS = (1, 2, 3)


def run(*, quick: bool) -> Iterator[Figure]:
    """Every promise, at the worst of all cases."""
    with connection.cursor() as cursor:
        # nothing here has to outlive the bench
        cursor.execute("SET synchronous_commit = off")
    share = settings.QUEUE_FREE_SHARE
    loads = (0.1, 0.9 * share, 0.3, 1.0)
    cases = [(slots, load, seed) for seed in SEEDS[: 1 if quick else None] for slots in (1, 4) for load in loads]
    tales = {case: simulate(case[0], case[1], hours=2 if quick else 12, seed=case[2]) for case in cases}
    waited = max(
        (longest_wait(story) - settings.QUEUE_FREE_WAIT.total_seconds()) / longest_job(story)
        for story in tales.values()
    )
    yield Figure("free_wait_beyond_15_min", round(waited, 2), "of the longest job", "≤ 1", waited <= 1)
    for slots in (1, 4):
        stories = [story for (places, _, _), story in tales.items() if places == slots]
        paid = min(least_paid(story, slots) for story in stories)
        name = f"paid_share_of_worst_window_{slots}_places"
        yield Figure(name, round(paid, 3), "", f"≥ {1 - share:g}", paid >= 1 - share)
        bare = min(least_paid(story, slots, bare=True) for story in stories)
        yield Figure(f"{name}_without_allowance", round(bare, 3), "")
    yield from _refusals(tales, share)
    yield from _greedy(hours=1 if quick else 4)
    error = median(error for story in tales.values() for error in eta_errors(story))
    yield Figure("eta_error_median", round(error, 2), "of the greater of 5 s and 25 %", "≤ 1", error <= 1)


def _refusals(tales: Mapping[tuple[int, float, int], Story], share: float) -> Iterator[Figure]:
    """A single place is only told: its share of a quarter of an hour is three minutes, less than the longest job."""
    for slots in sorted({slots for slots, _, _ in tales}):
        for load in sorted({load for _, load, _ in tales}):
            stories = [story for (places, free, _), story in tales.items() if (places, free) == (slots, load)]
            asked = sum(len(story.free_asked) for story in stories)
            rate = 100 * sum(story.refused for story in stories) / asked
            least = 100 * sum(even_flow(story, slots) for story in stories) / asked
            must = slots > 1 and load <= 0.9 * share
            name = f"refused_of_{slots}_places_free_at_{load:.0%}"
            unit = "%, beside an even flow of free work without whole jobs"
            yield Figure(
                name, round(rate, 1), unit, "≤ 5" if must else "", rate <= 5 or not must,
                baseline=round(least, 1), ratio=round(rate / least, 2) if least else None,
            )  # fmt: skip


def _greedy(*, hours: float) -> Iterator[Figure]:
    """What 500 queued jobs of one user do to the first jobs of the others, who trickle in."""
    delays, before = [], []
    for slots in (1, 4):
        for paid in (False, True):
            alone = _firsts(_crowd(slots, hours, paid=paid, greedy=False), paid=paid)
            story = _crowd(slots, hours, paid=paid, greedy=True)
            delays += [
                (_start(job, story) - _start(alone[owner], story)) / longest_job(story)
                for owner, job in _firsts(story, paid=paid).items()
            ]
        story = _crowd(slots, hours, paid=False, greedy=True, busy=True)
        theirs = [job for job in story.jobs if job.owner == GREEDY and not job.paid and job.started is not None]
        before += [
            sum(first.eligible <= _start(job, story) < _start(first, story) for job in theirs)
            for first in _firsts(story, paid=False).values()
        ]
    worst, most = max(delays), max(before)
    yield Figure("delay_by_500_jobs_of_another", round(worst, 2), "of the longest job", "≤ 1", worst <= 1)
    yield Figure("of_the_500_before_anothers_first", most, "jobs, paid at 120 %", "≤ 1", most <= 1)


def _crowd(slots: int, hours: float, *, paid: bool, greedy: bool, busy: bool = False) -> Story:
    """People who come once each, with 30 % of the places' time, or 10 % beside paid work without end."""
    chance = random.Random(f"crowd {slots} {paid}")  # noqa: S311 - the same seed makes the same hours
    until = hours * 3600
    load = (0.1 if busy else 0.3) * slots
    arrivals = [
        replace(each, owner=number, jobs=1, door=busy)
        for number, each in enumerate(_arrivals(chance, paid=paid, load=load, until=until))
    ]
    if busy:
        arrivals += _arrivals(chance, paid=True, load=PAID_LOAD * slots, until=until)
    if greedy:
        arrivals.append(Arrival(0.0, GREEDY, paid, 90.0, jobs=500, door=False))
    return VirtualQueue(slots, owners=OWNERS, parallel=PARALLEL, seed=1).run(arrivals, until=until)


def _firsts(story: Story, *, paid: bool) -> dict[int, Ran]:
    return {job.owner: job for job in story.jobs if job.owner != GREEDY and job.paid == paid}


def _start(job: Ran, story: Story) -> float:
    return story.seconds if job.started is None else job.started


def simulate(slots: int, free_load: float, *, hours: float, seed: int, paid_load: float = PAID_LOAD) -> Story:
    """Both classes arrive as they please; one free request in five is for two takes."""
    chance = random.Random(f"{slots} {free_load} {seed}")  # noqa: S311 - the same seed makes the same hours
    until = hours * 3600
    arrivals = [
        *_arrivals(chance, paid=True, load=paid_load * slots, until=until),
        *_arrivals(chance, paid=False, load=free_load * slots, until=until),
    ]
    queue = VirtualQueue(slots, owners=OWNERS, parallel=PARALLEL, seed=seed, ask_every=15)
    return queue.run(arrivals, until=until)


def even_flow(story: Story, slots: int) -> int:
    """How many of the same requests are refused where free work flows at exactly its share, without a pause.

    There is no whole job to wait for and no length to guess: whoever would wait longer than promised is refused.
    """
    rate = slots * settings.QUEUE_FREE_SHARE
    backlog = before = 0.0
    refused = 0
    for asked in story.free_asked:
        backlog = max(0.0, backlog - (asked.at - before) * rate)
        before = asked.at
        if backlog / rate > settings.QUEUE_FREE_WAIT.total_seconds():
            refused += 1
        else:
            backlog += asked.seconds * asked.jobs
    return refused


def _arrivals(chance: random.Random, *, paid: bool, load: float, until: float) -> Iterator[Arrival]:
    """A Poisson stream whose work is `load` seconds a second; lengths are spread evenly over their logarithm."""
    batch = 1.2
    mean = batch * sum(SHORTEST * (LONGEST / SHORTEST) ** ((n + 0.5) / 1000) for n in range(1000)) / 1000
    at = chance.expovariate(load / mean)
    while at < until:
        seconds = SHORTEST * (LONGEST / SHORTEST) ** chance.random()
        yield Arrival(at, chance.randrange(OWNERS), paid, seconds, jobs=2 if chance.random() < batch - 1 else 1)
        at += chance.expovariate(load / mean)


def longest_wait(story: Story) -> float:
    """Of any free job, from when its owner's limit allowed it to its start, or to the end of the story."""
    return max(
        ((story.seconds if job.started is None else job.started) - job.eligible)
        for job in story.jobs
        if not job.paid and job.eligible <= story.seconds
    )


def longest_job(story: Story) -> float:
    """Seconds of the longest that ran."""
    return max(job.seconds for job in story.jobs if job.started is not None)


@dataclass(frozen=True, slots=True)
class _Work:
    """How much of some jobs was done by any moment."""

    moments: list[float]
    rates: list[int]
    done: list[float]

    @classmethod
    def of(cls, jobs: Sequence[Ran], until: float) -> _Work:
        """From their starts and ends."""
        changes: dict[float, int] = {0.0: 0, until: 0}
        for job in jobs:
            assert job.started is not None
            changes[job.started] = changes.get(job.started, 0) + 1
            ended = min(until, job.started + job.seconds)
            changes[ended] = changes.get(ended, 0) - 1
        moments = sorted(changes)
        rates = list(accumulate(changes[moment] for moment in moments))
        steps = (rate * (after - at) for rate, at, after in zip(rates, moments, moments[1:], strict=False))
        return cls(moments, rates, list(accumulate(steps, initial=0.0)))

    def by(self, moment: float) -> float:
        """Seconds of work."""
        place = bisect_right(self.moments, moment) - 1
        return self.done[place] + self.rates[place] * (moment - self.moments[place])


def least_paid(story: Story, slots: int, *, bare: bool = False) -> float:
    """The paid share of the worst 15-minute window in which paid jobs waited all the time.

    Every window counts that begins or ends where any job starts or ends, so none is worse. Of its `slots` × 15 minutes
    one job's length is not counted against free jobs: a job that was begun is not interrupted, so in any order that
    ever starts a free job some window holds a whole one too much. It is the longest free job of that very window. What
    free jobs hold that were begun while no paid job waited is not counted either. `bare`: neither allowance is made.
    """
    started = [job for job in story.jobs if job.started is not None]
    taken = [job for job in started if not job.paid and job.contended]
    paid = _Work.of([job for job in started if job.paid], story.seconds)
    early = _Work.of([job for job in started if not job.paid and not job.contended], story.seconds)
    edges = {edge for job in started for edge in (job.started or 0.0, (job.started or 0.0) + job.seconds)}
    worst = 1.0
    for begin, end in story.paid_waits:
        edges |= {begin, end - WINDOW}
    for at in sorted(edges | {edge - WINDOW for edge in edges}):
        if not any(begin <= at and at + WINDOW <= end for begin, end in story.paid_waits):
            continue
        had = paid.by(at + WINDOW) - paid.by(at)
        if bare:
            worst = min(worst, had / (slots * WINDOW))
            continue
        had += early.by(at + WINDOW) - early.by(at)
        one = max((job.seconds for job in taken if _overlaps(job, at, at + WINDOW)), default=0.0)
        worst = min(worst, (had + one) / (slots * WINDOW))
    return worst


def _overlaps(job: Ran, begin: float, end: float) -> bool:
    assert job.started is not None
    return job.started < end and job.started + job.seconds > begin


def eta_errors(story: Story) -> list[float]:
    """Each told time's error, as a multiple of what is allowed: the greater of 5 s and a quarter."""
    return [
        abs(job.eta - (job.ended - job.queued)) / max(5.0, 0.25 * (job.ended - job.queued))
        for job in story.jobs
        if job.eta is not None and job.ended is not None
    ]
