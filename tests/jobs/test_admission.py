"""The door: a free job is let in when its turn comes in time even if paid jobs never stop; others hear when to come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.jobs.models import Job
from apps.jobs.services.admission import Busy, admission
from apps.jobs.services.jobs_beat import worker_beat
from tests.jobs.conftest import World, after

pytestmark = pytest.mark.django_db


def ask(world: World, name: str, *, at: float = 0, jobs: int = 1, seconds: float = 110, paid: bool = False) -> None:
    """Go through the door and submit; an engine without a past takes half of the seconds asked for."""
    admission(
        owner=world.person(name), capability="cpu", engine="composer", jobs=jobs, expected_seconds=seconds, paid=paid,
        now=after(at),
    )  # fmt: skip
    for _ in range(jobs):
        world.submit(name, at=after(at), paid=paid, parallel=4 if paid else 1, expected_seconds=seconds)


@pytest.fixture
def slots(world: World) -> None:
    """Four places and somebody who pays: in a quarter of an hour free jobs get twelve minutes, 13 jobs of 55 s each."""
    world.person("paid")
    worker_beat(name="w1", capabilities=["cpu"], slots=4, now=after(0))


@pytest.mark.usefixtures("slots")
def test_door_closes_when_the_wait_would_be_longer_than_promised(world: World) -> None:
    for number in range(14):
        ask(world, f"free{number}")

    with pytest.raises(Busy) as refused:
        ask(world, "late")

    assert refused.value.wait_seconds == pytest.approx(62.5, abs=0.1)
    assert refused.value.come_back_at == after(refused.value.wait_seconds)


def test_where_nobody_pays_all_the_time_is_there_for_free_jobs(world: World) -> None:
    worker_beat(name="w1", capabilities=["cpu"], slots=1, now=after(0))
    for number in range(17):
        ask(world, f"free{number}")

    with pytest.raises(Busy):
        ask(world, "late")


@pytest.mark.usefixtures("slots")
def test_door_opens_again_when_it_said(world: World) -> None:
    for number in range(14):
        ask(world, f"free{number}")
    with pytest.raises(Busy) as refused:
        ask(world, "late")
    for number in range(40):
        world.submit(f"paid{number}", at=after(0))
    for job in world.claim(4, at=after(0)):
        Job.objects.filter(pk=job.id).update(status="succeeded", finished_at=after(60), lease_until=None)
    world.claim(4, at=after(60))
    worker_beat(name="w1", capabilities=["cpu"], slots=4, now=after(70))

    ask(world, "late", at=refused.value.wait_seconds + 60)


@pytest.mark.usefixtures("slots")
def test_many_jobs_of_one_user_leave_the_door_open_to_others(world: World) -> None:
    for _ in range(100):
        world.submit("greedy", parallel=1)

    for number in range(8):
        ask(world, f"free{number}")

    assert Job.objects.count() == 108


@pytest.mark.usefixtures("slots")
def test_paid_jobs_are_never_refused(world: World) -> None:
    for number in range(14):
        ask(world, f"free{number}")

    ask(world, "paid", jobs=30, paid=True)


def test_nobody_is_refused_while_nobody_can_tell(world: World) -> None:
    for number in range(30):
        ask(world, f"free{number}")

    assert Job.objects.count() == 30


@pytest.mark.usefixtures("slots")
def test_message_says_when_to_come_back(world: World) -> None:
    for number in range(14):
        ask(world, f"free{number}")
    with pytest.raises(Busy) as refused:
        ask(world, "late")

    back = after(0) + timedelta(seconds=refused.value.wait_seconds)
    assert str(refused.value) == (
        "The free queue is full: a song would wait longer than 15 minutes for its turn. "
        f"Come back in 2 minutes, at {back:%H:%M} UTC. Nothing was charged."
    )


@pytest.mark.django_db(transaction=True)
def test_door_needs_a_transaction(world: World) -> None:
    with pytest.raises(RuntimeError):
        ask(world, "ada")
