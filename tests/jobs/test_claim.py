"""Whose job is next: paid but for free's share, the owner with least running, the longest not served; limits hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import psycopg
import pytest
from django.db import connection, transaction

from apps.accounts.models import User
from apps.jobs.models import Allowance, Job
from apps.jobs.services.job_cancel import job_cancel
from tests.jobs.conftest import World, after, limit

pytestmark = pytest.mark.django_db


def test_claimed_job_belongs_to_the_worker_for_one_lease(world: World) -> None:
    job = world.submit(at=after(0))

    (claimed,) = world.claim(at=after(1), worker="w7")

    job.refresh_from_db()
    assert (claimed.id, claimed.attempt) == (job.id, 1)
    assert (job.status, job.worker, job.started_at) == ("running", "w7", after(1))
    assert job.lease_until == after(31)
    assert world.claim() == []


def test_oldest_goes_first_within_one_owner(world: World) -> None:
    late, early = world.submit(at=after(2)), world.submit(at=after(1))

    assert [job.id for job in world.claim(2)] == [early.id, late.id]


def test_paid_goes_before_free_that_waited_longer(world: World) -> None:
    world.submit("free", at=after(0))
    paid = world.submit("paid", at=after(60))

    assert world.claim(at=after(61))[0].id == paid.id


def test_free_user_waits_behind_paid_but_not_forever(world: World) -> None:
    free = world.submit("free", at=after(0))
    for number in range(12):
        world.submit(f"paid{number}", at=after(number))

    # nothing is kept for free jobs yet
    assert free.id not in {job.id for job in world.claim(4, at=after(20))}
    # a fifth of the time since is
    assert world.claim(1, at=after(80))[0].id == free.id


def test_free_users_leave_all_but_their_share_to_paid(world: World) -> None:
    for number in range(20):
        world.submit(f"free{number}", at=after(0))
    for number in range(50):
        world.submit(f"paid{number}", at=after(0))

    order = hour_of_work(world, jobs=50, seconds=60)

    assert order.count(False) == 10
    # and never two at once
    assert (False, False) not in set(pairwise(order))


def test_what_paid_users_leave_goes_to_free_ones_at_no_cost(world: World) -> None:
    for number in range(30):
        world.submit(f"free{number}", at=after(0))
    hour_of_work(world, jobs=20, seconds=60)
    for number in range(15):
        world.submit(f"paid{number}", at=after(1200))

    order = hour_of_work(world, jobs=15, seconds=60, begin=1200)

    # what they took while nobody paid for was waiting is not counted: they have a fifth of this quarter of an hour
    assert order.count(False) == 3


def hour_of_work(world: World, *, jobs: int, seconds: float, begin: float = 0) -> list[bool]:
    """One place that is never idle: of every job that it takes, whether it was paid for."""
    order = []
    for number in range(jobs):
        (job,) = world.claim(at=after(begin + number * seconds))
        order.append(Job.objects.get(pk=job.id).paid)
        ended = after(begin + (number + 1) * seconds)
        Job.objects.filter(pk=job.id).update(status="succeeded", finished_at=ended, lease_until=None)
    return order


def test_owner_with_least_running_goes_first_whatever_the_age(world: World) -> None:
    for number in range(4):
        world.submit("greedy", at=after(number))
    modest = world.submit("modest", at=after(10))
    first, second = world.claim(2, at=after(11))

    assert first.owner_id == world.person("greedy").id
    assert second.id == modest.id


def test_owner_never_runs_more_than_the_plan_allows(world: World) -> None:
    for number in range(5):
        world.submit("ada", at=after(number), parallel=2)
        world.submit("ada", at=after(number), parallel=2, capability="gpu", engine="neural")

    assert len(world.claim(5)) == 2
    # one allowance for all capabilities
    assert world.claim(5, capability="gpu") == []


def test_a_better_plan_counts_from_the_next_submission(world: World) -> None:
    for _ in range(3):
        world.submit(parallel=1)
    assert len(world.claim(5)) == 1

    world.submit(parallel=3)

    assert len(world.claim(5)) == 2
    assert set(Allowance.objects.values_list("running", "parallel")) == {(3, 3)}


def test_engine_never_runs_more_than_its_limit_and_leaves_room_to_others(world: World) -> None:
    for name in ("ada", "bob", "cleo"):
        world.submit(name)
        world.submit(name, engine="other")
    limit("composer", at_once=1)

    claimed = world.claim(10)

    assert sorted(job.engine for job in claimed) == ["composer", "other", "other", "other"]


def test_engine_with_limit_zero_rests(world: World) -> None:
    world.submit()
    limit(at_once=0)

    assert world.claim() == []


def test_capabilities_do_not_mix(world: World) -> None:
    world.submit(capability="gpu")

    assert world.claim(capability="cpu") == []
    assert len(world.claim(capability="gpu")) == 1


def test_cancelled_job_is_never_claimed(world: World, steered: object) -> None:
    job, other = world.submit(at=after(0)), world.submit(at=after(1))
    job_cancel(job=job, now=after(2))

    assert [claimed.id for claimed in world.claim(2)] == [other.id]


@contextmanager
def locked_elsewhere(sql: str, key: object) -> Iterator[None]:
    """Another connection that holds a row."""
    settings = connection.get_connection_params()
    names = {"host": settings["host"], "user": settings["user"], "dbname": settings["dbname"]}
    with psycopg.connect(**names) as other:
        other.execute(sql, [key])
        yield


@pytest.mark.django_db(transaction=True)
def test_claim_waits_for_nobody(world: World) -> None:
    held, free = world.submit("held", at=after(0)), world.submit("free", at=after(1))
    locked = world.submit("locked", at=after(0))
    next_one = world.submit("locked", at=after(1))

    with (
        locked_elsewhere("SELECT FROM jobs_allowance WHERE owner_id = %s FOR UPDATE", held.owner_id),
        locked_elsewhere("SELECT FROM jobs_job WHERE id = %s FOR UPDATE", locked.id),
    ):
        claimed = {job.id for job in world.claim(5)}

    assert claimed == {free.id, next_one.id}
    assert {job.id for job in world.claim(5)} == {held.id, locked.id}


@pytest.mark.django_db(transaction=True)
def test_uncommitted_job_is_not_claimed(world: World) -> None:
    world.person("ada")
    with transaction.atomic():
        world.submit("ada")
        settings = connection.get_connection_params()
        with psycopg.connect(host=settings["host"], user=settings["user"], dbname=settings["dbname"]) as other:
            row = other.execute(
                "SELECT count(*) FROM jobs_claim('cpu', 5, 'w', interval '30 s', 0.2, interval '15 min')"
            ).fetchone()
    assert row == (0,)
    assert len(world.claim()) == 1


def test_owner_can_be_deleted_with_jobs_in_every_state(world: World) -> None:
    for _ in range(4):
        world.submit()
    world.claim(2)

    User.objects.all().delete()

    assert Job.objects.count() == 0
    assert limit(at_once=None).running == 0
