"""A job's effects happen once: late writers lose, unclear commits repeat harmlessly, failures store nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.jobs.handlers import ClaimedJob, Failure
from apps.jobs.models import Job
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_finish import (
    CancelledFirst,
    LostLease,
    job_fail,
    job_hand_back,
    job_stop,
    job_succeed,
)
from apps.jobs.services.job_retry import CannotRetry, job_retry
from apps.jobs.services.jobs_sweep import jobs_sweep
from tests.jobs.conftest import Steered, Wakes, World, after

pytestmark = pytest.mark.django_db
OOPS = Failure("retryable", "Oops.")


def outcome(job: ClaimedJob) -> str:
    return f"{job.id}:{job.attempt}"


def test_success_stores_result_and_effect_together(world: World, steered: Steered) -> None:
    world.submit()
    (job,) = world.claim()

    job_succeed(job=job, outcome=outcome(job), now=after(9))

    row = Job.objects.get()
    assert (row.status, row.result, row.fraction) == ("succeeded", {"effect": outcome(job)}, 1)
    assert (row.finished_at, row.lease_until) == (after(9), None)
    assert steered.effects == [outcome(job)]


def test_finishing_again_after_an_unclear_commit_changes_nothing(world: World, steered: Steered) -> None:
    world.submit()
    (job,) = world.claim()
    job_succeed(job=job, outcome=outcome(job), now=after(9))

    job_succeed(job=job, outcome=outcome(job), now=after(10))

    assert steered.effects == [outcome(job)]
    assert Job.objects.get().finished_at == after(9)


def test_late_writer_loses_to_the_next_attempt(world: World, steered: Steered) -> None:
    world.submit()
    (late,) = world.claim(at=after(0))
    jobs_sweep(now=after(31))
    (current,) = world.claim(at=after(32))

    steps: list[Callable[[], None]] = [
        lambda: job_succeed(job=late, outcome=outcome(late)),
        lambda: job_fail(job=late, failure=OOPS, permanent=True),
        lambda: job_hand_back(job=late),
        lambda: job_stop(job=late, failure=OOPS),
    ]
    for step in steps:
        with pytest.raises(LostLease):
            step()

    row = Job.objects.get()
    assert (row.status, row.attempt, row.lease_until) == ("running", 2, after(62))
    job_succeed(job=current, outcome=outcome(current))
    assert steered.effects == [outcome(current)]
    assert steered.failures == []


def test_hand_back_does_not_let_the_old_run_write(world: World, steered: Steered) -> None:
    world.submit()
    (old,) = world.claim(at=after(0))
    job_hand_back(job=old, now=after(1))
    (new,) = world.claim(at=after(2))

    with pytest.raises(LostLease):
        job_succeed(job=old, outcome=outcome(old))

    assert new.attempt == 2
    assert Job.objects.get().attempts_used == 1


def test_storing_that_fails_stores_nothing(world: World, steered: Steered) -> None:
    world.submit(payload={"break_succeed": True})
    (job,) = world.claim()

    with pytest.raises(ValueError, match="storing failed"):
        job_succeed(job=job, outcome=outcome(job))

    assert steered.effects == []
    assert Job.objects.get().status == "running"


def test_cancellation_that_came_before_the_result_wins(world: World, steered: Steered) -> None:
    job_row = world.submit()
    (job,) = world.claim()
    job_cancel(job=job_row, now=after(1))

    with pytest.raises(CancelledFirst):
        job_succeed(job=job, outcome=outcome(job))
    job_stop(job=job, failure=Failure("cancelled", "You cancelled this."))

    assert steered.effects == []
    assert [pk for pk, _ in steered.failures] == [job.id]
    assert Job.objects.get().status == "cancelled"


def test_error_is_tried_three_times_with_growing_pauses(world: World, steered: Steered) -> None:
    world.submit()
    pauses = []
    for attempt in (1, 2, 3):
        start = 100 * attempt
        jobs_sweep(now=after(start))
        (job,) = world.claim(at=after(start))
        assert job.attempt == attempt
        job_fail(job=job, failure=OOPS, permanent=False, now=after(start))
        due = Job.objects.get().due_at
        pauses.append(due and (due - after(start)).total_seconds())

    row = Job.objects.get()
    assert pauses == [1, 2, None]
    assert (row.status, row.attempts_used, row.error, row.error_kind) == ("failed", 3, "Oops.", "retryable")
    assert [pk for pk, _ in steered.failures] == [row.id]
    jobs_sweep(now=after(1000))
    assert world.claim(at=after(1000)) == []


def test_a_retry_is_not_claimed_before_it_falls_due(world: World, steered: Steered) -> None:
    world.submit()
    (job,) = world.claim(at=after(0))
    job_fail(job=job, failure=OOPS, permanent=False, now=after(10))

    jobs_sweep(now=after(10.5))
    assert world.claim(at=after(10.5)) == []
    jobs_sweep(now=after(11))
    assert len(world.claim(at=after(11))) == 1


def test_permanent_error_is_not_tried_again(world: World, steered: Steered) -> None:
    world.submit()
    (job,) = world.claim()

    job_fail(job=job, failure=Failure("permanent", "Impossible."), permanent=True, now=after(1))

    row = Job.objects.get()
    assert (row.status, row.error, row.finished_at) == ("failed", "Impossible.", after(1))
    assert steered.failures == [(row.id, Failure("permanent", "Impossible."))]


def test_cancelling_twice_undoes_once(world: World, steered: Steered) -> None:
    job = world.submit()

    assert job_cancel(job=job, now=after(1)).status == "cancelled"
    assert job_cancel(job=job, now=after(2)).finished_at == after(1)

    assert [pk for pk, _ in steered.failures] == [job.id]


def test_cancelling_what_succeeded_changes_nothing(world: World, steered: Steered) -> None:
    row = world.submit()
    (job,) = world.claim()
    job_succeed(job=job, outcome=outcome(job), now=after(1))

    assert job_cancel(job=row, now=after(2)).status == "succeeded"
    assert steered.failures == []


def test_retry_makes_one_new_job_however_often_it_is_asked(world: World, steered: Steered) -> None:
    old = job_cancel(job=world.submit("paid", payload={"seed": 7}), now=after(1))

    first, second = job_retry(job=old, now=after(2)), job_retry(job=old, now=after(3))

    assert first == second
    assert (first.payload, first.group, first.status, first.attempt) == ({"seed": 7}, old.group, "queued", 0)
    assert first.parallel == 4
    assert Job.objects.count() == 2


def test_only_what_failed_can_be_retried(world: World) -> None:
    job = world.submit()

    with pytest.raises(CannotRetry):
        job_retry(job=job, now=after(1))

    assert Job.objects.count() == 1


def test_ended_job_cannot_be_brought_back_by_any_path(world: World, steered: Steered) -> None:
    job = job_cancel(job=world.submit(), now=after(1))

    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(status="queued", finished_at=None)

    assert Job.objects.get().status == "cancelled"


@pytest.mark.django_db(transaction=True)
def test_finish_frees_the_owner_for_work_of_another_capability(world: World, steered: Steered, wakes: Wakes) -> None:
    world.submit(parallel=1)
    world.submit(parallel=1, capability="gpu", engine="neural")
    (job,) = world.claim()
    wakes.clear()

    job_succeed(job=job, outcome=outcome(job))

    assert wakes.count("gpu") == 1


def test_finishing_takes_five_queries_and_locks_the_row(world: World, steered: Steered) -> None:
    world.submit()
    (job,) = world.claim()

    with CaptureQueriesContext(connection) as captured:
        job_succeed(job=job, outcome=outcome(job))

    queries = [query["sql"] for query in captured.captured_queries]
    # savepoint, lock, the handler's own, store, release
    assert len(queries) == 5, queries
    assert "FOR UPDATE" in queries[1]
    assert Group.objects.count() == 1
