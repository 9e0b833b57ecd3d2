"""Places in the queue agree with the order of claims; times come from the engine's own history."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.jobs import forecast as forecast_module
from apps.jobs.control import Progress
from apps.jobs.handlers import Failure
from apps.jobs.honesty import eta_errors
from apps.jobs.models import EngineLimit, Job
from apps.jobs.outlook import Outlook, WaitsFor, outlooks
from apps.jobs.room import Kept
from apps.jobs.services.eta_tell import eta_tell
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_finish import job_fail, job_succeed
from apps.jobs.services.jobs_beat import Beat, jobs_beat, worker_beat
from tests.jobs.conftest import Steered, World, after, limit

pytestmark = pytest.mark.django_db


def position(job: Job) -> int | None:
    return outlooks([job], now=after(0))[job.id].position


def make_history(world: World, *, seconds: float, jobs: int = 3) -> None:
    """The engine has made songs of a minute in `seconds` each."""
    for _ in range(jobs):
        world.submit("past", at=after(-1000))
        (job,) = world.claim(at=after(-900))
        job_succeed(job=job, outcome=f"{job.id}", now=after(-900 + seconds))


def test_places_are_the_order_in_which_jobs_of_a_class_are_claimed(world: World) -> None:
    jobs = [
        world.submit(name, at=after(number))
        for number, name in enumerate(["ada", "ada", "ada", "bob", "paid1", "cleo", "bob", "paid2", "paid1"])
    ]
    world.claim(1, at=after(20))
    waiting = [job for job in jobs if Job.objects.get(pk=job.pk).status == "queued"]

    places = {pk: each.position for pk, each in outlooks(Job.objects.filter(status="queued"), now=after(20)).items()}

    taken = world.claim(20, at=after(20))
    paid = {job.pk for job in waiting if job.paid}
    for group in (paid, {job.pk for job in waiting} - paid):
        order = [job.id for job in taken if job.id in group]
        assert sorted(group, key=lambda pk: places[pk] or 0) == order
        assert sorted(places[pk] or 0 for pk in group) == list(range(1, len(group) + 1))


def test_nobody_knows_when_without_history_or_workers(world: World, steered: Steered) -> None:
    job = world.submit()
    found = outlooks([job], now=after(0))[job.id]
    assert (found.position, found.eta, found.waits_for) == (1, None, WaitsFor.WORKER)

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
    assert found[second.id].position == 2
    assert found[second.id].eta == pytest.approx(12), "there are two places"

    third = world.submit("cleo", at=after(2), expected_seconds=60)
    assert outlooks([third], now=after(2))[third.id].eta == pytest.approx(6 + 6), "when the first has ended"


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

    # the jobs themselves, what goes before them, engines, workers, who waits, what runs, what came lately
    assert counts == [7, 7]


def outlook(job: Job, at: float = 0) -> Outlook:
    job.refresh_from_db()
    return outlooks([job], now=after(at))[job.id]


def test_what_a_job_waits_for_is_told_apart(world: World, steered: Steered) -> None:
    make_history(world, seconds=6)
    worker_beat(name="w1", capabilities=["cpu"], slots=2, now=after(0))
    first = world.submit("ada", parallel=1)
    assert outlook(first).waits_for is WaitsFor.TURN

    world.claim(1)
    second = world.submit("ada", parallel=1)
    assert outlook(second).waits_for is WaitsFor.OWN_LIMIT
    assert outlook(second).eta == pytest.approx(6 + 6), "its own song goes first, whatever places are free"

    other = world.submit("bob")
    limit(at_once=1)
    assert outlook(other).waits_for is WaitsFor.ENGINE_LIMIT
    limit(at_once=0)
    assert (outlook(other).waits_for, outlook(other).eta) == (WaitsFor.PAUSED, None)
    limit(at_once=None)
    assert outlook(other, at=3600).waits_for is WaitsFor.WORKER, "nobody gave a sign of life for an hour"


def test_an_attempt_that_failed_waits_for_its_time(world: World, steered: Steered) -> None:
    make_history(world, seconds=6)
    worker_beat(name="w1", capabilities=["cpu"], slots=2, now=after(0))
    job = world.submit()
    (mine,) = world.claim()
    job_fail(job=mine, failure=Failure("retryable", "Again."), permanent=False, now=after(2))

    found = outlook(job, at=2)

    assert (found.waits_for, found.position) == (WaitsFor.LATER, None)
    assert found.eta == pytest.approx(1 + 6)


def test_a_free_job_behind_paid_ones_waits_for_its_share_and_not_for_all_of_them(
    world: World, steered: Steered
) -> None:
    # given one place, and paid work for an hour
    make_history(world, seconds=60)
    worker_beat(name="w1", capabilities=["cpu"], slots=1, now=after(0))
    for number in range(60):
        world.submit(f"paid{number}", at=after(-1))
    # then a free job's share comes long before that, and the next one's a share later
    first, second = world.submit("ada", at=after(0)), world.submit("bob", at=after(1))
    told = [outlook(job, at=1) for job in (first, second)]
    assert [each.position for each in told] == [1, 2]
    assert (told[0].eta or 0) < (told[1].eta or 0) < 1800
    assert told[1].moves == pytest.approx(60 / settings.QUEUE_FREE_SHARE)
    # while paid ones wait for each other, and for the share
    last = world.submit("paid60", at=after(2))
    assert 3600 < (outlook(last, at=2).eta or 0) < 2 * 3600


def test_a_free_job_waits_for_paid_ones_that_are_expected_to_come(world: World, steered: Steered) -> None:
    make_history(world, seconds=30)
    worker_beat(name="w1", capabilities=["cpu"], slots=1, now=after(0))

    def eta() -> float:
        """Of the last of twenty free jobs; all of them are gone afterwards."""
        jobs = [world.submit(f"person{number}", at=after(-30 + number)) for number in range(20)]
        found = outlook(jobs[-1]).eta
        for job in jobs:
            job_cancel(job=job, now=after(0))
        return found or 0.0

    before = eta()
    assert before == pytest.approx(20 * 30)
    # when two thirds of the last quarter of an hour went to paid jobs, none of which waits now
    for number in range(20):
        world.submit("paid", at=after(-800 + number))
        (job,) = world.claim(at=after(-700 + number))
        job_succeed(job=job, outcome=f"{job.id}", now=after(-700 + number + 30))
    # then as many are expected to come, and go first when the share is used up
    assert eta() > 1.3 * before


def test_many_who_watch_read_the_queue_once_in_a_while(world: World, steered: Steered) -> None:
    make_history(world, seconds=60)
    worker_beat(name="w1", capabilities=["cpu"], slots=1, now=after(0))
    jobs = [world.submit(name, at=after(number)) for number, name in enumerate(["ada", "bob"])]
    kept = Kept(3)
    first = outlooks([jobs[1]], now=after(1), kept=kept)[jobs[1].id]

    with CaptureQueriesContext(connection) as captured:
        second = outlooks([jobs[1]], now=after(3), kept=kept)[jobs[1].id]

    assert len(captured.captured_queries) == 1
    assert (first.position, second.position) == (2, 2)
    assert (second.eta or 0) == pytest.approx((first.eta or 0) - 2)
    world.claim(1, at=after(3))
    assert outlooks([jobs[1]], now=after(5), kept=kept)[jobs[1].id].position == 1, "old news are read again"


def test_a_queue_too_long_to_play_goes_on_as_it_went(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [world.submit(f"person{number}", at=after(number)) for number in range(12)]
    EngineLimit.objects.update(pace=0.1)
    worker_beat(name="w1", capabilities=["cpu"], slots=2, now=after(20))
    played = outlooks(jobs, now=after(20))
    monkeypatch.setattr(forecast_module, "_MOST_STARTS", 6)

    reckoned = outlooks(jobs, now=after(20))

    for job in jobs:
        assert reckoned[job.id].position == played[job.id].position
        assert reckoned[job.id].eta == pytest.approx(played[job.id].eta, abs=6.1)


def test_what_was_told_is_kept_and_compared_with_what_happened(world: World, steered: Steered) -> None:
    make_history(world, seconds=6)
    worker_beat(name="w1", capabilities=["cpu"], slots=2, now=after(0))
    jobs = [world.submit(name, at=after(0)) for name in ("ada", "bob")]
    eta_tell(jobs=jobs, now=after(0))
    assert {Job.objects.get(pk=job.pk).expected_at for job in jobs} == {after(6)}

    for job, seconds in zip(world.claim(2, at=after(0)), (8, 16), strict=True):
        job_succeed(job=job, outcome=f"{job.id}", now=after(seconds))

    (errors,) = eta_errors(after(20))
    assert (errors.paid, errors.jobs) == (False, 2)
    assert errors.median == pytest.approx((2 + 10) / 2)
    assert errors.kept == pytest.approx(0.5), "two seconds are within the five, ten are not"
