"""Subscriptions without money: a month at a time, until they are cancelled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Plan, User
from apps.wallets.checkout import NothingToManage
from apps.wallets.checkout_test.checkout import TestCheckout
from apps.wallets.checkout_test.subscriptions import month_after, subscriptions_renew
from apps.wallets.models import Lot
from apps.wallets.prices.selectors import terms_of
from apps.wallets.stripe.models import Payment, Subscription
from tests.wallets.checkout_test.conftest import begun
from tests.world import make_user


@pytest.fixture
def subscribed(browser: Client, user: User, pro: Plan, now: datetime) -> Subscription:
    """A subscription that has just begun."""
    browser.post(begun(user, pro, now), {"button": "pay"})
    return Subscription.objects.get(user=user)


def portal(way: TestCheckout, user: User, now: datetime) -> str:
    return way.portal_url(user=user, return_url="/wallet/", now=now)


def months(user: User) -> int:
    return Payment.objects.filter(user=user, kind=Payment.Kind.SUBSCRIPTION).count()


def test_the_plan_and_its_credits_are_there_at_once(subscribed: Subscription, user: User, way: TestCheckout) -> None:
    user.refresh_from_db()
    terms = terms_of("pro")
    lot = Lot.objects.get(account__owner=user)

    assert terms is not None
    assert user.plan_id == "pro"
    assert (lot.amount, lot.source, lot.expires_at) == (terms.monthly_credits, "subscription", subscribed.period_end)
    assert way.subscription_of(user).running  # type: ignore[union-attr]


def test_the_next_month_comes_once_when_the_last_is_over(subscribed: Subscription, user: User, now: datetime) -> None:
    early = subscriptions_renew(now=now + timedelta(days=20))
    later = subscribed.period_end
    assert later is not None
    for _ in range(3):
        subscriptions_renew(now=later + timedelta(hours=1))

    subscribed.refresh_from_db()
    assert early == 0
    assert months(user) == 2
    assert subscribed.period_end == month_after(subscribed.created_at, later)


def test_who_was_away_for_months_pays_for_the_one_that_runs(
    subscribed: Subscription, user: User, now: datetime
) -> None:
    later = now + timedelta(days=200)
    subscriptions_renew(now=later)

    subscribed.refresh_from_db()
    assert months(user) == 2
    assert subscribed.period_end is not None
    assert later < subscribed.period_end < later + timedelta(days=32)


def test_cancelled_in_the_portal_it_runs_to_the_end_of_the_month(
    subscribed: Subscription, browser: Client, user: User, way: TestCheckout, now: datetime
) -> None:
    address = portal(way, user, now)
    page = browser.get(address).content.decode()
    browser.post(address, {"button": "end"})
    user.refresh_from_db()
    before = user.plan_id
    subscriptions_renew(now=now + timedelta(days=40))
    user.refresh_from_db()

    assert "no money moves" in page
    assert (before, user.plan_id) == ("pro", "free")
    assert months(user) == 1


def test_who_thinks_again_keeps_it(
    subscribed: Subscription, browser: Client, user: User, way: TestCheckout, now: datetime
) -> None:
    address = portal(way, user, now)
    browser.post(address, {"button": "end"})
    browser.post(address, {"button": "keep"})
    subscriptions_renew(now=now + timedelta(days=40))

    assert months(user) == 2


def test_the_portal_is_for_its_owner_and_for_who_has_bought(
    subscribed: Subscription, user: User, way: TestCheckout, now: datetime
) -> None:
    other, stranger = Client(), make_user()
    other.force_login(stranger)
    other.post(portal(way, user, now), {"button": "end"})
    subscribed.refresh_from_db()

    assert subscribed.ends is False
    with pytest.raises(NothingToManage):
        portal(way, stranger, now)


def test_the_way_back_is_one_that_we_signed(browser: Client, subscribed: Subscription) -> None:
    assert browser.get("/test-checkout/subscription/https:evil.example.org/").status_code == 404


def test_months_end_on_the_day_they_began_or_the_last() -> None:
    begun = datetime(2027, 1, 31, 12, tzinfo=UTC)
    february = month_after(begun, begun)

    assert february == datetime(2027, 2, 28, 12, tzinfo=UTC)
    assert month_after(begun, february) == datetime(2027, 3, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize("way_to_pay", ["stripe", "off"])
def test_where_people_really_pay_by_now_it_ends_with_its_month(
    subscribed: Subscription, user: User, now: datetime, settings: Settings, way_to_pay: str
) -> None:
    settings.PAYMENTS = way_to_pay
    subscriptions_renew(now=now + timedelta(days=40))

    user.refresh_from_db()
    assert user.plan_id == "free"
    assert months(user) == 1


def test_when_the_account_is_gone_the_subscription_ends(subscribed: Subscription, user: User, now: datetime) -> None:
    Subscription.objects.filter(pk=subscribed.pk).update(user=None)
    subscriptions_renew(now=now + timedelta(days=40))

    subscribed.refresh_from_db()
    assert subscribed.status == "canceled"
    assert Payment.objects.filter(subscription=subscribed).count() == 1
