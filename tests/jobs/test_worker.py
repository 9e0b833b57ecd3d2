"""A worker's places and keeper, in this process: cancel, shutdown, hung, lost, deaf, doubled wakes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction

from apps.jobs import keeper as keeper_module
from apps.jobs.handlers import Permanent, Retryable
from apps.jobs.keeper import Identity
from apps.jobs.models import Job, Worker
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.jobs_sweep import jobs_sweep
from apps.jobs.worker import Station
from tests.jobs.conftest import Steered, World, after, limit

pytestmark = pytest.mark.django_db(transaction=True)


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Fail when `condition` does not come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def status(job: Job) -> str:
    job.refresh_from_db()
    return job.status


@pytest.fixture
def station(world: World, steered: Steered) -> Iterator[Station]:
    """A worker with two places."""
    here = Station(Identity("here", ("cpu",), 2))
    here.start()
    yield here
    steered.release.set()
    here.close()


def test_one_wake_runs_everything_that_waits(world: World, steered: Steered, station: Station) -> None:
    jobs = [world.submit(f"person{number % 3}") for number in range(12)]

    station.slots.wake("cpu")

    wait_for(lambda: Job.objects.filter(status="succeeded").count() == len(jobs))
    assert len(steered.effects) == 12


def test_one_wake_fills_every_place_and_no_more(world: World, steered: Steered, station: Station) -> None:
    for _ in range(3):
        world.submit(payload={"do": "wait"})

    station.slots.wake("cpu")

    wait_for(lambda: Job.objects.filter(status="running").count() == 2)
    assert station.slots.wake("cpu") is False
    assert Job.objects.filter(status="queued").count() == 1


def test_doubled_wakes_run_a_job_once(world: World, steered: Steered, station: Station) -> None:
    world.submit()

    for _ in range(20):
        station.slots.wake("cpu")

    wait_for(lambda: Job.objects.filter(status="succeeded").count() == 1)
    assert station.slots.wait_idle(10)
    assert Job.objects.get().attempt == 1
    assert len(steered.effects) == 1


def test_wake_that_finds_every_place_busy_is_not_forgotten(world: World, steered: Steered, station: Station) -> None:
    limit(at_once=2)
    for _ in range(2):
        world.submit(payload={"do": "wait"})
    station.slots.wake("cpu")
    wait_for(lambda: Job.objects.filter(status="running").count() == 2)
    limit(at_once=None)
    late = world.submit("late")
    assert station.slots.wake("cpu") is False

    steered.release.set()

    wait_for(lambda: status(late) == "succeeded")


def test_running_job_is_cancelled_within_two_seconds(world: World, steered: Steered, station: Station) -> None:
    job = world.submit(payload={"do": "wait"})
    station.slots.wake("cpu")
    wait_for(lambda: status(job) == "running")

    job_cancel(job=job, now=after(0))

    wait_for(lambda: status(job) == "cancelled", 2)
    assert steered.effects == []
    assert [pk for pk, _ in steered.failures] == [job.id]


def test_shutdown_hands_back_without_using_the_attempt(world: World, steered: Steered, station: Station) -> None:
    job = world.submit(payload={"do": "wait"})
    station.slots.wake("cpu")
    wait_for(lambda: status(job) == "running")

    station.close()

    assert status(job) == "queued"
    assert (job.attempt, job.attempts_used, job.due_at) == (1, 0, None)
    assert not Worker.objects.exists()
    assert station.slots.wake("cpu") is False


def test_shutdown_does_not_wait_for_a_deaf_run(
    world: World, steered: Steered, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "SHUTDOWN_GRACE_SECONDS", 0.2)
    job = world.submit(payload={"do": "deaf"})
    station.slots.wake("cpu")
    wait_for(lambda: steered.started.acquire(blocking=False))

    station.close()

    assert status(job) == "queued"


def test_late_result_of_a_run_given_up_does_not_count(
    world: World, steered: Steered, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "HUNG_GRACE_SECONDS", 0.2)
    job = world.submit(payload={"do": "deaf"})
    station.slots.wake("cpu")
    wait_for(lambda: status(job) == "queued" and job.attempt == 1)
    assert (job.error_kind, job.attempts_used) == ("hung", 1)

    steered.release.set()

    wait_for(lambda: steered.discarded == [f"{job.id}:1"])
    assert status(job) == "queued"
    assert steered.effects == []


def test_stage_without_progress_past_its_deadline_uses_the_attempt(
    world: World, steered: Steered, station: Station
) -> None:
    job = world.submit(payload={"do": "wait", "deadline": 0.05})

    station.slots.wake("cpu")

    wait_for(lambda: status(job) == "queued" and job.attempts_used == 1)
    assert job.error_kind == "hung"


def test_run_whose_lease_went_elsewhere_stops_and_changes_nothing(
    world: World, steered: Steered, station: Station
) -> None:
    job = world.submit(payload={"do": "wait"})
    station.slots.wake("cpu")
    wait_for(lambda: status(job) == "running")
    station.slots.close()

    # in one transaction, so that the station cannot extend the lease in between
    with transaction.atomic():
        Job.objects.filter(pk=job.pk).update(lease_until=after(0))
        jobs_sweep(now=after(1))

    assert station.slots.wait_idle(10)
    assert status(job) == "queued"
    assert (job.attempts_used, steered.effects) == (1, [])


@pytest.mark.parametrize(
    ("error", "kind", "message", "ends"),
    [
        (Retryable("The disk is full."), "retryable", "The disk is full.", "queued"),
        (Permanent("Too long."), "permanent", "Too long.", "failed"),
        (ZeroDivisionError("secret detail"), "internal", "Something went wrong on our side.", "queued"),
    ],
)
def test_errors_of_a_run(
    world: World, steered: Steered, station: Station, error: Exception, kind: str, message: str, ends: str
) -> None:
    steered.errors["it"] = error
    job = world.submit(payload={"do": "raise", "error": "it"})

    station.slots.wake("cpu")

    wait_for(lambda: status(job) == ends and job.attempt == 1)
    assert (job.error_kind, job.error) == (kind, message)


def test_storing_that_fails_discards_what_was_made(world: World, steered: Steered, station: Station) -> None:
    job = world.submit(payload={"break_succeed": True})

    station.slots.wake("cpu")

    wait_for(lambda: status(job) == "queued" and job.attempt == 1)
    assert steered.discarded == [f"{job.id}:1"]
    assert steered.effects == []


def test_job_of_an_unknown_kind_fails_with_a_clear_message(world: World, steered: Steered, station: Station) -> None:
    job = world.submit(kind="never-heard-of")

    station.slots.wake("cpu")

    wait_for(lambda: status(job) == "failed")
    assert job.error_kind == "unknown_kind"


def test_progress_is_stored_while_it_runs(world: World, steered: Steered, station: Station) -> None:
    job = world.submit(payload={"do": "wait"})

    station.slots.wake("cpu")

    wait_for(lambda: status(job) == "running" and job.fraction == 0.5)
    assert job.stage == "waiting"
    assert Worker.objects.get().slots == 2
