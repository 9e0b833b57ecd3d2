"""A shop: this site and the Stripe of the tests, joined by HTTP one way and by webhooks the other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Plan, User
from apps.wallets.checkout import checkout
from apps.wallets.prices.models import Pack
from apps.wallets.prices.selectors import packs_on_sale
from apps.wallets.replay import replay
from apps.wallets.selectors import Wallet, wallet_of
from apps.wallets.stripe import gateway
from apps.wallets.stripe.checkout import StripeCheckout
from apps.wallets.stripe.events import events_process
from tests.stripe.server import KEY, WEBHOOK_SECRET, StripeServer
from tests.stripe.steering import Steering
from tests.world import make_user, restore_plans

HOUR = 3600
DAY = 24 * HOUR


@dataclass
class Shop:
    """What a test does: people who buy, a Stripe that tells, a worker that listens."""

    steer: Steering
    way: StripeCheckout
    web: Client = field(default_factory=Client)

    @property
    def now(self) -> datetime:
        """By Stripe's clock, which runs ahead of the real one."""
        return datetime.fromtimestamp(self.steer.world.now, UTC)

    @property
    def pack(self) -> Pack:
        """The smallest."""
        return packs_on_sale()[0]

    @property
    def pro(self) -> Plan:
        """The plan that is paid for."""
        return Plan.objects.get(slug="pro")

    def begin(self, user: User, product: Pack | Plan) -> dict[str, Any]:
        """The session that the user is sent to."""
        url = self.way.checkout_start(
            user=user,
            product=product,
            now=self.now,
            success_url="https://refrain.test/wallet/bought/",
            cancel_url="https://refrain.test/wallet/buy/",
        )
        return next(s for s in self.steer.world.table("checkout.session").values() if s["url"] == url)

    def buy(self, user: User, product: Pack | Plan) -> dict[str, Any]:
        """Begun and paid; nothing is delivered yet."""
        return self.steer.pay(self.begin(user, product)["id"])

    def deliver(self, body: bytes, header: str) -> int:
        """What Stripe posts to us; the status of our answer."""
        answer = self.web.post(
            "/stripe/webhook", data=body, content_type="application/json", headers={"Stripe-Signature": header}
        )
        return answer.status_code

    def work(self) -> int:
        """The worker deals with what came."""
        return events_process(now=self.now)

    def settle(self) -> None:
        """Everything is delivered and dealt with."""
        self.steer.outbox.deliver()
        self.work()

    def wallet(self, user: User) -> Wallet:
        """By Stripe's clock."""
        return wallet_of(user, now=self.now)


@pytest.fixture
def shop(stripe_server: StripeServer, settings: Settings, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Shop]:
    """An installation that is paid by Stripe; at the end the books balance."""
    # the SDK sleeps before it tries again
    monkeypatch.setattr(gateway, "RETRIES", 0)
    gateway.forget_clients()
    settings.PAYMENTS = "stripe"
    settings.STRIPE_SECRET_KEY = KEY
    settings.STRIPE_WEBHOOK_SECRETS = (WEBHOOK_SECRET,)
    settings.STRIPE_API_BASE = stripe_server.url
    restore_plans()
    # ahead of the real clock, so that what the webhook stores now is due
    steer = stripe_server.open_account(KEY, now=int(time.time()) + DAY)
    way = checkout()
    assert isinstance(way, StripeCheckout)
    shop = Shop(steer, way)
    stripe_server.webhook(shop.deliver)
    yield shop
    gateway.forget_clients()
    assert not replay().differences


@pytest.fixture
def user(shop: Shop) -> User:
    """Somebody with an empty wallet."""
    return make_user()
