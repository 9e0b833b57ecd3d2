"""The queue's promises under a virtual clock: hours of paid work at 120 % beside free work, through the real claim."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

from django.conf import settings

from bench.figures import Figure
from bench.harness.virtual_queue import Arrival, Ran, Story, VirtualQueue

WINDOW = 900.0
SHORTEST, LONGEST = 20.0, 240.0
PAID_LOAD = 1.2
PARALLEL = {False: 1, True: 4}
OWNERS = 400
SEEDS = (1, 2, 3)


def run(*, quick: bool) -> Iterator[Figure]:
    """Every promise, at the worst of all cases."""
    share = settings.QUEUE_FREE_SHARE
    hours = 4 if quick else 12
    seeds = SEEDS[:1] if quick else SEEDS
    waited, refused, paid_share, errors = [], [], [], []
    for free_load in (0.1, 0.3, 1.0):
        for slots in (1, 4):
            for seed in seeds:
                story = simulate(slots, free_load, hours=hours, seed=seed)
                over = longest_wait(story) - settings.QUEUE_FREE_WAIT.total_seconds()
                waited.append(over / longest_job(story))
                paid_share.append(least_paid(story, slots))
                errors += eta_errors(story)
                rate = 100 * story.refused / max(1, story.asked)
                if free_load <= 0.9 * share:
                    refused.append(rate)
                yield Figure(f"refused_{slots}_slots_free_{free_load:.0%}", round(rate, 1), "%")
    yield Figure("wait_beyond_T", round(max(waited), 2), "longest jobs", "≤ 1", max(waited) <= 1)
    yield Figure(
        "paid_share_of_worst_window", round(min(paid_share), 3), "", f"≥ {1 - share:g}", min(paid_share) >= 1 - share
    )
    yield Figure("refused", round(max(refused), 1), "%", "≤ 5", max(refused) <= 5)
    if errors:
        yield Figure("eta_error_median", round(median(errors), 2), "of max(5 s, 25 %)", "≤ 1", median(errors) <= 1)


def simulate(slots: int, free_load: float, *, hours: float, seed: int, paid_load: float = PAID_LOAD) -> Story:
    """Both classes arrive as they please; one free request in five is for two takes."""
    chance = random.Random(f"{slots} {free_load} {seed}")  # noqa: S311 - the same seed makes the same hours
    until = hours * 3600
    arrivals = [
        *_arrivals(chance, paid=True, load=paid_load * slots, until=until),
        *_arrivals(chance, paid=False, load=free_load * slots, until=until),
    ]
    queue = VirtualQueue(slots, owners=OWNERS, parallel=PARALLEL, seed=seed, ask_every=5)
    return queue.run(arrivals, until=until)


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


def least_paid(story: Story, slots: int) -> float:
    """The paid share of the worst 15-minute window in which paid jobs waited all the time.

    Every window counts that begins or ends where any job starts or ends, so none is worse. Of its `slots` × 15 minutes
    one job's length is not counted against free jobs: a job that was begun is not interrupted, so in any order that
    ever starts a free job some window holds a whole one too much. It is the longest free job of that very window. What
    free jobs hold that were begun while no paid job waited is not counted either.
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
        had = paid.by(at + WINDOW) - paid.by(at) + early.by(at + WINDOW) - early.by(at)
        one = max(
            (_overlap(job, at, at + WINDOW) for job in taken),
            default=0.0,
        )
        worst = min(worst, (had + one) / (slots * WINDOW))
    return worst


def _overlap(job: Ran, begin: float, end: float) -> float:
    assert job.started is not None
    return max(0.0, min(end, job.started + job.seconds) - max(begin, job.started))


def eta_errors(story: Story) -> list[float]:
    """Each told time's error, as a multiple of what is allowed: the greater of 5 s and a quarter."""
    return [
        abs(job.eta - (job.ended - job.queued)) / max(5.0, 0.25 * (job.ended - job.queued))
        for job in story.jobs
        if job.eta is not None and job.ended is not None
    ]
