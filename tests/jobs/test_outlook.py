"""Places in the queue agree with the order of claims; times come from the engine's own history."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.jobs.control import Progress
from apps.jobs.models import Job
from apps.jobs.outlook import Outlook, outlooks
from apps.jobs.services.job_finish import job_succeed
from apps.jobs.services.jobs_beat import Beat, jobs_beat, worker_beat
from tests.jobs.conftest import Steered, World, after

pytestmark = pytest.mark.django_db


def position(job: Job) -> int | None:
    return outlooks([job], now=after(0))[job.id].position


def make_history(world: World, *, seconds: float, jobs: int = 3) -> None:
    """The engine has made songs of a minute in `seconds` each."""
    for _ in range(jobs):
        world.submit("past", at=after(-1000))
        (job,) = world.claim(at=after(-900))
        job_succeed(job=job, outcome=f"{job.id}", now=after(-900 + seconds))


def test_places_are_the_order_in_which_jobs_are_claimed(world: World) -> None:
    jobs = [
        world.submit(name, at=after(number))
        for number, name in enumerate(["ada", "ada", "ada", "bob", "paid1", "cleo", "bob", "paid2", "paid1"])
    ]
    world.claim(1, at=after(20))
    waiting = [job for job in jobs if Job.objects.get(pk=job.pk).status == "queued"]

    places = {pk: each.position for pk, each in outlooks(Job.objects.filter(status="queued"), now=after(20)).items()}

    order = [job.id for job in world.claim(20, at=after(20))]
    assert sorted(places, key=lambda pk: places[pk] or 0) == order
    assert sorted(place or 0 for place in places.values()) == list(range(1, len(waiting) + 1))


def test_nobody_knows_when_without_history_or_workers(world: World, steered: Steered) -> None:
    job = world.submit()
    assert outlooks([job], now=after(0))[job.id] == Outlook(1, None)

    make_history(world, seconds=6)
    assert outlooks([job], now=after(0))[job.id].eta is None


def test_time_expected_grows_with_what_is_asked_and_what_goes_before(world: World, steered: Steered) -> None:
    make_history(world, seconds=6)
    worker_beat(name="w1", capabilities=["cpu"], slots=2, now=after(0))
    first = world.submit("ada", at=after(0), expected_seconds=60)
    second = world.submit("bob", at=after(1), expected_seconds=120)

    found = outlooks([first, second], now=after(1))

    assert found[first.id].position == 1
    assert found[first.id].eta == pytest.approx(6)
    # half of the six seconds before it, because there are two places, and twelve of its own
    assert found[second.id].position == 2
    assert found[second.id].eta == pytest.approx(15)


def test_own_limit_counts_even_where_places_are_free(world: World, steered: Steered) -> None:
    make_history(world, seconds=6)
    worker_beat(name="w1", capabilities=["cpu"], slots=100, now=after(0))
    jobs = [world.submit("ada", at=after(number), parallel=1) for number in range(3)]

    eta = outlooks(jobs, now=after(2))[jobs[2].id].eta

    assert eta == pytest.approx(18)


def test_running_job_is_told_by_history_first_and_by_its_progress_later(world: World, steered: Steered) -> None:
    make_history(world, seconds=20)
    job = world.submit(at=after(0))
    (mine,) = world.claim(at=after(0))
    job.refresh_from_db()
    assert outlooks([job], now=after(5))[job.id].eta == pytest.approx(15)

    jobs_beat([Beat(mine.id, mine.attempt, Progress("mixing", 0.5))], worker="w1", now=after(5))
    job.refresh_from_db()

    # half done in five seconds: between the fifteen of history and the five of its own pace
    assert outlooks([job], now=after(5))[job.id].eta == pytest.approx(10)


def test_number_of_queries_does_not_grow_with_jobs(world: World, steered: Steered) -> None:
    make_history(world, seconds=6)
    for number in range(6):
        world.submit(f"person{number}", capability=("cpu", "gpu")[number % 2])
    world.claim(2)

    counts = []
    for jobs in (Job.objects.filter(status="queued")[:1], Job.objects.exclude(status="succeeded")):
        with CaptureQueriesContext(connection) as captured:
            outlooks(list(jobs), now=after(0))
        counts.append(len(captured.captured_queries))

    # the jobs themselves, places, paces, running jobs, workers
    assert counts == [5, 5]
