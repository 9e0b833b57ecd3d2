"""Counted rows equal a recount, whatever happens to jobs in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.jobs.handlers import ClaimedJob, Failure
from apps.jobs.models import Job
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_claim import claimed
from apps.jobs.services.job_finish import CancelledFirst, job_fail, job_hand_back, job_stop, job_succeed
from apps.jobs.services.job_retry import CannotRetry, job_retry
from apps.jobs.services.jobs_sweep import jobs_sweep
from tests.jobs.conftest import NOON, Steered, World, limit, miscounted

OOPS = Failure("retryable", "Oops.")
STOPPED = Failure("cancelled", "Cancelled.")


class History:
    """Carries out one step after the other at a moment that only moves forward."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = NOON

    def step(self, name: str, pick: int) -> None:
        """One step; `pick` chooses whom it concerns."""
        self.now += timedelta(seconds=3)
        steps: dict[str, Callable[[int], object]] = {
            "submit": self._submit,
            "claim": lambda n: self.world.claim(1 + n % 3, at=self.now, capability=("cpu", "gpu")[n % 2]),
            "succeed": lambda n: self._settle(n, self._succeed),
            "fail": lambda n: self._settle(
                n, lambda job: job_fail(job=job, failure=OOPS, permanent=n % 4 == 0, now=self.now)
            ),
            "hand back": lambda n: self._settle(n, lambda job: job_hand_back(job=job, now=self.now)),
            "cancel": lambda n: self._any(n, lambda job: job_cancel(job=job, now=self.now)),
            "retry": self._retry,
            "sweep": lambda _: jobs_sweep(now=self.now),
            "much later": lambda _: jobs_sweep(now=self.now + timedelta(seconds=40)),
            "delete": lambda n: self._any(n, lambda job: job.delete()),
            "roll back": self._roll_back,
            "limit": lambda n: limit(at_once=n % 4 or None),
        }
        steps[name](pick)

    def _submit(self, n: int) -> None:
        self.world.submit(
            ("ada", "bob", "paid")[n % 3],
            at=self.now - timedelta(seconds=n % 7),
            capability=("cpu", "gpu")[n % 2],
            engine=("composer", "other")[n // 2 % 2],
            parallel=1 + n % 3,
        )

    def _settle(self, n: int, step: Callable[[ClaimedJob], object]) -> None:
        running = list(Job.objects.filter(status="running").order_by("id"))
        if running:
            step(claimed(running[n % len(running)]))

    def _succeed(self, job: ClaimedJob) -> None:
        """As a worker does: what ends after its cancellation ends as cancelled."""
        try:
            job_succeed(job=job, outcome=f"{job.id}:{job.attempt}")
        except CancelledFirst:
            job_stop(job=job, failure=STOPPED, now=self.now)

    def _any(self, n: int, step: Callable[[Job], object]) -> None:
        jobs = list(Job.objects.order_by("id"))
        if jobs:
            step(jobs[n % len(jobs)])

    def _retry(self, n: int) -> None:
        def retry(job: Job) -> None:
            try:
                job_retry(job=job, now=self.now)
            except CannotRetry:
                assert job.status in {"queued", "running", "succeeded"}

        self._any(n, retry)

    def _roll_back(self, n: int) -> None:
        with transaction.atomic():
            self._submit(n)
            self.world.claim(2, at=self.now)
            transaction.set_rollback(True)


STEPS = (
    "submit", "submit", "submit", "claim", "claim", "succeed", "fail", "hand back", "cancel", "retry", "sweep",
    "much later", "delete", "roll back", "limit",
)  # fmt: skip


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 50)), min_size=5, max_size=40))
def test_counts_equal_a_recount_after_any_history(
    world: World, steered: Steered, history: list[tuple[str, int]]
) -> None:
    try:
        with transaction.atomic():
            story = History(world)
            for name in ("ada", "bob", "paid"):
                world.person(name)
            for name, pick in history:
                story.step(name, pick)
                assert miscounted() == 0, name
            transaction.set_rollback(True)
    finally:
        world.people.clear()
