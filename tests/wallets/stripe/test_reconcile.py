"""What never reached us is found, dealt with, and reported."""

from __future__ import annotations

from apps.accounts.models import User
from apps.wallets.models import LotSource
from apps.wallets.stripe.models import Purchase, Reconciliation, StripeEvent, Subscription
from apps.wallets.stripe.reconcile import reconcile
from tests.wallets.stripe.conftest import DAY, HOUR, Shop


def test_events_that_were_lost_are_found_and_reported(shop: Shop, user: User) -> None:
    session = shop.buy(user, shop.pack)
    shop.steer.refund(session["id"], 100)
    shop.steer.outbox.lose()
    shop.steer.advance(HOUR)

    row = reconcile(now=shop.now)

    pack = shop.pack
    assert shop.wallet(user).available == pack.credits - pack.credits * 100 // pack.amount_minor
    assert row.missed >= 2
    assert not row.error
    assert set(StripeEvent.objects.values_list("via", "state")) == {("reconciliation", "done")}
    again = reconcile(now=shop.now)
    assert (again.missed, again.found) == (0, 0)


def test_what_came_by_itself_is_not_called_missed(shop: Shop, user: User) -> None:
    shop.buy(user, shop.pack)
    shop.settle()
    shop.steer.advance(HOUR)

    row = reconcile(now=shop.now)

    assert row.listed > 0
    assert (row.missed, row.found) == (0, 0)


def test_more_events_than_fit_on_a_page_are_all_read(shop: Shop, user: User) -> None:
    subscription = shop.buy(user, shop.pro)["subscription"]
    for _ in range(60):
        shop.steer.cancel(subscription, at_period_end=True)
        shop.steer.resume(subscription)
    shop.steer.outbox.lose()

    row = reconcile(now=shop.now)

    assert row.listed > 120
    assert shop.wallet(user).available == shop.pro.monthly_credits


def test_where_stripe_was_away_the_next_one_begins_where_the_last_good_one_did(shop: Shop, user: User) -> None:
    paid = shop.buy(user, shop.pack)["id"]
    shop.settle()
    good = reconcile(now=shop.now)
    shop.steer.advance(2 * DAY)
    shop.steer.refund(paid)
    shop.steer.outbox.lose()
    shop.steer.account.unwell[:] = [500]
    shop.steer.advance(2 * DAY)
    bad = reconcile(now=shop.now)
    shop.steer.account.unwell.clear()
    assert bad.error
    assert shop.wallet(user).available == shop.pack.credits

    row = reconcile(now=shop.now)

    assert row.since < good.started_at
    assert shop.wallet(user).available == 0
    assert Reconciliation.objects.filter(error="").count() == 2


def test_after_a_silence_longer_than_events_are_kept_everything_is_asked_for(shop: Shop, user: User) -> None:
    reconcile(now=shop.now)
    paid = shop.buy(user, shop.pack)["id"]
    shop.settle()
    subscription = shop.buy(user, shop.pro)["subscription"]
    shop.settle()
    left = shop.begin(user, shop.pack)["id"]
    shop.steer.pay(left)
    shop.steer.refund(paid)
    shop.steer.next_period(subscription)
    shop.steer.cancel(subscription)
    shop.steer.outbox.lose()
    shop.steer.advance(40 * DAY)

    row = reconcile(now=shop.now)

    assert not row.error
    assert row.found >= 3
    # one pack went back, the other came; the two months are over but for the grace of the second
    lots = {lot.source: lot.left for lot in shop.wallet(user).lots}
    assert lots[LotSource.PACK] == shop.pack.credits
    assert Subscription.objects.get().status == "canceled"
    assert User.objects.get(pk=user.pk).plan_id == "free"
    assert not Purchase.objects.filter(status="open").exists()


def test_subscriptions_are_asked_about_once_a_day(shop: Shop, user: User) -> None:
    shop.buy(user, shop.pro)
    shop.settle()
    shop.steer.advance(2 * HOUR)
    assert reconcile(now=shop.now).walked == 0

    shop.steer.advance(DAY)

    assert reconcile(now=shop.now).walked == 1
    assert reconcile(now=shop.now).walked == 0


def test_what_stripe_does_not_know_is_left_as_it_is_and_stops_nothing(shop: Shop, user: User) -> None:
    known = shop.buy(user, shop.pro)["subscription"]
    shop.settle()
    Subscription.objects.filter(stripe_id=known).update(stripe_id="sub_of_another_account")
    shop.steer.advance(2 * DAY)

    row = reconcile(now=shop.now)

    assert not row.error
    assert Subscription.objects.get(stripe_id="sub_of_another_account").status == "active"
    user.refresh_from_db()
    assert user.plan_id == "pro"


def test_what_was_dealt_with_is_forgotten_after_a_season_and_trouble_is_not(shop: Shop, user: User) -> None:
    shop.buy(user, shop.pack)
    shop.settle()
    StripeEvent.objects.create(
        id="evt_trouble",
        type="invoice.paid",
        subject="in_1",
        created_at=shop.now,
        received_at=shop.now,
        via="webhook",
        state="dead",
        next_try_at=shop.now,
    )
    shop.steer.advance(91 * DAY)

    reconcile(now=shop.now)

    assert [event.pk for event in StripeEvent.objects.all()] == ["evt_trouble"]
