"""Random histories through the real webhook, worker and reconciliation, against a Stripe of our own in a storm."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Sum
from django.test import RequestFactory, override_settings

from apps.accounts.models import Plan, User
from apps.common.ids import new_id
from apps.wallets.models import Account, LotSource, Transfer
from apps.wallets.prices.models import PlanTerms
from apps.wallets.prices.selectors import packs_on_sale, terms_of
from apps.wallets.services.lots_expire import lots_expire
from apps.wallets.stripe.events import events_process
from apps.wallets.stripe.models import (
    Payment,
    Purchase,
    Reconciliation,
    Reversal,
    StripeCustomer,
    StripeEvent,
    StripePrice,
    Subscription,
)
from apps.wallets.stripe.plan_prices import stripe_price_of
from apps.wallets.stripe.reconcile import reconcile
from apps.wallets.stripe.webhook import webhook
from bench.harness.shoppers import Shopper
from bench.harness.stripe_truth import Sale, Truth, truth_of
from tests.stripe.server import WEBHOOK_SECRET, StripeServer
from tests.stripe.steering import Steering

TOGETHER = 4
"""Histories that share an account at Stripe, its clock and its storm."""
STEPS = (3, 15)
"""Of one history, fewest and most."""
LOSE, DOUBLE, DELAY = 0.2, 0.4, 0.2
_DEAR = "studio-house"
_DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Ended:
    """How a history ended: what the wallet says, after reconciliation and after what came even later."""

    user: str
    truth: Truth
    net: tuple[int, int]
    """Credits less debt, with what was spent and what has expired added."""
    plan: tuple[str, str]
    doubles: int
    steps: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether both times the wallet said what Stripe's own state says."""
        return {*self.net} == {self.truth.credits} and {*self.plan} == {self.truth.plan} and not self.doubles


@dataclass
class Tally:
    """What came and went in a storm."""

    sent: int = 0
    lost: int = 0
    late: int = 0
    unfinished: int = 0
    """Events that were still not dealt with at the end."""


@contextmanager
def storms(seed: int) -> Iterator[StripeServer]:
    """A running Stripe, and Django's settings pointing at it; warnings are what a storm is made of."""
    logging.disable(logging.CRITICAL)
    try:
        chance = random.Random(seed)  # noqa: S311 - the same seed makes the same storms
        with StripeServer(chance=chance) as server, _settings(server, "unused"):
            _second_plan()
            with connection.cursor() as cursor:
                # what survives a power cut is not what is measured here
                cursor.execute("SET synchronous_commit = off")
            yield server
    finally:
        logging.disable(logging.NOTSET)


def _settings(server: StripeServer, key: str) -> override_settings:
    return override_settings(
        PAYMENTS="stripe",
        STRIPE_SECRET_KEY=key,
        STRIPE_WEBHOOK_SECRETS=(WEBHOOK_SECRET,),
        STRIPE_API_BASE=server.url,
        THROTTLES={},
        ALLOWED_HOSTS=["*"],
    )


def _second_plan() -> None:
    """So that there is something to change to."""
    pro = Plan.objects.get(pk="pro")
    values = {field.name: getattr(pro, field.name) for field in Plan._meta.concrete_fields if field.name != "slug"}
    dear, made = Plan.objects.get_or_create(slug=_DEAR, defaults={**values, "title": "House"})
    if made:
        now = datetime.now(UTC)
        PlanTerms.objects.create(
            plan=dear, monthly_credits=3501, amount_minor=2900, currency="eur", since=now, reason="To change to."
        )


def storm(server: StripeServer, *, seed: int, tally: Tally, most_steps: int = STEPS[1]) -> list[Ended]:
    """Some histories at once, each from nothing to the end."""
    chance = random.Random(seed)  # noqa: S311 - the same seed makes the same histories
    key = f"sk_test_storm_{seed}"
    steer = server.open_account(key)
    server.webhook(_endpoint, key=key)
    _forget()
    with _settings(server, key):
        shoppers = _shoppers(steer, chance)
        steps = [shopper for shopper in shoppers for _ in range(chance.randint(STEPS[0], most_steps))]
        chance.shuffle(steps)
        for shopper in steps:
            shopper.step()
            _weather(steer, chance, shopper)
        ended = _end(steer, chance, shoppers, tally)
    server.close_account(key)
    return ended


def _forget() -> None:
    """Another account of Stripe's comes next, with customers, prices and a past of its own."""
    kinds = (Reversal, Payment, Subscription, Purchase, StripeCustomer, StripePrice, Reconciliation, StripeEvent)
    for kind in kinds:
        kind._default_manager.all().delete()


def _shoppers(steer: Steering, chance: random.Random) -> list[Shopper]:
    packs = packs_on_sale()
    now = datetime.fromtimestamp(steer.world.now, UTC)
    plans = {terms.plan_id: stripe_price_of(terms, now=now) for terms in _terms()}
    return [
        Shopper(
            User.objects.create_user(f"shopper-{new_id()}@example.org"),
            steer,
            random.Random(chance.random()),  # noqa: S311 - as above
            packs,
            plans,
        )
        for _ in range(TOGETHER)
    ]


def _terms() -> list[PlanTerms]:
    found = [terms_of(slug) for slug in ("pro", _DEAR)]
    return [terms for terms in found if terms is not None]


def _weather(steer: Steering, chance: random.Random, shopper: Shopper) -> None:
    """Sometimes what waits is delivered, sometimes the worker runs, sometimes we compare with Stripe."""
    if chance.random() < 0.5:
        steer.outbox.storm(chance, lose=LOSE, double=DOUBLE, delay=DELAY)
        steer.outbox.deliver()
    if chance.random() < 0.1:
        steer.outbox.release()
    if chance.random() < 0.5:
        _work(shopper.now)
    if chance.random() < 0.03:
        reconcile(now=shopper.now)
    if chance.random() < 0.1:
        lots_expire(now=shopper.now, limit=500)


def _work(now: datetime) -> None:
    while events_process(now=now):
        pass


def _end(steer: Steering, chance: random.Random, shoppers: Sequence[Shopper], tally: Tally) -> list[Ended]:
    """The last reconciliation; then what was delayed past it, in any order."""
    outbox = steer.outbox
    outbox.storm(chance, lose=LOSE, double=DOUBLE, delay=DELAY)
    outbox.deliver()
    for _ in range(2):
        # what failed for a while is tried again after hours at most
        steer.advance(_DAY // 2)
        now = datetime.fromtimestamp(steer.world.now, UTC)
        _work(now)
        reconcile(now=now)
    settled = [_wallet(shopper) for shopper in shoppers]
    tally.late += len(outbox.late)
    outbox.release()
    outbox.double()
    outbox.shuffle(chance)
    outbox.deliver()
    _work(datetime.fromtimestamp(steer.world.now, UTC))
    tally.sent += outbox.sent
    tally.lost += len(outbox.lost)
    tally.unfinished += StripeEvent.objects.filter(state__in=("waiting", "dead")).count()
    return [_ended(shopper, before) for shopper, before in zip(shoppers, settled, strict=True)]


def _wallet(shopper: Shopper) -> tuple[int, str]:
    account = Account.objects.filter(owner=shopper.user).first()
    net = account.available + account.held - account.owed + _expired(account) if account else 0
    plan = User.objects.values_list("plan_id", flat=True).get(pk=shopper.user.pk)
    return net + shopper.spent, "" if plan == "free" else plan


def _expired(account: Account) -> int:
    gone = Transfer.objects.filter(account=account, kind=Transfer.Kind.EXPIRE).aggregate(sum=Sum("amount"))["sum"]
    return int(gone or 0)


def _ended(shopper: Shopper, before: tuple[int, str]) -> Ended:
    packs = {pack.slug: Sale(pack.credits, pack.amount_minor, pack.currency) for pack in shopper.packs}
    plans = {
        shopper.plans[terms.plan_id]: Sale(terms.monthly_credits, terms.amount_minor, terms.currency, terms.plan_id)
        for terms in _terms()
    }
    truth = truth_of(shopper.steer.world, str(shopper.user.pk), packs=packs, plans=plans)
    net, plan = _wallet(shopper)
    return Ended(
        user=str(shopper.user.pk),
        truth=truth,
        net=(before[0], net),
        plan=(before[1], plan),
        doubles=max(0, _grants(shopper.user) - truth.grants),
        steps=tuple(shopper.steps),
    )


def _grants(user: User) -> int:
    bought = Transfer.objects.filter(
        account__owner=user, kind=Transfer.Kind.GRANT, reason__in=(LotSource.PACK, LotSource.SUBSCRIPTION)
    )
    return bought.count()


def issued() -> int:
    """Credits that purchases ever brought; for whoever wants to see that there were any."""
    total = Transfer.objects.filter(kind=Transfer.Kind.GRANT).aggregate(sum=Sum("amount"))["sum"]
    return int(total or 0)


def _endpoint(body: bytes, header: str) -> int:
    """Our webhook, as the site runs it, signature and all."""
    request = RequestFactory().post(
        "/stripe/webhook", data=body, content_type="application/json", headers={"Stripe-Signature": header}
    )
    return webhook(request).status_code
