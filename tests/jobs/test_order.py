"""Turns within a class: the owner with the least running, then the least recently served, newcomers included."""

from __future__ import annotations

import pytest

from apps.jobs.models import Job, Lane
from tests.jobs.conftest import World, after

pytestmark = pytest.mark.django_db


def served(world: World, *, at: float, lasts: float = 10) -> str:
    """The one place takes its next job and works on it; whose it was."""
    (job,) = world.claim(at=after(at))
    Job.objects.filter(pk=job.id).update(status="succeeded", finished_at=after(at + lasts), lease_until=None)
    return next(name for name, person in world.people.items() if person.id == job.owner_id)


def test_five_hundred_jobs_of_one_user_never_overtake_anothers_first(world: World) -> None:
    for _ in range(500):
        world.submit("greedy", at=after(0), parallel=1)
    order = [served(world, at=0)]
    world.submit("ada", at=after(5), parallel=1)
    world.submit("bob", at=after(6), parallel=1)

    order += [served(world, at=10 * turn) for turn in range(1, 5)]

    assert order == ["greedy", "ada", "bob", "greedy", "greedy"]


def test_who_trickles_in_goes_before_those_who_were_served_lately(world: World) -> None:
    for _ in range(10):
        world.submit("greedy", at=after(0), parallel=1)
    order = []
    for turn in range(8):
        if turn % 2:
            world.submit(f"new{turn}", at=after(10 * turn), parallel=1)
        order.append(served(world, at=10 * turn))

    assert order == ["greedy", "new1", "greedy", "new3", "greedy", "new5", "greedy", "new7"]


def test_newcomers_do_not_keep_those_out_for_ever_who_were_served_before(world: World) -> None:
    world.submit("ada", at=after(0), parallel=1)
    assert served(world, at=0) == "ada"
    waiting = world.submit("ada", at=after(20), parallel=1)

    for number in range(150):
        world.submit(f"new{number}", at=after(20 + 10 * number), parallel=1)
        if served(world, at=20 + 10 * number) == "ada":
            break

    waiting.refresh_from_db()
    assert waiting.started_at is not None
    # her last turn is as long ago as a newcomer's counts
    assert after(600) < waiting.started_at <= after(940)


def test_being_served_by_one_engine_counts_for_the_others_of_the_same_machines(world: World) -> None:
    world.submit("ada", at=after(0), engine="composer")
    world.submit("ada", at=after(0), engine="other")
    assert served(world, at=0) == "ada"
    world.submit("bob", at=after(5), engine="other")

    assert served(world, at=10) == "bob"


def test_waiting_counts_from_when_the_owners_limit_allows(world: World) -> None:
    world.submit("ada", at=after(0), parallel=1)
    world.submit("ada", at=after(0), parallel=1)
    world.submit("cleo", at=after(100), parallel=2)
    world.submit("cleo", at=after(100), parallel=2)
    served(world, at=200, lasts=50)
    served(world, at=300)

    since = {(lane.owner_id, lane.since) for lane in Lane.objects.all()}

    assert since == {(world.person("ada").id, after(250)), (world.person("cleo").id, after(100))}


@pytest.mark.parametrize(("seconds", "first"), [(100, "new"), (400, "ada")])
def test_the_fair_turn_waits_when_it_would_break_a_promise(world: World, seconds: float, first: str) -> None:
    world.submit("ada", at=after(0), parallel=1)
    assert served(world, at=0, lasts=60) == "ada"
    world.submit("ada", at=after(60), parallel=1)
    # the share of a quarter of an hour is three minutes: less than the longer one takes
    world.submit("new", at=after(80), parallel=1, expected_seconds=seconds)

    assert served(world, at=800) == first
