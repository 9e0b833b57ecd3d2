"""The sweeper: dead workers' jobs go back, at most three attempts; retries fall due; lost wakes are replaced."""

from __future__ import annotations

import pytest
from django_celery_beat.models import PeriodicTask

from apps.jobs.control import Progress
from apps.jobs.handlers import Failure
from apps.jobs.models import Job, Worker
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_finish import job_fail
from apps.jobs.services.jobs_beat import Beat, jobs_beat, worker_beat
from apps.jobs.services.jobs_sweep import jobs_sweep
from tests.jobs.conftest import Steered, Wakes, World, after

pytestmark = pytest.mark.django_db


def test_job_of_a_dead_worker_goes_back_and_has_used_an_attempt(world: World, steered: Steered) -> None:
    world.submit(at=after(0))
    world.claim(at=after(0))

    assert jobs_sweep(now=after(29)).expired == 0
    assert jobs_sweep(now=after(31)).expired == 1

    row = Job.objects.get()
    assert (row.status, row.attempts_used, row.worker, row.lease_until) == ("queued", 1, "", None)
    assert row.queued_at == after(0)
    assert len(world.claim(at=after(31))) == 1


def test_job_that_kills_its_workers_fails_after_three_attempts(world: World, steered: Steered) -> None:
    world.submit()
    for attempt in range(3):
        assert len(world.claim(at=after(100 * attempt))) == 1
        jobs_sweep(now=after(100 * attempt + 31))

    row = Job.objects.get()
    assert (row.status, row.error_kind, row.attempts_used) == ("failed", "worker_lost", 3)
    assert row.error
    assert len(steered.failures) == 1
    assert world.claim(at=after(1000)) == []


def test_heartbeat_keeps_the_lease(world: World, steered: Steered) -> None:
    world.submit()
    (job,) = world.claim(at=after(0))

    jobs_beat([Beat(job.id, job.attempt, Progress("mixing", 0.4))], worker="w1", now=after(25))

    assert jobs_sweep(now=after(50)).expired == 0
    row = Job.objects.get()
    assert (row.stage, row.fraction, row.progress_at, row.lease_until) == ("mixing", 0.4, after(25), after(55))


def test_heartbeat_of_a_lost_attempt_changes_nothing(world: World, steered: Steered) -> None:
    world.submit()
    (late,) = world.claim(at=after(0))
    jobs_sweep(now=after(31))
    world.claim(at=after(32))

    assert jobs_beat([Beat(late.id, late.attempt, Progress("late", 0.9))], worker="w1", now=after(40)) == set()

    assert (Job.objects.get().stage, Job.objects.get().lease_until) == ("", after(62))


def test_cancelled_job_of_a_dead_worker_ends_cancelled(world: World, steered: Steered) -> None:
    job = world.submit()
    world.claim(at=after(0))
    job_cancel(job=job, now=after(1))

    jobs_sweep(now=after(31))

    job.refresh_from_db()
    assert job.status == "cancelled"
    assert len(steered.failures) == 1


def test_one_job_that_cannot_be_settled_holds_up_no_other(
    world: World, steered: Steered, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = world.submit(), world.submit()
    world.claim(2, at=after(0))
    Job.objects.update(max_attempts=1)

    def fail(job: Job, error: Failure) -> None:
        if job.id == bad.id:
            raise ValueError("cannot undo")

    monkeypatch.setattr(steered, "fail", fail)

    assert jobs_sweep(now=after(31)).expired == 1

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, good.status) == ("running", "failed")


def test_lost_wake_is_replaced(world: World, wakes: Wakes) -> None:
    worker_beat(name="w1", capabilities=["cpu"], slots=1, now=after(0))
    world.submit()
    wakes.clear()

    jobs_sweep(now=after(1))

    assert wakes.count() == 1


def test_wakes_do_not_pile_up_where_no_worker_hears_them(world: World, wakes: Wakes) -> None:
    worker_beat(name="w1", capabilities=["cpu"], slots=1, now=after(0))
    world.submit(capability="gpu")
    wakes.clear()

    assert jobs_sweep(now=after(1)).wakes == 0
    assert wakes.count("gpu") == 0


def test_nothing_to_do_wakes_nobody(world: World, steered: Steered, wakes: Wakes) -> None:
    worker_beat(name="w1", capabilities=["cpu"], slots=1, now=after(0))
    job_cancel(job=world.submit(), now=after(1))
    world.submit("busy", parallel=1)
    world.submit("busy", parallel=1)
    world.claim(at=after(2))
    wakes.clear()

    assert jobs_sweep(now=after(3)).wakes == 0
    assert wakes.count() == 0


def test_due_retry_wakes(world: World, steered: Steered, wakes: Wakes) -> None:
    worker_beat(name="w1", capabilities=["cpu"], slots=1, now=after(0))
    world.submit()
    (job,) = world.claim()
    job_fail(job=job, failure=Failure("retryable", "Oops."), permanent=False, now=after(0))
    wakes.clear()

    swept = jobs_sweep(now=after(2))

    assert (swept.due, wakes.count()) == (1, 1)


def test_worker_that_went_silent_leaves_the_list(world: World) -> None:
    worker_beat(name="dead", capabilities=["cpu"], slots=1, now=after(0))
    worker_beat(name="alive", capabilities=["cpu"], slots=1, now=after(60))

    jobs_sweep(now=after(61))

    assert list(Worker.objects.values_list("name", flat=True)) == ["alive"]


def test_scheduler_sweeps_more_often_than_every_five_seconds(db: None) -> None:
    task = PeriodicTask.objects.get(task="jobs.sweep")

    assert (task.interval.period, task.enabled) == ("seconds", True)
    assert task.interval.every < 5
