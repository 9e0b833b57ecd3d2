"""A subscription's invoices bring credits, its state gives the plan, and nobody pays twice for long."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from stripe import StripeObject

from apps.accounts.models import Plan, User
from apps.accounts.services.account_erase import account_erase
from apps.wallets.checkout import AlreadySubscribed, CheckoutRefused, NothingToManage
from apps.wallets.monthly.services import monthly_grant_due
from apps.wallets.prices.services import terms_set
from apps.wallets.stripe import subscriptions
from apps.wallets.stripe.forgetting import customers_forget
from apps.wallets.stripe.gateway import Facts, plain
from apps.wallets.stripe.models import Payment, StripeCustomer, StripeEvent, Subscription
from apps.wallets.stripe.plan_prices import stripe_price_of
from apps.wallets.stripe.selectors import subscription_of
from tests.wallets.stripe.conftest import DAY, Shop
from tests.world import make_user


def plan_of(user: User) -> str:
    return User.objects.get(pk=user.pk).plan.slug


def subscribe(shop: Shop, user: User) -> str:
    """The id of a subscription that is paid and known."""
    session = shop.buy(user, shop.pro)
    shop.settle()
    return str(session["subscription"])


def month(shop: Shop) -> int:
    return shop.pro.monthly_credits


def test_subscribing_gives_the_plan_and_its_credits_until_the_period_ends(shop: Shop, user: User) -> None:
    subscribe(shop, user)

    state = subscription_of(user)
    assert state is not None
    assert (state.plan, state.running, state.ends, state.late) == ("pro", True, False, False)
    assert plan_of(user) == "pro"
    wallet = shop.wallet(user)
    assert wallet.available == month(shop)
    assert [(lot.source, lot.expires_at) for lot in wallet.lots] == [("subscription", state.period_end)]
    assert shop.way.receipts_of(user)[0].url.startswith("http")


def test_who_subscribes_gets_no_monthly_grant_on_top(shop: Shop, user: User) -> None:
    subscribe(shop, user)

    assert monthly_grant_due(user=User.objects.get(pk=user.pk), now=shop.now) == 0


def test_every_paid_invoice_brings_a_month(shop: Shop, user: User) -> None:
    subscription = subscribe(shop, user)
    for _ in range(2):
        shop.steer.next_period(subscription)
        shop.settle()

    assert Payment.objects.filter(user=user, state="granted").count() == 3
    assert shop.wallet(user).available == month(shop), "those of the months before have expired"


def test_news_in_any_order_and_number_comes_to_the_same(shop: Shop, user: User) -> None:
    subscription = str(shop.buy(user, shop.pro)["subscription"])
    shop.steer.next_period(subscription)
    shop.steer.cancel(subscription, at_period_end=True)
    shop.steer.outbox.double()
    shop.steer.outbox.shuffle(random.Random(11))

    shop.settle()

    state = subscription_of(user)
    assert state is not None
    assert (state.running, state.ends) == (True, True)
    assert Payment.objects.count() == 2
    assert {lot.source for lot in shop.wallet(user).lots} == {"subscription"}


def test_an_invoice_alone_is_enough(shop: Shop, user: User) -> None:
    shop.buy(user, shop.pro)
    shop.steer.outbox.waiting = [e for e in shop.steer.outbox.waiting if e["type"] == "invoice.paid"]

    shop.settle()

    assert plan_of(user) == "pro"
    assert shop.wallet(user).available == month(shop)


def test_a_late_payment_keeps_the_plan_until_stripe_gives_up(shop: Shop, user: User) -> None:
    subscription = subscribe(shop, user)
    customer = StripeCustomer.objects.get(user=user).stripe_id
    shop.steer.card_declines(customer)
    shop.steer.next_period(subscription)
    shop.settle()
    state = subscription_of(user)
    assert state is not None
    assert state.late
    assert plan_of(user) == "pro"
    assert shop.wallet(user).available == 0

    shop.steer.give_up(subscription)
    shop.settle()

    assert plan_of(user) == "free"


def test_a_late_payment_that_arrives_brings_its_month(shop: Shop, user: User) -> None:
    subscription = subscribe(shop, user)
    customer = StripeCustomer.objects.get(user=user).stripe_id
    shop.steer.card_declines(customer)
    shop.steer.next_period(subscription)
    shop.steer.card_works(customer)
    assert shop.steer.retry(subscription)

    shop.settle()

    state = subscription_of(user)
    assert state is not None
    assert not state.late
    assert shop.wallet(user).available == month(shop)


def test_who_cancels_keeps_the_plan_until_the_period_ends(shop: Shop, user: User) -> None:
    subscription = subscribe(shop, user)
    shop.steer.cancel(subscription, at_period_end=True)
    shop.settle()
    assert plan_of(user) == "pro"

    shop.steer.next_period(subscription)
    shop.settle()

    assert plan_of(user) == "free"
    assert Payment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_older_answer_is_never_written_over_a_newer_one(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user()
    subscription = subscribe(shop, user)
    asked, go_on = threading.Event(), threading.Event()

    def slowly(thing: StripeObject) -> Facts:
        found = plain(thing)
        if threading.current_thread().name == "slow":
            asked.set()
            go_on.wait(30)
        return found

    def converge() -> None:
        try:
            subscriptions.subscription_converge(subscription, now=shop.now)
        finally:
            connection.close()

    monkeypatch.setattr("apps.wallets.stripe.subscriptions.plain", slowly)
    slow, quick = threading.Thread(target=converge, name="slow"), threading.Thread(target=converge, name="quick")
    slow.start()
    assert asked.wait(30)
    shop.steer.cancel(subscription)
    quick.start()
    # it waits for the slow one; if it did not, it would be done by now and be overwritten
    quick.join(0.5)
    go_on.set()
    for each in (slow, quick):
        each.join()

    assert Subscription.objects.get().status == "canceled"
    assert plan_of(user) == "free"


def test_a_plan_that_an_operator_gave_stays(shop: Shop, user: User) -> None:
    Plan.objects.create(slug="staff", title="Staff", paid=True)
    subscription = subscribe(shop, user)
    User.objects.filter(pk=user.pk).update(plan_id="staff")
    shop.steer.cancel(subscription)

    shop.settle()

    assert plan_of(user) == "staff"


def test_one_subscription_is_enough(shop: Shop, user: User) -> None:
    subscribe(shop, user)

    with pytest.raises(AlreadySubscribed):
        shop.begin(user, shop.pro)


def test_who_pays_in_one_tab_is_not_asked_to_pay_in_the_other(shop: Shop, user: User) -> None:
    first = shop.begin(user, shop.pro)
    assert shop.begin(user, shop.pro)["id"] == first["id"]
    shop.steer.pay(first["id"])

    with pytest.raises(CheckoutRefused):
        shop.begin(user, shop.pro)
    assert len(shop.steer.world.table("checkout.session")) == 1


@pytest.mark.parametrize("newest_first", [False, True])
def test_of_two_subscriptions_both_count_and_only_the_older_renews(
    shop: Shop,
    user: User,
    newest_first: bool,  # noqa: FBT001
) -> None:
    first = subscribe(shop, user)
    price = stripe_price_of(shop.pro.terms.get(), now=shop.now)
    shop.steer.advance(DAY)
    customer = StripeCustomer.objects.get(user=user).stripe_id
    second = another_subscription(shop, customer, price)
    if newest_first:
        shop.steer.outbox.waiting.reverse()

    shop.settle()
    shop.settle()

    assert not shop.steer.world.get("subscription", first)["cancel_at_period_end"]
    assert shop.steer.world.get("subscription", second)["cancel_at_period_end"]
    assert shop.wallet(user).available == 2 * month(shop)
    state = subscription_of(user)
    assert state is not None
    assert not state.ends
    shop.steer.cancel(first)
    shop.settle()
    assert plan_of(user) == "pro", "the second one is paid"


def another_subscription(shop: Shop, customer: str, price: str) -> str:
    """Made in Stripe's dashboard."""
    from tests.stripe.subscriptions import subscription_create

    with shop.steer.account.lock:
        made = subscription_create(shop.steer.world, {"customer": customer, "items": [{"price": price}]})
    return str(made["id"])


def test_a_change_of_plan_in_mid_month_gives_credits_as_far_as_it_is_paid(shop: Shop, user: User) -> None:
    subscription = subscribe(shop, user)
    big = Plan.objects.create(slug="big", title="Big", paid=True)
    terms = terms_set(
        plan=big, monthly_credits=3000, amount_minor=2000, currency="eur", reason="new", by=None, now=timezone.now()
    )
    period = shop.steer.world.get("subscription", subscription)["items"]["data"][0]
    half = (period["current_period_end"] - period["current_period_start"]) // 2
    shop.steer.advance(half)

    shop.steer.change_plan(subscription, stripe_price_of(terms, now=shop.now), behavior="always_invoice")
    shop.settle()

    assert plan_of(user) == "big"
    # half a month of 3000 came, half a month of 1000 went
    assert shop.wallet(user).available == month(shop) + 1500 - month(shop) // 2
    assert subscription_of(user).plan == "big"  # type: ignore[union-attr]


def test_a_cheaper_plan_takes_nothing_away_and_brings_less_the_next_time(shop: Shop, user: User) -> None:
    subscription = subscribe(shop, user)
    small = Plan.objects.create(slug="small", title="Small", paid=True)
    terms = terms_set(
        plan=small, monthly_credits=400, amount_minor=500, currency="eur", reason="new", by=None, now=timezone.now()
    )
    period = shop.steer.world.get("subscription", subscription)["items"]["data"][0]
    shop.steer.advance((period["current_period_end"] - period["current_period_start"]) * 9 // 10)

    shop.steer.change_plan(subscription, stripe_price_of(terms, now=shop.now))
    shop.settle()
    assert plan_of(user) == "small"
    assert shop.wallet(user).available == month(shop)

    shop.steer.next_period(subscription)
    shop.settle()
    # 400 for the month; of the tenth that was left, 100 of 1000 go and 40 of 400 come
    assert shop.wallet(user).available == pytest.approx(400 - 100 + 40, abs=1)


def test_a_price_that_we_did_not_make_grants_nothing_and_asks_for_a_look(shop: Shop, user: User) -> None:
    subscription = subscribe(shop, user)
    product = next(iter(shop.steer.world.table("product")))
    cheap = shop.steer.price(amount=1, product=product)

    shop.steer.change_plan(subscription, cheap["id"], behavior="none")
    shop.steer.next_period(subscription)
    shop.settle()

    assert shop.wallet(user).available == 0
    assert Payment.objects.filter(state="look").count() == 1
    assert StripeEvent.objects.filter(state="look").exists()
    assert plan_of(user) == "pro"
    shop.steer.cancel(subscription)
    shop.settle()
    assert plan_of(user) == "free", "it can still end"


def test_new_terms_are_for_new_subscriptions(shop: Shop, user: User) -> None:
    subscription = subscribe(shop, user)
    terms_set(
        plan=shop.pro, monthly_credits=1, amount_minor=9900, currency="usd", reason="dear", by=None, now=timezone.now()
    )
    before = Subscription.objects.get().terms
    assert before is not None

    shop.steer.next_period(subscription)
    shop.settle()

    assert shop.wallet(user).available == before.monthly_credits
    other = make_user()
    subscribe(shop, other)
    assert shop.wallet(other).available == 1


def test_late_news_of_a_customer_that_was_replaced_still_ends_the_plan(shop: Shop, user: User) -> None:
    subscribe(shop, user)
    shop.steer.delete_customer(StripeCustomer.objects.get(user=user).stripe_id)
    shop.steer.outbox.delay()
    shop.begin(user, shop.pack)
    assert StripeCustomer.objects.filter(user=user).count() == 2
    shop.steer.outbox.release()

    shop.settle()

    assert plan_of(user) == "free"


def test_a_month_that_reaches_us_late_can_still_be_used(shop: Shop, user: User) -> None:
    shop.buy(user, shop.pro)
    shop.steer.outbox.delay()
    late = shop.now + timedelta(days=20)
    shop.steer.advance(45 * DAY)
    shop.steer.outbox.release()

    shop.settle()

    assert late < shop.now
    assert shop.wallet(user).available == 2 * month(shop)


def test_the_portal_is_for_who_has_something_to_manage(shop: Shop, user: User) -> None:
    with pytest.raises(NothingToManage):
        shop.way.portal_url(user=user, return_url="https://refrain.test/wallet/", now=shop.now)
    subscribe(shop, user)

    assert shop.way.portal_url(user=user, return_url="https://refrain.test/wallet/", now=shop.now).startswith("http")


def test_deleting_the_account_ends_the_subscription_and_keeps_the_books(shop: Shop, user: User) -> None:
    subscription = subscribe(shop, user)
    customer = StripeCustomer.objects.get(user=user)
    open_session = shop.begin(user, shop.pack)

    account_erase(user=user)
    shop.steer.account.unwell.extend([500])
    assert customers_forget(now=shop.now) == 0
    shop.steer.account.unwell.clear()
    assert customers_forget(now=shop.now) == 1
    shop.settle()

    assert shop.steer.world.get("subscription", subscription)["status"] == "canceled"
    assert shop.steer.world.get("checkout.session", open_session["id"])["status"] == "expired"
    assert shop.steer.world.get("customer", customer.stripe_id)["deleted"]
    assert Payment.objects.get().user is None
    assert Subscription.objects.get().status == "canceled"
    assert customers_forget(now=shop.now) == 0


def test_a_payment_after_the_account_was_deleted_grants_nothing_and_asks_for_a_look(shop: Shop, user: User) -> None:
    pack, plan = shop.begin(user, shop.pack), shop.begin(user, shop.pro)
    account_erase(user=user)
    shop.steer.pay(pack["id"])
    shop.steer.pay(plan["id"])

    shop.settle()

    assert {payment.state for payment in Payment.objects.all()} == {"look"}
    assert Payment.objects.count() == 2
    assert "deleted" in Payment.objects.all()[0].reason
