"""Two at the same wallet at the same moment, with the lock and, on the same set-up, without it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.wallets.errors import AlreadyResolved, KeyReused, LedgerError, NotEnough
from apps.wallets.models import OpenHold, Transfer
from apps.wallets.replay import replay
from apps.wallets.services.credits_take_back import TakenBack, credits_take_back
from apps.wallets.services.hold_resolve import hold_capture, hold_release, holds_expire
from apps.wallets.services.lots_expire import lots_expire
from bench.harness.unlocked import unlocked_hold
from bench.harness.workers import wait_until
from tests.wallets.books import assert_balanced, balances, day, fresh_key, grant, hold
from tests.world import make_user

pytestmark = pytest.mark.django_db(transaction=True)
Result = TypeVar("Result")


@pytest.fixture
def owner() -> User:
    return make_user()


@contextmanager
def meanwhile(step: Callable[[], Result]) -> Iterator[Future[Result]]:
    """Begin `step` on another connection and wait until it waits for ours; our transaction ends with the block."""

    def on_its_own() -> Result:
        try:
            return step()
        finally:
            connection.close()

    result: Future[Result] = Future()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            yield result
            running = pool.submit(on_its_own)
            wait_until(_somebody_waits, 30, "the other connection to wait")
        try:
            result.set_result(running.result())
        except Exception as error:
            result.set_exception(error)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def _raw_hold(function: str, owner: User, amount: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT outcome FROM {function}(%s, %s, %s, %s, '', NULL, '', %s, %s)",
            [owner.pk, new_id(), amount, fresh_key(), day(0), day(7)],
        )
        return str(cursor.fetchone()[0])


def _held_in_all() -> int:
    """What the journal says, whatever the balances say."""
    return sum(Transfer.objects.filter(hold__in=OpenHold.objects.values("hold")).values_list("amount", flat=True))


@pytest.fixture
def without_lock() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(unlocked_hold("test_hold_unlocked", constrained=False))
        cursor.execute(unlocked_hold("test_hold_constrained", constrained=True))
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION test_hold_unlocked; DROP FUNCTION test_hold_constrained")


def test_two_holds_at_once_never_take_more_than_there_is(owner: User) -> None:
    grant(owner, 10)
    with meanwhile(lambda: hold(owner, 8)) as second:
        hold(owner, 8)
    with pytest.raises(NotEnough):
        second.result()
    assert (_held_in_all(), balances(owner)) == (8, (2, 8, 0))
    assert_balanced()


def test_without_the_lock_the_same_two_overspend(owner: User, without_lock: None) -> None:
    grant(owner, 10)
    with meanwhile(lambda: _raw_hold("test_hold_unlocked", owner, 8)) as second:
        assert _raw_hold("test_hold_unlocked", owner, 8) == "held"
    assert second.result() == "held"
    assert _held_in_all() == 16
    assert not replay().balanced


def test_without_the_lock_the_types_of_the_balances_still_stop_them(owner: User, without_lock: None) -> None:
    grant(owner, 10)
    with meanwhile(lambda: _raw_hold("test_hold_constrained", owner, 8)) as second:
        assert _raw_hold("test_hold_constrained", owner, 8) == "held"
    with pytest.raises(IntegrityError, match="wallets_credits"):
        second.result()
    assert (_held_in_all(), balances(owner)) == (8, (2, 8, 0))


def test_a_hold_and_a_refund_at_once_never_take_the_same_credits(owner: User) -> None:
    grant(owner, 10)
    with meanwhile(
        lambda: credits_take_back(owner=owner, amount=8, key=fresh_key(), memo="", kind="refund", now=day(0))
    ) as second:
        hold(owner, 8)
    assert second.result() == TakenBack(taken=2, owed=6)
    assert balances(owner) == (0, 8, 6)
    assert_balanced()


def test_the_same_form_from_two_tabs_holds_once(owner: User) -> None:
    grant(owner, 10)
    with meanwhile(lambda: hold(owner, 4, key="k")) as second:
        first = hold(owner, 4, key="k")
    assert second.result() == first
    assert balances(owner) == (6, 4, 0)


def test_one_key_for_two_wallets_at_once_serves_one(owner: User) -> None:
    other = make_user()
    with meanwhile(lambda: grant(other, 4, key="k")) as second:
        grant(owner, 4, key="k")
    with pytest.raises(KeyReused):
        second.result()
    assert (balances(owner), balances(other)) == ((4, 0, 0), (0, 0, 0))


def test_a_hold_captured_and_released_at_once_ends_once(owner: User) -> None:
    grant(owner, 10)
    made = hold(owner, 4)
    with meanwhile(lambda: hold_release(hold=made, now=day(0))) as second:
        hold_capture(hold=made, now=day(0))
    with pytest.raises(AlreadyResolved):
        second.result()
    assert balances(owner) == (6, 0, 0)
    assert_balanced()


def test_everything_at_once_neither_deadlocks_nor_loses_a_credit() -> None:
    owners = [make_user() for _ in range(3)]
    for owner in owners:
        grant(owner, 200, until=5)
        grant(owner, 100)
    start = threading.Barrier(6)

    def busy(seed: int) -> None:
        chance = random.Random(seed)
        start.wait()
        try:
            for _step in range(30):
                now = chance.randint(0, 8)
                try:
                    made = hold(chance.choice(owners), chance.randint(1, 30), at=now)
                    match chance.randrange(3):
                        case 0:
                            hold_capture(hold=made, now=day(now))
                        case 1:
                            hold_release(hold=made, now=day(now))
                    credits_take_back(
                        owner=chance.choice(owners), amount=3, key=fresh_key(), memo="", kind="clawback", now=day(now)
                    )
                except LedgerError:
                    grant(chance.choice(owners), 20, until=now + 1)
                holds_expire(now=day(now), limit=5)
                lots_expire(now=day(now), limit=5)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(busy, seed) for seed in range(6)]:
            done.result()
    assert_balanced()
