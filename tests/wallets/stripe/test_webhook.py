"""The webhook believes Stripe alone, keeps what it hears once, and leaves the work to a worker."""

from __future__ import annotations

import json
import time
from importlib import import_module
from typing import Any

import pytest
import stripe
from celery import current_app
from django.test import Client
from kombu.exceptions import OperationalError
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts.models import User
from apps.wallets.stripe import tasks
from apps.wallets.stripe.events import MOST_ATTEMPTS, event_again
from apps.wallets.stripe.models import StripeEvent
from apps.wallets.stripe.webhook import MOST_BYTES
from tests.stripe.deliveries import body_of, signature
from tests.stripe.server import WEBHOOK_SECRET
from tests.wallets.stripe.conftest import Shop
from tests.world import make_user


def an_event(shop: Shop, **fields: Any) -> bytes:
    user = make_user()
    shop.buy(user, shop.pack)
    shop.steer.outbox.waiting.clear()
    (event,) = shop.steer.events("checkout.session.completed")
    return body_of({**event, **fields})


def signed(body: bytes, *, secret: str = WEBHOOK_SECRET, ago: int = 0) -> str:
    return signature(body, secret, at=int(time.time()) - ago)


def test_an_event_is_kept_once_and_nothing_else_is_done(
    shop: Shop, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    body = an_event(shop)
    asked = shop.steer.account.requests
    with django_assert_max_num_queries(4):
        assert shop.deliver(body, signed(body)) == 204
    assert shop.deliver(body, signed(body)) == 204

    event = StripeEvent.objects.get()
    assert (event.state, event.via) == ("waiting", "webhook")
    assert shop.steer.account.requests == asked


def test_a_forged_event_is_refused(shop: Shop) -> None:
    body = an_event(shop)

    assert shop.deliver(body, signed(body, secret="whsec_somebody")) == 400
    assert shop.deliver(body, "") == 400
    assert shop.deliver(body, "t=1,v1=00") == 400
    assert shop.deliver(body, "t=x,v1=é") == 400
    assert shop.deliver(body.replace(b"paid", b"PAID"), signed(body)) == 400
    assert shop.deliver(b"\xff\xfe", signed(b"\xff\xfe")) == 400
    assert not StripeEvent.objects.exists()


def test_an_old_event_is_refused(shop: Shop) -> None:
    body = an_event(shop)

    assert shop.deliver(body, signed(body, ago=301)) == 400
    assert shop.deliver(body, signed(body, ago=200)) == 204


def test_while_a_secret_is_replaced_both_are_good(shop: Shop, settings: Settings) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ("whsec_new", WEBHOOK_SECRET)
    body = an_event(shop)

    assert shop.deliver(body, signed(body, secret="whsec_new")) == 204
    assert shop.deliver(body, signed(body)) == 204


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"3", b'{"id": 5}', b"[" * 100_000, b'{"id":"e","type":"x","created":1,"data":{"object":[]}}'],
)
def test_what_is_signed_but_no_event_is_refused(shop: Shop, body: bytes) -> None:
    assert shop.deliver(body, signed(body)) == 400


def test_too_much_is_refused(shop: Shop) -> None:
    body = b" " * (MOST_BYTES + 1)

    assert shop.deliver(body, signed(body)) == 413


def test_events_of_other_kinds_are_welcome_and_not_kept(shop: Shop) -> None:
    body = an_event(shop, type="radar.early_fraud_warning.created")

    assert shop.deliver(body, signed(body)) == 204
    assert not StripeEvent.objects.exists()


def test_only_posts_and_only_where_stripe_is_used(shop: Shop, settings: Settings) -> None:
    body = an_event(shop)
    assert Client().get("/stripe/webhook").status_code == 405
    settings.PAYMENTS = "test"

    assert shop.deliver(body, signed(body)) == 404


def test_the_webhook_needs_no_token_of_the_sites_own(shop: Shop) -> None:
    body = an_event(shop)
    shop.web = Client(enforce_csrf_checks=True)

    assert shop.deliver(body, signed(body)) == 204


def test_what_the_event_says_is_not_believed(shop: Shop, user: User) -> None:
    session = shop.begin(user, shop.pack)
    lie = {**session, "payment_status": "paid", "status": "complete"}
    event = {"id": "evt_1", "object": "event", "type": "checkout.session.completed", "created": int(time.time())}
    body = json.dumps({**event, "data": {"object": lie}}).encode()

    assert shop.deliver(body, signed(body)) == 204
    shop.work()

    assert shop.wallet(user).available == 0


def test_while_stripe_is_away_an_event_waits_longer_and_longer_and_is_given_up_in_the_end(shop: Shop) -> None:
    body = an_event(shop)
    shop.deliver(body, signed(body))
    waits = []
    for _ in range(MOST_ATTEMPTS):
        shop.steer.account.unwell[:] = [503]
        event = StripeEvent.objects.get()
        shop.steer.world.now = max(shop.steer.world.now, int(event.next_try_at.timestamp()) + 1)
        assert shop.work() == 1
        assert shop.work() == 0, "not again at once"
        waits.append(StripeEvent.objects.get().next_try_at - shop.now)
    shop.steer.account.unwell.clear()

    event = StripeEvent.objects.get()
    assert event.state == "dead"
    assert "StripeAway" in event.reason
    assert waits == sorted(waits)
    assert waits[-1].total_seconds() == 6 * 3600

    event_again(event, now=shop.now)
    shop.work()
    assert StripeEvent.objects.get().state == "done"


def test_one_bad_event_does_not_stop_the_others(shop: Shop, user: User) -> None:
    body = an_event(shop)
    shop.deliver(body, signed(body))
    StripeEvent.objects.update(type="invoice.paid", subject="in_that_is_not_there")
    shop.buy(user, shop.pack)

    shop.settle()

    assert shop.wallet(user).available == shop.pack.credits
    assert StripeEvent.objects.get(state="waiting").reason.startswith("StripeRefused: ")


def test_without_a_broker_the_event_is_kept_and_the_schedule_finds_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("the broker is away")

    monkeypatch.setattr(current_app, "send_task", away)
    body = an_event(shop)
    assert shop.deliver(body, signed(body)) == 204

    tasks.process()

    assert StripeEvent.objects.get().state == "done"


def test_what_is_scheduled_exists() -> None:
    for task, *_ in import_module("apps.wallets.migrations.0003_payments").SCHEDULES:
        assert task in current_app.tasks


def test_our_signatures_are_those_of_the_sdk(shop: Shop) -> None:
    body = an_event(shop)

    assert stripe.WebhookSignature.verify_header(body.decode(), signed(body), WEBHOOK_SECRET, 10)
