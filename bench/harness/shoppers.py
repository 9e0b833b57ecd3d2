"""People who buy, subscribe, change their minds and go to their banks, at random."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from apps.accounts.models import Plan, User
from apps.wallets.checkout import CheckoutRefused
from apps.wallets.errors import NotEnough, Owes
from apps.wallets.prices.models import Pack
from apps.wallets.references import Reference
from apps.wallets.services.credits_hold import credits_hold
from apps.wallets.services.hold_resolve import hold_capture
from apps.wallets.stripe.checkout import StripeCheckout
from apps.wallets.stripe.models import Purchase
from tests.stripe.refusals import Refusal
from tests.stripe.steering import Steering
from tests.stripe.world import Object

_HOUR, _DAY = 3600, 24 * 3600
_TRIES = 4
_URL = "https://refrain.example.org/wallet"


@dataclass
class Shopper:
    """One history: what this person does at our site and at Stripe, a step at a time."""

    user: User
    steer: Steering
    chance: random.Random
    packs: list[Pack]
    plans: dict[str, str]
    """The prices at Stripe of the plans that can be subscribed to, by slug."""
    spent: int = 0
    steps: list[str] = field(default_factory=list)
    """What has happened, for whoever has to find out."""

    @property
    def now(self) -> datetime:
        """By Stripe's clock, which is everybody's here."""
        return datetime.fromtimestamp(self.steer.world.now, UTC)

    def step(self) -> None:
        """Anything that can happen; what cannot happen now is refused, and something else tried."""
        actions = list(_WEIGHTS)
        for _ in range(_TRIES):
            (action,) = self.chance.choices(actions, weights=[_WEIGHTS[each] for each in actions])
            try:
                said = action(self)
            except (CheckoutRefused, Refusal, NotEnough, Owes):
                continue
            self.steps.append(f"{action.__name__} {said}")
            return

    def buy(self) -> str:
        """A pack: paid, paid later, declined at first, forgotten, or with an amount that is not ours."""
        session = self._begin(self.chance.choice(self.packs))
        if self.steer.world.get("checkout.session", session)["status"] != "open":
            raise Refusal("paid already, and nobody told us")
        way = self.chance.random()
        if way < 0.1:
            return f"{session}: forgotten"
        if way < 0.2:
            self.steer.decline(session)
        if way > 0.95:
            self.steer.tamper(session, amount_total=self.chance.choice((50, 99, 5000)))
        delayed = 0.8 < way < 0.95
        self.steer.pay(session, delayed=delayed)
        return f"{session}: {'on its way' if delayed else 'paid'}"

    def subscribe(self) -> str:
        """To a plan, sometimes to a second one, because nobody has told us of the first yet."""
        session = self._begin(Plan.objects.get(pk=self.chance.choice(list(self.plans))))
        if self.chance.random() < 0.9:
            self.steer.pay(session)
        return session

    def _begin(self, product: Pack | Plan) -> str:
        StripeCheckout().checkout_start(
            user=self.user, product=product, now=self.now, success_url=_URL, cancel_url=_URL
        )
        wanted = {"pack": product} if isinstance(product, Pack) else {"terms__plan": product}
        newest = Purchase.objects.filter(user=self.user, **wanted).order_by("-created_at").first()
        assert newest is not None
        return str(newest.session)

    def settle(self) -> str:
        """Delayed payments arrive or do not."""
        waiting = [each for each in self._sessions() if each["payment_status"] == "unpaid"]
        for session in waiting:
            self.steer.settle(session["id"], paid=self.chance.random() < 0.7)
        return str(len(waiting))

    def change_plan(self) -> str:
        """Another plan in the middle of the month."""
        running = self._subscription()
        slug = self.chance.choice(list(self.plans))
        behavior = self.chance.choice(("always_invoice", "create_prorations", "none"))
        if running["items"]["data"][0]["price"]["id"] != self.plans[slug]:
            self.steer.change_plan(running["id"], self.plans[slug], behavior=behavior)
        return f"{slug} {behavior}"

    def cancel(self) -> str:
        """At once, at the period's end, or not after all."""
        running, way = self._subscription(), self.chance.choice(("now", "end", "end", "not"))
        if way == "not":
            self.steer.resume(running["id"])
        else:
            self.steer.cancel(running["id"], at_period_end=way == "end")
        return way

    def card(self) -> str:
        """The card stops working, or works again."""
        customer = self._mine("customer")[0]["id"]
        if customer in self.steer.world.cards:
            self.steer.card_works(customer)
            return "works"
        self.steer.card_declines(customer)
        return "declines"

    def wait(self) -> str:
        """Time passes, for everybody."""
        (seconds,) = self.chance.choices((_HOUR, _DAY, 4 * _DAY, 12 * _DAY, 31 * _DAY), weights=(3, 3, 3, 2, 1))
        self.steer.advance(seconds)
        return f"{seconds // _HOUR} h"

    def refund(self) -> str:
        """A part of a payment, or what is left of it."""
        charge = self._charge()
        left = charge["amount"] - charge["amount_refunded"]
        amount = self.chance.choice((left, self.chance.randint(1, max(1, left))))
        self.steer.refund(charge["id"], amount or None)
        return f"{charge['id']} {amount}"

    def fail_refund(self) -> str:
        """The bank sends a refund back."""
        charges = {each["id"] for each in self._mine("charge")}
        refunds = [each for each in self.steer.world.table("refund").values() if each["charge"] in charges]
        return str(self.steer.fail_refund(self._one(refunds)["id"])["id"])

    def dispute(self) -> str:
        """The bank asks for a payment, or a part of it, or only inquires."""
        charge = self._charge()
        if next(self.steer.world.where("dispute", charge=charge["id"]), None):
            raise Refusal("disputed already")
        amount = self.chance.choice((None, self.chance.randint(1, charge["amount"])))
        self.steer.dispute(charge["id"], amount=amount, inquiry=self.chance.random() < 0.25)
        return f"{charge['id']} {amount}"

    def decide(self) -> str:
        """The bank decides, or an inquiry becomes a dispute."""
        charges = {each["id"] for each in self._mine("charge")}
        disputes = [each for each in self.steer.world.table("dispute").values() if each["charge"] in charges]
        dispute = self._one(disputes)["id"]
        how = self.chance.choice((self.steer.win, self.steer.lose, self.steer.escalate))
        return f"{dispute}: {how(dispute)['status']}"

    def spend(self) -> str:
        """Songs, so that what goes back may have been spent."""
        amount, name = self.chance.randint(1, 400), UUID(int=self.chance.getrandbits(128))
        hold = credits_hold(
            owner=self.user,
            amount=amount,
            key=f"shopper:{name}",
            reference=Reference("job", name),
            memo="A song",
            now=self.now,
        )
        hold_capture(hold=hold, now=self.now)
        self.spent += amount
        return str(amount)

    def _mine(self, kind: str) -> list[Object]:
        """Of the person's customers at Stripe, or those themselves."""
        world = self.steer.world
        customers = [
            each for each in world.table("customer").values() if each["metadata"].get("user") == str(self.user.pk)
        ]
        if kind == "customer":
            return customers or [self._one([])]
        names = {each["id"] for each in customers}
        return [each for each in world.table(kind).values() if each.get("customer") in names]

    def _sessions(self) -> list[Object]:
        return self._mine("checkout.session")

    def _subscription(self) -> Object:
        return self._one([each for each in self._mine("subscription") if each["status"] != "canceled"])

    def _charge(self) -> Object:
        return self._one([each for each in self._mine("charge") if each["paid"]])

    def _one(self, found: list[Object]) -> Object:
        if not found:
            raise Refusal("nothing of that kind yet")
        return self.chance.choice(found)


_WEIGHTS: dict[Callable[[Shopper], str], int] = {
    Shopper.buy: 8,
    Shopper.subscribe: 5,
    Shopper.settle: 2,
    Shopper.change_plan: 3,
    Shopper.cancel: 2,
    Shopper.card: 2,
    Shopper.wait: 6,
    Shopper.refund: 4,
    Shopper.fail_refund: 2,
    Shopper.dispute: 3,
    Shopper.decide: 3,
    Shopper.spend: 4,
}
