"""A month's credits: once, to whoever is entitled, gone when the month is over."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.test import Client

from apps.accounts.models import Plan, User
from apps.wallets.models import LotSource, Transfer
from apps.wallets.monthly.selectors import month_end, monthly_due
from apps.wallets.monthly.services import monthly_grant_due, monthly_grants_due
from apps.wallets.replay import replay
from apps.wallets.selectors import wallet_of
from apps.wallets.services.credits_grant import credits_grant
from apps.wallets.services.credits_take_back import credits_take_back
from apps.wallets.services.lots_expire import lots_expire
from apps.wallets.stripe.models import Subscription
from tests.world import PASSWORD, make_user, restore_plans

pytestmark = pytest.mark.django_db

NOVEMBER = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def give(user: User, at: datetime = NOVEMBER) -> int:
    return monthly_grant_due(user=user, now=at)


def has(user: User, at: datetime = NOVEMBER) -> int:
    return wallet_of(user, now=at).available


def put_on(user: User, plan: str) -> None:
    user.plan = Plan.objects.get(slug=plan)
    user.save(update_fields=["plan"])


def subscribe(user: User) -> None:
    Subscription.objects.create(
        user=user, plan_id="pro", stripe_id=f"sub_{user.pk}", status="active", created_at=NOVEMBER, told_at=NOVEMBER
    )


def test_a_month_is_given_once_and_expires_with_it() -> None:
    user = make_user()
    assert monthly_due(user, now=NOVEMBER) == 240
    assert [give(user), give(user), give(user, DECEMBER - MOMENT)] == [240, 0, 0]
    assert monthly_due(user, now=NOVEMBER) == 0
    (lot,) = wallet_of(user, now=NOVEMBER).lots
    assert (lot.source, lot.left, lot.expires_at) == (LotSource.MONTHLY, 240, DECEMBER)

    # when the month is over, what is left goes and a new month comes
    assert give(user, DECEMBER) == 240
    lots_expire(now=DECEMBER, limit=10)
    assert has(user, DECEMBER) == 240
    assert not replay().differences


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2028, 2, 29, 1, 0, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
        (datetime(2026, 11, 1, tzinfo=UTC), DECEMBER),
    ],
)
def test_a_month_ends_where_the_next_begins(now: datetime, end: datetime) -> None:
    assert month_end(now) == end


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_get_it_once() -> None:
    user = make_user()
    together = threading.Barrier(6)
    given: list[int] = []

    def ask() -> None:
        together.wait()
        given.append(give(user))
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == [0, 0, 0, 0, 0, 240]
    assert has(user) == 240


def test_a_larger_plan_gives_the_difference_and_a_smaller_takes_nothing() -> None:
    user = make_user()
    give(user)
    put_on(user, "pro")
    assert [give(user), give(user)] == [760, 0]
    put_on(user, "free")
    assert give(user) == 0
    put_on(user, "pro")
    assert give(user) == 0
    assert has(user) == 1000


def test_a_clock_that_went_back_gives_nothing_twice() -> None:
    user = make_user()
    give(user, DECEMBER)
    assert give(user, NOVEMBER) == 0
    assert give(user, DECEMBER) == 0


def test_who_may_not_log_in_gets_nothing() -> None:
    user = make_user()
    user.is_active = False
    user.save()
    assert (monthly_due(user, now=NOVEMBER), give(user)) == (0, 0)


def test_a_running_subscription_brings_its_own_credits() -> None:
    user = make_user(plan="pro")
    subscribe(user)
    assert give(user) == 0
    Subscription.objects.update(status="canceled")
    assert give(user) == 1000


def test_what_is_owed_is_paid_first_and_the_month_is_not_given_again() -> None:
    user = make_user()
    credits_grant(owner=user, amount=10, source=LotSource.PACK, key="p", memo="", expires_at=None, now=NOVEMBER)
    taken = credits_take_back(owner=user, amount=300, key="gone", memo="", kind="refund", now=NOVEMBER)
    assert taken.owed == 290
    assert give(user) == 240
    assert (has(user), wallet_of(user, now=NOVEMBER).owed) == (0, 50)
    assert give(user) == 0


def test_the_schedule_gives_everybody_what_is_due_in_batches_and_leaves_out_the_others() -> None:
    people = [make_user() for _ in range(5)]
    gone, subscriber = make_user(), make_user(plan="pro")
    gone.is_active = False
    gone.save()
    subscribe(subscriber)
    give(people[0])

    # when it is interrupted in the middle and goes on
    moments = iter([NOVEMBER] * 4)
    with pytest.raises(StopIteration):
        monthly_grants_due(clock=lambda: next(moments), batch=2)
    monthly_grants_due(clock=lambda: NOVEMBER, batch=2)

    assert [has(user) for user in (*people, gone, subscriber)] == [240] * 5 + [0, 0]
    assert Transfer.objects.filter(kind="grant").count() == 5
    assert monthly_grants_due(clock=lambda: NOVEMBER, batch=2) == 0


def test_who_signs_up_has_the_month_at_once() -> None:
    restore_plans()
    Client().post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD})
    user = User.objects.get(email="new@example.org")
    assert wallet_of(user).available == 240


def test_a_deleted_user_leaves_whole_books() -> None:
    user = make_user()
    give(user)
    user.delete()
    assert not replay().differences
