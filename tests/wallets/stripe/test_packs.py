"""A pack is paid once and gives its credits once, whatever happens on the way."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.wallets.checkout import CheckoutUnavailable, NotForSale, TooManyCheckouts
from apps.wallets.prices.services import pack_retire, pack_set
from apps.wallets.stripe.models import Payment, Purchase, StripeCustomer, StripeEvent
from apps.wallets.stripe.sessions import session_converge, sessions_converge
from tests.wallets.stripe.conftest import DAY, HOUR, Shop
from tests.world import make_user


def test_a_paid_pack_gives_its_credits_which_never_expire(shop: Shop, user: User) -> None:
    shop.buy(user, shop.pack)
    assert shop.wallet(user).available == 0

    shop.settle()

    wallet = shop.wallet(user)
    assert wallet.available == shop.pack.credits
    assert [(lot.source, lot.expires_at) for lot in wallet.lots] == [("pack", None)]
    (receipt,) = shop.way.receipts_of(user)
    assert (receipt.amount_minor, receipt.currency, receipt.credits) == (
        shop.pack.amount_minor,
        shop.pack.currency,
        shop.pack.credits,
    )
    assert receipt.url.startswith("http")
    assert not receipt.note


def test_the_payer_sees_what_is_bought_and_stripe_knows_who_pays(shop: Shop, user: User) -> None:
    session = shop.begin(user, shop.pack)

    customer = shop.steer.world.get("customer", session["customer"])
    assert customer["email"] == user.email
    assert session["metadata"]["user"] == str(user.pk)
    assert session["metadata"]["terms"] == str(shop.pack.pk)
    assert (session["amount_total"], session["currency"]) == (shop.pack.amount_minor, shop.pack.currency)


def test_events_that_come_many_times_in_any_order_count_once(shop: Shop, user: User) -> None:
    shop.buy(user, shop.pack)
    for _ in range(3):
        shop.steer.outbox.double()
    shop.steer.outbox.shuffle(random.Random(4))

    shop.settle()
    for event in StripeEvent.objects.all():
        session_converge(event.subject, now=shop.now)

    assert shop.wallet(user).available == shop.pack.credits
    assert Payment.objects.count() == 1


def test_a_slow_payment_counts_when_it_arrives(shop: Shop, user: User) -> None:
    session = shop.begin(user, shop.pack)
    shop.steer.pay(session["id"], delayed=True)
    shop.settle()
    assert shop.wallet(user).available == 0
    assert Purchase.objects.get().status == Purchase.Status.PENDING

    shop.steer.settle(session["id"])
    shop.settle()

    assert shop.wallet(user).available == shop.pack.credits


def test_a_slow_payment_that_fails_gives_nothing(shop: Shop, user: User) -> None:
    session = shop.begin(user, shop.pack)
    shop.steer.pay(session["id"], delayed=True)
    shop.steer.settle(session["id"], paid=False)

    shop.settle()

    assert shop.wallet(user).available == 0
    assert Purchase.objects.get().status == Purchase.Status.EXPIRED


def test_the_same_form_from_two_tabs_leads_to_one_payment(shop: Shop, user: User) -> None:
    first, second = shop.begin(user, shop.pack), shop.begin(user, shop.pack)

    assert first["id"] == second["id"]
    assert StripeCustomer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_the_very_same_moment_lead_to_one_payment(shop: Shop) -> None:
    user = make_user()
    gate, urls = threading.Barrier(2), []

    def tab() -> None:
        gate.wait()
        try:
            urls.append(shop.begin(user, shop.pack)["id"])
        finally:
            connection.close()

    tabs = [threading.Thread(target=tab) for _ in range(2)]
    for each in tabs:
        each.start()
    for each in tabs:
        each.join()

    assert len(urls) == 2
    assert len(set(urls)) == 1
    assert len(shop.steer.world.table("customer")) == 1
    assert len(shop.steer.world.table("checkout.session")) == 1


def test_a_second_pack_is_a_second_payment_also_before_news_of_the_first_came(shop: Shop, user: User) -> None:
    first = shop.buy(user, shop.pack)
    second = shop.buy(user, shop.pack)
    assert first["id"] != second["id"]

    shop.settle()

    assert shop.wallet(user).available == 2 * shop.pack.credits


def test_a_payment_that_was_left_begins_anew_and_the_old_page_takes_no_money(shop: Shop, user: User) -> None:
    old = shop.begin(user, shop.pack)
    shop.steer.advance(2 * HOUR - 300)

    fresh = shop.begin(user, shop.pack)

    assert fresh["id"] != old["id"]
    assert shop.steer.world.get("checkout.session", old["id"])["status"] == "expired"


def test_a_pack_whose_terms_changed_under_the_buyer_is_not_sold(shop: Shop, user: User) -> None:
    seen = shop.pack
    pack_set(
        slug=seen.slug,
        title=seen.title,
        credits=seen.credits,
        amount_minor=seen.amount_minor + 100,
        currency=seen.currency,
        reason="dearer",
        by=None,
        now=timezone.now(),
    )
    with pytest.raises(NotForSale):
        shop.begin(user, seen)

    retired = shop.pack
    pack_retire(slug=retired.slug, by=None, now=timezone.now())
    with pytest.raises(NotForSale):
        shop.begin(user, retired)


def test_what_was_begun_on_old_terms_is_fulfilled_on_them(shop: Shop, user: User) -> None:
    seen = shop.pack
    session = shop.begin(user, seen)
    pack_set(
        slug=seen.slug,
        title=seen.title,
        credits=1,
        amount_minor=seen.amount_minor + 100,
        currency=seen.currency,
        reason="dearer",
        by=None,
        now=timezone.now(),
    )

    shop.steer.pay(session["id"])
    shop.settle()

    assert shop.wallet(user).available == seen.credits


@pytest.mark.parametrize("said", [{"currency": "usd"}, {"amount_total": 1}, {"currency": "jpy", "amount_total": 500}])
def test_what_stripe_did_not_send_as_priced_is_kept_for_a_look_and_grants_nothing(
    shop: Shop, user: User, said: dict[str, object]
) -> None:
    session = shop.begin(user, shop.pack)
    shop.steer.tamper(session["id"], **said)
    shop.steer.pay(session["id"])

    shop.settle()

    assert shop.wallet(user).available == 0
    payment = Payment.objects.get()
    assert payment.state == Payment.State.LOOK
    assert "Priced at" in payment.reason
    assert StripeEvent.objects.filter(state=StripeEvent.State.LOOK).exists()
    assert shop.way.receipts_of(user)[0].note


def test_who_comes_back_from_paying_does_not_wait_for_the_webhook(shop: Shop, user: User) -> None:
    shop.buy(user, shop.pack)
    shop.buy(make_user(), shop.pack)

    sessions_converge(user=user.pk, now=shop.now)

    assert shop.wallet(user).available == shop.pack.credits
    assert Payment.objects.count() == 1
    shop.settle()
    assert shop.wallet(user).available == shop.pack.credits


def test_coming_back_asks_stripe_only_while_something_is_open(
    shop: Shop, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, ...]] = []
    monkeypatch.setattr(current_app, "send_task", lambda task, args, **_: sent.append((task, *args)))
    shop.way.hurry(user=user)
    assert not sent

    shop.begin(user, shop.pack)
    shop.way.hurry(user=user)

    assert sent == [("wallets.stripe.hurry", str(user.pk))]


def test_a_session_that_others_made_with_our_reference_is_none_of_ours(shop: Shop, user: User) -> None:
    session = shop.begin(user, shop.pack)
    shop.steer.tamper(session["id"], metadata={})
    shop.steer.pay(session["id"])

    shop.settle()

    assert shop.wallet(user).available == 0
    assert not Payment.objects.exists()


def test_a_customer_that_was_deleted_at_stripe_is_made_anew(shop: Shop, user: User) -> None:
    gone = shop.buy(user, shop.pack)["customer"]
    shop.settle()
    shop.steer.delete_customer(gone)

    shop.buy(user, shop.pack)
    shop.settle()

    assert shop.wallet(user).available == 2 * shop.pack.credits
    assert StripeCustomer.objects.get(user=user, replaced_at=None).stripe_id != gone


def test_while_stripe_is_away_the_buyer_is_told_so_and_can_try_again(shop: Shop, user: User) -> None:
    shop.steer.account.unwell.extend([500])
    with pytest.raises(CheckoutUnavailable):
        shop.begin(user, shop.pack)
    shop.steer.account.unwell.clear()

    shop.buy(user, shop.pack)
    shop.settle()

    assert shop.wallet(user).available == shop.pack.credits
    assert len(shop.steer.world.table("checkout.session")) == 1
    assert len(shop.steer.world.table("customer")) == 1


def test_an_error_that_stripe_repeats_for_its_key_does_not_keep_the_buyer_out(shop: Shop, user: User) -> None:
    shop.begin(user, shop.pack)
    Purchase.objects.update(session=None, url="", amount_minor=shop.pack.amount_minor + 1)
    with pytest.raises(CheckoutUnavailable):
        shop.begin(user, shop.pack)

    shop.buy(user, shop.pack)
    shop.settle()

    assert shop.wallet(user).available == shop.pack.credits


def test_an_answer_that_was_lost_is_given_again(shop: Shop, user: User) -> None:
    session = shop.begin(user, shop.pack)
    Purchase.objects.update(session=None, url="")

    assert shop.begin(user, shop.pack)["id"] == session["id"]


def test_nobody_begins_payments_without_end(shop: Shop, user: User, settings: Settings) -> None:
    settings.THROTTLES = {"checkout": "3/hour"}
    for _ in range(3):
        shop.begin(user, shop.pack)

    with pytest.raises(TooManyCheckouts):
        shop.begin(user, shop.pack)
    shop.begin(make_user(), shop.pack)


def test_the_day_after_a_payment_that_nobody_made_is_over(shop: Shop, user: User) -> None:
    shop.begin(user, shop.pack)
    shop.steer.advance(DAY)

    shop.settle()

    assert Purchase.objects.get().status == Purchase.Status.EXPIRED
    assert Purchase.objects.get().expires_at < shop.now - timedelta(hours=1)
