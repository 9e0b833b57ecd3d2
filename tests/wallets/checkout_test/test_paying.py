"""Paying without money: labelled, for its owner alone, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Plan, User
from apps.wallets.checkout import AlreadySubscribed, CheckoutRefused
from apps.wallets.checkout_test.checkout import TestCheckout
from apps.wallets.checkout_test.purchases import purchase_pay
from apps.wallets.models import Transfer
from apps.wallets.prices.models import Pack
from apps.wallets.selectors import wallet_of
from apps.wallets.stripe.models import Payment, Purchase
from tests.wallets.checkout_test.conftest import BACK, begun
from tests.world import make_user

LABEL = "Test checkout — no money moves"


def owned(user: User) -> int:
    return wallet_of(user).available


def test_the_page_says_what_it_is_and_what_is_bought(browser: Client, user: User, pack: Pack, now: datetime) -> None:
    page = browser.get(begun(user, pack, now)).content.decode()

    assert LABEL in page
    assert pack.title in page
    assert owned(user) == 0


def test_paying_gives_the_credits_and_leads_on(browser: Client, user: User, pack: Pack, now: datetime) -> None:
    answer = browser.post(begun(user, pack, now), {"button": "pay"})

    session = Purchase.objects.get(user=user).session
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/wallet/bought/?session={session}")
    assert owned(user) == pack.credits


def test_what_is_kept_of_it_says_that_it_was_a_test(
    browser: Client, user: User, pack: Pack, way: TestCheckout, now: datetime
) -> None:
    browser.post(begun(user, pack, now), {"button": "pay"})

    (receipt,) = way.receipts_of(user)
    grant = Transfer.objects.get(account__owner=user)
    shown = browser.get(receipt.url).content.decode()

    assert Payment.objects.get(user=user).provider == "test"
    assert receipt.title.startswith("Test: ")
    assert grant.memo.text.startswith("Test: ")
    assert grant.key.startswith("checkout:test_cs_")
    assert "Test — no money moved" in shown
    assert "Nothing was charged" in shown


def test_pressing_again_gives_nothing_more(browser: Client, user: User, pack: Pack, now: datetime) -> None:
    address = begun(user, pack, now)
    answers = [browser.post(address, {"button": "pay"}) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {302}
    assert owned(user) == pack.credits
    assert "bought already" in browser.get(address).content.decode()


def test_two_tabs_lead_to_one_payment(user: User, pack: Pack, now: datetime) -> None:
    assert begun(user, pack, now) == begun(user, pack, now + timedelta(minutes=5))


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_pay_at_once_pay_once(user: User, pack: Pack, now: datetime) -> None:
    begun(user, pack, now)
    purchase = Purchase.objects.get(user=user)

    def pay(_: int) -> None:
        try:
            purchase_pay(purchase, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as tabs:
        list(tabs.map(pay, range(8)))

    assert owned(user) == pack.credits
    assert Payment.objects.filter(user=user).count() == 1


def test_a_declined_card_buys_nothing_and_may_be_tried_again(
    browser: Client, user: User, pack: Pack, now: datetime
) -> None:
    address = begun(user, pack, now)
    declined = browser.post(address, {"button": "decline"})

    assert declined.status_code == 422
    assert "declined" in declined.content.decode()
    assert owned(user) == 0
    browser.post(address, {"button": "pay"})
    assert owned(user) == pack.credits


def test_cancel_leads_back_with_nothing_bought(browser: Client, user: User, pack: Pack, now: datetime) -> None:
    answer = browser.post(begun(user, pack, now), {"button": "cancel"})

    assert answer.headers["Location"] == BACK
    assert owned(user) == 0


def test_nobody_else_can_see_or_pay_it(user: User, pack: Pack, now: datetime) -> None:
    address, other = begun(user, pack, now), Client()
    visitor = other.get(address)
    other.force_login(make_user())

    assert visitor.status_code == 302
    assert other.get(address).status_code == 404
    assert other.post(address, {"button": "pay"}).status_code == 404
    assert owned(user) == 0


def test_an_address_that_we_did_not_sign_is_none(browser: Client, user: User, pack: Pack, now: datetime) -> None:
    begun(user, pack, now)
    name = str(Purchase.objects.get(user=user).pk)
    forged = signing.Signer(salt="something else").sign(name)

    for guess in (name, f"{name}:nonsense", forged):
        assert browser.post(f"/test-checkout/pay/{guess}/", {"button": "pay"}).status_code == 404
    assert owned(user) == 0


def test_a_form_without_its_token_is_refused(user: User, pack: Pack, now: datetime) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)

    assert strict.post(begun(user, pack, now), {"button": "pay"}).status_code == 403
    assert owned(user) == 0


def test_an_expired_payment_cannot_be_paid(browser: Client, user: User, pack: Pack, now: datetime) -> None:
    address = begun(user, pack, now - timedelta(hours=3))
    answer = browser.post(address, {"button": "pay"})

    assert answer.status_code == 422
    assert "expired" in answer.content.decode()
    assert owned(user) == 0


def test_a_payment_begun_before_a_price_changed_is_not_used_for_the_new_one(
    user: User, pack: Pack, now: datetime
) -> None:
    old = begun(user, pack, now)
    dearer = Pack.objects.create(
        slug=pack.slug, title=pack.title, credits=pack.credits, amount_minor=999, since=now, reason="Dearer."
    )

    assert begun(user, dearer, now) != old
    assert {each.amount_minor for each in Purchase.objects.filter(user=user)} == {pack.amount_minor, 999}


@pytest.mark.parametrize("way_to_pay", ["stripe", "off"])
def test_where_it_is_not_the_way_to_pay_there_is_no_such_page(
    browser: Client, user: User, pack: Pack, now: datetime, settings: Settings, way_to_pay: str
) -> None:
    address = begun(user, pack, now)
    settings.PAYMENTS = way_to_pay

    assert browser.get(address).status_code == 404
    assert browser.post(address, {"button": "pay"}).status_code == 404
    with pytest.raises(CheckoutRefused):
        purchase_pay(Purchase.objects.get(user=user), now=now)
    assert owned(user) == 0


def test_who_subscribed_in_another_tab_does_not_subscribe_twice(
    browser: Client, user: User, pro: Plan, pack: Pack, now: datetime, way: TestCheckout
) -> None:
    browser.post(begun(user, pro, now), {"button": "pay"})

    with pytest.raises(AlreadySubscribed):
        begun(user, pro, now)
    begun(user, pack, now)
    assert Payment.objects.filter(user=user).count() == 1
