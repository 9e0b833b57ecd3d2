"""Credits that come, expire, and go back."""

from __future__ import annotations

import pytest

from apps.accounts.models import User
from apps.wallets.models import LotSource
from apps.wallets.selectors import history, wallet_of
from apps.wallets.services.credits_take_back import GivenBack, TakenBack, credits_give_back, credits_take_back
from apps.wallets.services.lots_expire import lots_expire
from tests.wallets.books import assert_balanced, balances, day, fresh_key, grant, hold
from tests.world import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return make_user()


def _take(owner: User, amount: int, *, lot: int | None = None, at: int = 0) -> TakenBack:
    return credits_take_back(owner=owner, amount=amount, key=fresh_key(), memo="", kind="refund", now=day(at), lot=lot)


def _give(owner: User, amount: int, *, lot: int | None = None, at: int = 0) -> GivenBack:
    return credits_give_back(owner=owner, amount=amount, key=fresh_key(), memo="", kind="refund", now=day(at), lot=lot)


def test_what_a_lot_has_left_expires_with_it_but_for_what_is_held(owner: User) -> None:
    grant(owner, 10, until=30, source=LotSource.MONTHLY)
    grant(owner, 5)
    hold(owner, 4, at=29)
    assert lots_expire(now=day(29), limit=10) == 0
    assert lots_expire(now=day(30), limit=10) == 1
    assert lots_expire(now=day(30), limit=10) == 0
    assert balances(owner, at=30) == (5, 4, 0)
    assert history(owner).lines[0].amount == -6
    assert_balanced()


def test_expiring_goes_on_where_it_stopped() -> None:
    for _number in range(4):
        grant(make_user(), 10, until=1)
    assert [lots_expire(now=day(1), limit=3) for _ in range(3)] == [3, 1, 0]


def test_a_grant_pays_what_is_owed_first(owner: User) -> None:
    _take(owner, 30)
    grant(owner, 20)
    assert balances(owner) == (0, 0, 10)
    grant(owner, 20)
    assert balances(owner) == (10, 0, 0)
    assert_balanced()


def test_a_refund_takes_the_lot_it_paid_for_before_the_others(owner: User) -> None:
    bought, monthly = grant(owner, 10), grant(owner, 10, until=30, source=LotSource.MONTHLY)
    assert _take(owner, 12, lot=bought) == TakenBack(taken=12, owed=0)
    assert [(lot.id, lot.left) for lot in wallet_of(owner, now=day(0)).lots] == [(monthly, 8)]


def test_a_refund_never_takes_what_is_held(owner: User) -> None:
    grant(owner, 10)
    hold(owner, 7)
    assert _take(owner, 10) == TakenBack(taken=3, owed=7)
    assert balances(owner) == (0, 7, 7)
    assert_balanced()


def test_a_refund_leaves_another_persons_lot_alone(owner: User) -> None:
    other = make_user()
    lot = grant(other, 10)
    assert _take(owner, 5, lot=lot) == TakenBack(taken=0, owed=5)
    assert balances(other) == (10, 0, 0)


def test_giving_back_is_the_opposite_of_taking_back(owner: User) -> None:
    lot = grant(owner, 10, until=30, source=LotSource.SUBSCRIPTION)
    hold(owner, 4)
    before = balances(owner)
    _take(owner, 9, lot=lot)
    assert _give(owner, 9, lot=lot) == GivenBack(given=6, forgiven=3)
    assert balances(owner) == before
    assert {(each.source, each.expires_at) for each in wallet_of(owner, now=day(0)).lots} == {
        (LotSource.SUBSCRIPTION, day(30))
    }


def test_what_comes_back_after_its_lot_expired_gets_the_grace(owner: User) -> None:
    lot = grant(owner, 10, until=30, source=LotSource.SUBSCRIPTION)
    _take(owner, 10, lot=lot)
    _give(owner, 10, lot=lot, at=40)
    assert balances(owner, at=46) == (10, 0, 0)
    assert balances(owner, at=47) == (0, 0, 0)


def test_what_nobody_knows_a_reason_for_is_not_taken_back(owner: User) -> None:
    with pytest.raises(ValueError, match="not taken back for"):
        credits_take_back(owner=owner, amount=1, key="k", memo="", kind="whim", now=day(0))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="is not a valid LotSource"):
        grant(owner, 1, source="air")  # type: ignore[arg-type]
    assert balances(owner) == (0, 0, 0)
