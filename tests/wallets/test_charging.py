"""A job's credits: held with it, charged when it succeeds, back when it does not, whatever dies in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction

from apps.accounts.models import Plan, User
from apps.common.ids import new_id
from apps.jobs.control import Control
from apps.jobs.execution import execute
from apps.jobs.handlers import Failure
from apps.jobs.models import Job
from apps.jobs.services.charge import pays
from apps.jobs.services.holds_sweep import BEFORE_ITS_END, holds_sweep
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_finish import job_fail, job_hand_back, job_succeed
from apps.jobs.services.job_retry import job_retry
from apps.jobs.services.jobs_sweep import jobs_sweep
from apps.wallets.errors import NotEnough, Owes
from apps.wallets.models import LotSource, OpenHold
from apps.wallets.references import Reference
from apps.wallets.replay import replay
from apps.wallets.selectors import history, wallet_of
from apps.wallets.services.credits_grant import credits_grant
from apps.wallets.services.credits_hold import credits_hold
from apps.wallets.services.credits_take_back import credits_take_back
from apps.wallets.services.hold_resolve import holds_expire
from tests.jobs.conftest import NOON, Steered, Wakes, World, after, steered, wakes, world

__all__ = ["steered", "wakes", "world"]

pytestmark = pytest.mark.django_db

FAILED = Failure("permanent", "It went wrong.")
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def books(world: World) -> Iterator[None]:
    """Nobody has credits but those that a test gives; whatever it did, the journal explains every balance."""
    Plan.objects.update(monthly_credits=0)
    yield
    assert not replay().differences


def bought(user: User, amount: int = 100) -> User:
    """Credits that never expire."""
    credits_grant(
        owner=user, amount=amount, source=LotSource.PACK, key=f"pack:{user.pk}", memo="", expires_at=None, now=NOON
    )
    return user


def submit(world: World, name: str = "ada", *, price: int = 8, **over: Any) -> Job:
    return world.submit(name, credits=price, memo="a slow waltz", **over)


def purse(user: User) -> tuple[int, int]:
    """What can be spent and what is held."""
    wallet = wallet_of(user, now=NOON)
    return wallet.available, wallet.held


def test_of_four_takes_those_that_succeed_are_charged(world: World, steered: Steered) -> None:
    ada = bought(world.person("ada"))
    for _ in range(4):
        submit(world)
    assert purse(ada) == (68, 32)
    first, second, third, fourth = world.claim(4)
    job_succeed(job=first, outcome="first", now=after(1))
    job_fail(job=second, failure=FAILED, permanent=True, now=after(2))
    job_succeed(job=third, outcome="third", now=after(3))
    Job.objects.filter(pk=fourth.id).update(cancel_requested_at=after(3))
    job_hand_back(job=fourth, now=after(4))
    assert purse(ada) == (84, 0)


def test_a_job_that_waits_gives_its_credits_back_when_it_is_cancelled(world: World, steered: Steered) -> None:
    ada = bought(world.person("ada"))
    job = submit(world)
    job_cancel(job=job, now=after(1))
    job_cancel(job=job, now=after(2))
    assert purse(ada) == (100, 0)
    assert [line.memo for line in history(ada).lines[:2]] == ["a slow waltz", "a slow waltz"]


def test_settling_a_success_twice_charges_it_once(world: World, steered: Steered) -> None:
    ada = bought(world.person("ada"))
    submit(world)
    (claimed,) = world.claim()
    for _ in range(2):
        job_succeed(job=claimed, outcome="song", now=after(1))
    assert purse(ada) == (92, 0)


def test_what_could_not_be_stored_is_not_charged(world: World, steered: Steered) -> None:
    ada = bought(world.person("ada"))
    submit(world, payload={"break_succeed": True})
    for _ in range(3):
        (claimed,) = world.claim(at=after(1000))
        execute(claimed, Control())
        Job.objects.filter(due_at__isnull=False).update(due_at=None)
    assert Job.objects.get().status == Job.Status.FAILED
    assert (purse(ada), steered.effects) == ((100, 0), [])


def test_a_job_keeps_its_one_hold_while_workers_die(world: World, steered: Steered) -> None:
    ada = bought(world.person("ada"))
    job = submit(world)
    for attempt in range(3):
        world.claim(at=after(1000 * attempt))
        assert purse(ada) == (92, 8)
        jobs_sweep(now=after(1000 * attempt + 999))
    job.refresh_from_db()
    assert (job.status, job.error_kind, purse(ada)) == (Job.Status.FAILED, "worker_lost", (100, 0))


def test_too_few_credits_leave_no_job(world: World) -> None:
    ada = bought(world.person("ada"), 7)
    with pytest.raises(NotEnough) as refused:
        submit(world)
    assert (refused.value.needed, refused.value.available) == (8, 7)
    assert not Job.objects.exists()
    assert purse(ada) == (7, 0)


def test_a_job_that_costs_something_has_a_hold(world: World) -> None:
    job = world.submit()
    assert (job.credits, job.hold) == (0, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(credits=8)


def test_trying_again_holds_the_same_price_again(world: World, steered: Steered) -> None:
    ada = bought(world.person("ada"))
    first = job_cancel(job=submit(world), now=after(1))
    again = job_retry(job=first, now=after(2))
    assert (again.credits, purse(ada)) == (8, (92, 8))
    assert again.hold not in {None, first.hold}
    assert history(ada).lines[0].memo == "a slow waltz"
    # and asked twice it is held once
    assert job_retry(job=first, now=after(3)) == again
    assert purse(ada) == (92, 8)


@pytest.mark.parametrize(("taken", "refusal"), [(95, NotEnough), (120, Owes)])
def test_trying_again_may_cost_too_much(world: World, steered: Steered, taken: int, refusal: type[Exception]) -> None:
    ada = bought(world.person("ada"))
    first = job_cancel(job=submit(world), now=after(1))
    credits_take_back(owner=ada, amount=taken, key="gone", memo="", kind="refund", now=after(2))
    with pytest.raises(refusal):
        job_retry(job=first, now=after(3))
    assert Job.objects.count() == 1


def test_trying_again_has_the_month_it_is_in(world: World, steered: Steered) -> None:
    ada = bought(world.person("ada"))
    Plan.objects.update(monthly_credits=240)
    first = job_cancel(job=submit(world), now=after(1))
    credits_take_back(owner=ada, amount=100, key="gone", memo="", kind="refund", now=after(2))
    job_retry(job=first, now=after(3))
    assert purse(ada) == (232, 8)


def test_bought_credits_go_with_the_paid_until_they_are_spent(world: World) -> None:
    assert pays(world.person("paid"), now=NOON)
    ada = world.person("ada")
    assert not pays(ada, now=NOON)
    credits_grant(owner=ada, amount=50, source=LotSource.MONTHLY, key="m", memo="", expires_at=after(9999), now=NOON)
    assert not pays(ada, now=NOON)
    bought(ada)
    assert pays(ada, now=NOON)
    credits_take_back(owner=ada, amount=150, key="gone", memo="", kind="clawback", now=NOON)
    assert not pays(ada, now=NOON)


def test_the_sweep_frees_what_is_held_for_jobs_that_are_gone_or_ended(world: World, steered: Steered) -> None:
    # given a user who was deleted, an ended job whose hold is open, a hold without a job, and a job that waits
    ada, bob = bought(world.person("ada")), bought(world.person("bob"))
    submit(world)
    ended = submit(world, "bob")
    Job.objects.filter(pk=ended.pk).update(status="cancelled", finished_at=NOON)
    credits_hold(owner=bob, amount=5, key="alone", reference=Reference("job", new_id()), memo="", now=NOON)
    waiting = submit(world, "bob")
    ada.delete()
    assert OpenHold.objects.count() == 4

    # when
    assert holds_sweep(now=after(30)).resolved == 0
    swept = holds_sweep(now=after(120))

    # then only what waits is held
    assert (swept.resolved, swept.given_up) == (3, 0)
    assert OpenHold.objects.get().hold == waiting.hold
    assert purse(bob) == (92, 8)


def test_a_song_that_was_made_is_charged_by_the_sweep_too(world: World, steered: Steered) -> None:
    ada = bought(world.person("ada"))
    job = submit(world)
    world.claim()
    Job.objects.filter(pk=job.pk).update(status="succeeded", finished_at=NOON)
    holds_sweep(now=after(120))
    assert purse(ada) == (92, 0)


def test_a_job_that_nobody_makes_is_given_up_before_its_hold_runs_out(world: World, steered: Steered) -> None:
    ada = bought(world.person("ada"))
    job = submit(world)
    late = NOON + WEEK - BEFORE_ITS_END
    assert holds_sweep(now=late - timedelta(minutes=1)).given_up == 0
    assert holds_sweep(now=late + timedelta(minutes=1)).given_up == 1
    job.refresh_from_db()
    assert (job.status, job.error_kind, purse(ada)) == (Job.Status.FAILED, "waited_too_long", (100, 0))


@pytest.mark.parametrize("swept", [True, False])
def test_a_hold_that_ran_out_while_the_song_was_made_is_taken_anew(
    world: World, steered: Steered, *, swept: bool
) -> None:
    ada = bought(world.person("ada"))
    submit(world)
    (claimed,) = world.claim()
    late = NOON + WEEK + timedelta(seconds=1)
    if swept:
        assert holds_expire(now=late, limit=10) == 1
    for _ in range(2):
        job_succeed(job=claimed, outcome="song", now=late)
    assert purse(ada) == (92, 0)


def test_a_song_whose_credits_are_gone_is_not_delivered(world: World, steered: Steered) -> None:
    ada = bought(world.person("ada"))
    submit(world)
    (claimed,) = world.claim()
    holds_expire(now=NOON + WEEK + timedelta(seconds=1), limit=10)
    credits_take_back(owner=ada, amount=95, key="gone", memo="", kind="refund", now=NOON)
    execute(claimed, Control())
    job = Job.objects.get()
    assert (job.status, job.error_kind) == (Job.Status.FAILED, "not_paid")
    assert (steered.effects, steered.discarded, purse(ada)) == ([], [f"{job.pk}:1"], (5, 0))


@pytest.mark.django_db(transaction=True)
def test_a_database_that_dies_before_the_commit_has_held_nothing(world: World, steered: Steered) -> None:
    ada = bought(world.person("ada"))
    with pytest.raises(OperationalError):
        _interrupted(lambda: submit(world))
    assert (purse(ada), Job.objects.count(), OpenHold.objects.count()) == ((100, 0), 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_loses_everything_after_the_commit_loses_no_song(
    world: World, steered: Steered, wakes: Wakes
) -> None:
    # given a hold whose wake was lost
    ada = bought(world.person("ada"))
    submit(world)
    wakes.clear()
    assert purse(ada) == (92, 8)
    # when the job is found by looking, as the sweeper's wake has a worker do
    (claimed,) = world.claim()
    execute(claimed, Control())
    assert purse(ada) == (92, 0)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_dies_while_the_song_is_stored_charges_it_once(world: World, steered: Steered) -> None:
    ada = bought(world.person("ada"))
    submit(world)
    (claimed,) = world.claim()
    with pytest.raises(OperationalError):
        _interrupted(lambda: job_succeed(job=claimed, outcome="song", now=after(1)))
    assert (purse(ada), steered.effects) == ((92, 8), [])
    job_succeed(job=claimed, outcome="song", now=after(1))
    assert (purse(ada), steered.effects) == ((92, 0), ["song"])


def _interrupted(step: Callable[[], object]) -> None:
    """Do the step, then lose the connection before the commit, as a restart of the server has it."""
    other = connections["default"].copy()
    try:
        with transaction.atomic():
            step()
            with connection.cursor() as cursor, other.cursor() as killer:
                cursor.execute("SELECT pg_backend_pid()")
                killer.execute("SELECT pg_terminate_backend(%s)", cursor.fetchone())
                cursor.execute("SELECT 1")
    finally:
        other.close()
        connection.close()
