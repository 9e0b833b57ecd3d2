"""A key gets one answer, whatever the answer is."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.wallets.errors import KeyReused, NotEnough, Owes
from apps.wallets.models import LotSource, Transfer
from apps.wallets.references import Reference
from apps.wallets.selectors import key_used
from apps.wallets.services.credits_take_back import GivenBack, TakenBack, credits_give_back, credits_take_back
from tests.wallets.books import balances, day, grant, hold
from tests.world import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return make_user()


def test_the_same_request_gets_the_same_hold_and_takes_once(owner: User) -> None:
    grant(owner, 10)
    assert hold(owner, 4, key="k") == hold(owner, 4, key="k", at=3)
    assert balances(owner) == (6, 4, 0)
    assert Transfer.objects.filter(kind="hold").count() == 1


def test_a_refusal_stays_a_refusal_when_credits_have_come_since(owner: User) -> None:
    grant(owner, 3)
    for _again in range(2):
        with pytest.raises(NotEnough) as refused:
            hold(owner, 4, key="k")
        assert (refused.value.needed, refused.value.available) == (4, 3)
        grant(owner, 10)
    assert hold(owner, 4, key="another")


def test_a_key_refused_for_debt_stays_refused_when_it_is_paid(owner: User) -> None:
    credits_take_back(owner=owner, amount=2, key="d", memo="", kind="dispute", now=day(0))
    for _again in range(2):
        with pytest.raises(Owes) as refused:
            hold(owner, 1, key="k")
        assert refused.value.amount == 2
        grant(owner, 10)


@pytest.mark.parametrize("first_succeeds", [True, False])
def test_the_same_key_with_other_content_is_refused(owner: User, first_succeeds: bool) -> None:  # noqa: FBT001
    reference = Reference("job", uuid4())
    if first_succeeds:
        grant(owner, 10)
        hold(owner, 4, key="k", reference=reference)
    else:
        with pytest.raises(NotEnough):
            hold(owner, 4, key="k", reference=reference)
    before = balances(owner)
    other = make_user()
    grant(other, 10)
    others: list[Callable[[], object]] = [
        lambda: hold(owner, 5, key="k", reference=reference),
        lambda: hold(owner, 4, key="k", reference=Reference("job", uuid4())),
        lambda: hold(owner, 4, key="k"),
        lambda: hold(other, 4, key="k", reference=reference),
        lambda: grant(owner, 4, key="k"),
        lambda: credits_take_back(owner=owner, amount=4, key="k", memo="", kind="refund", now=day(0)),
        lambda: credits_give_back(owner=owner, amount=4, key="k", memo="", kind="refund", now=day(0)),
    ]
    for ask in others:
        with pytest.raises(KeyReused):
            ask()
    assert balances(owner) == before
    assert balances(other) == (10, 0, 0)


def test_a_payment_is_turned_into_credits_once(owner: User) -> None:
    assert not key_used("checkout:1")
    lot = grant(owner, 200, key="checkout:1")
    assert grant(owner, 200, key="checkout:1", at=9) == lot
    assert balances(owner) == (200, 0, 0)
    assert key_used("checkout:1")
    with pytest.raises(KeyReused):
        grant(make_user(), 200, key="checkout:1")
    for source, until in ((LotSource.GIFT, None), (LotSource.PACK, 30)):
        with pytest.raises(KeyReused):
            grant(owner, 200, source=source, until=until, key="checkout:1")


def test_a_refund_is_taken_once_and_given_back_once(owner: User) -> None:
    grant(owner, 5)
    for _again in range(2):
        taken = credits_take_back(owner=owner, amount=8, key="r", memo="", kind="dispute", now=day(0))
        assert taken == TakenBack(taken=5, owed=3)
        assert balances(owner) == (0, 0, 3)
    for _again in range(2):
        back = credits_give_back(owner=owner, amount=8, key="w", memo="", kind="dispute", now=day(0))
        assert back == GivenBack(given=5, forgiven=3)
        assert balances(owner) == (5, 0, 0)


def test_what_a_rolled_back_transaction_asked_was_never_asked(owner: User) -> None:
    with transaction.atomic():
        with pytest.raises(NotEnough):
            hold(owner, 4, key="k")
        transaction.set_rollback(True)
    grant(owner, 10)
    assert hold(owner, 4, key="k")


def test_a_refusal_that_is_caught_inside_the_transaction_is_kept_with_it(owner: User) -> None:
    with transaction.atomic(), pytest.raises(NotEnough):
        hold(owner, 4, key="k")
    grant(owner, 10)
    with pytest.raises(NotEnough):
        hold(owner, 4, key="k")
