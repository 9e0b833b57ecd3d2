"""What a test does to Stripe from behind: people paying, banks deciding, time passing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.stripe import checkout, clock, payments, plan_changes, subscriptions
from tests.stripe.account import Account
from tests.stripe.catalog import living_customer, price_create
from tests.stripe.deliveries import Outbox
from tests.stripe.refusals import Refusal
from tests.stripe.routes import perform
from tests.stripe.world import DAY, Object, World


@dataclass
class Steering:
    """One account, seen from behind. Ids in; the objects themselves out: look at them, do not change them."""

    account: Account
    outbox: Outbox
    unpaid_becomes: str = "canceled"
    """What the last failed attempt makes of a subscription: canceled, or unpaid."""

    @property
    def world(self) -> World:
        """Everything this account knows."""
        return self.account.world

    def pay(self, session: str, *, email: str | None = None, delayed: bool = False) -> Object:
        """Somebody pays; `delayed` by a way whose money comes later: `settle` then says whether it does."""
        with self.account.lock:
            return checkout.session_pay(self.world, self._session(session), email=email, delayed=delayed)

    def settle(self, session: str, *, paid: bool = True) -> Object:
        """A delayed payment arrives, or fails."""
        with self.account.lock:
            return checkout.session_settle(self.world, self._session(session), paid=paid)

    def tamper(self, session: str, **fields: object) -> Object:
        """A session that says something else than what was asked for: another amount, another currency."""
        with self.account.lock:
            found = self._session(session)
            found.update(fields)
            return found

    def decline(self, session: str) -> Object:
        """Somebody tries with a bad card; the session stays open."""
        with self.account.lock:
            return checkout.session_decline(self.world, self._session(session))

    def expire(self, session: str) -> Object:
        """Nobody came."""
        with self.account.lock:
            return checkout.session_expire(self.world, {}, session)

    def refund(self, paid: str, amount: int | None = None) -> Object:
        """Money back from Stripe's dashboard; `paid` is a charge, intent, session or invoice.

        Raises:
            Refusal: As Stripe refuses refunds.
        """
        with self.account.lock:
            params = {"charge": self.charge_of(paid)["id"], **({"amount": str(amount)} if amount else {})}
            return payments.refund_create(self.world, params)

    def fail_refund(self, refund: str) -> Object:
        """The bank sends a refund back."""
        with self.account.lock:
            found = self.world.get("refund", refund)
            payments.refund_fail(self.world, found)
            return found

    def dispute(self, paid: str, *, amount: int | None = None, inquiry: bool = False) -> Object:
        """The card's owner asks their bank for the money; see `refund` for `paid`."""
        with self.account.lock:
            return payments.dispute_open(self.world, self.charge_of(paid), amount=amount, inquiry=inquiry)

    def escalate(self, dispute: str) -> Object:
        """An inquiry becomes a chargeback."""
        return self._disputed(dispute, payments.dispute_escalate)

    def win(self, dispute: str) -> Object:
        """The bank decides for us."""
        return self._disputed(dispute, lambda world, each: payments.dispute_close(world, each, won=True))

    def lose(self, dispute: str) -> Object:
        """The bank decides against us."""
        return self._disputed(dispute, lambda world, each: payments.dispute_close(world, each, won=False))

    def _disputed(self, dispute: str, decide: Callable[[World, Object], None]) -> Object:
        with self.account.lock:
            found = self.world.get("dispute", dispute)
            decide(self.world, found)
            return found

    def card_declines(self, customer: str, code: str = "card_declined") -> None:
        """From now on the customer's card says no."""
        self.world.cards[customer] = code

    def card_works(self, customer: str) -> None:
        """The customer has put a good card in its place."""
        self.world.cards.pop(customer, None)

    def advance(self, seconds: int) -> None:
        """Time passes: sessions expire, periods end, failed payments are tried again."""
        with self.account.lock:
            clock.advance(self.world, self.world.now + seconds, unpaid_becomes=self.unpaid_becomes)

    def next_period(self, subscription: str) -> Object:
        """Time passes until the subscription's period is over, and an hour more."""
        found = self.world.get("subscription", subscription)
        self.advance(max(0, subscriptions.current_period_end(found) - self.world.now) + DAY // 24)
        return found

    def cancel(self, subscription: str, *, at_period_end: bool = False) -> Object:
        """The person cancels, at once or at the period's end."""
        with self.account.lock:
            if at_period_end:
                params = {"cancel_at_period_end": "true"}
                return plan_changes.subscription_update(self.world, params, subscription)
            return subscriptions.subscription_cancel(self.world, {}, subscription)

    def resume(self, subscription: str) -> Object:
        """The person thought again before the period's end."""
        with self.account.lock:
            return plan_changes.subscription_update(self.world, {"cancel_at_period_end": "false"}, subscription)

    def change_plan(self, subscription: str, price: str, *, behavior: str = "create_prorations") -> Object:
        """Another price from now on; `behavior` as Stripe's `proration_behavior`."""
        with self.account.lock:
            item = self.world.get("subscription", subscription)["items"]["data"][0]["id"]
            params = {"items": [{"id": item, "price": price}], "proration_behavior": behavior}
            return plan_changes.subscription_update(self.world, params, subscription)

    def price(self, *, amount: int, currency: str = "eur", product: str, interval: str = "month") -> Object:
        """A recurring price that somebody made in Stripe's dashboard."""
        with self.account.lock:
            params = {"unit_amount": str(amount), "currency": currency, "product": product}
            return price_create(self.world, {**params, "recurring": {"interval": interval}})

    def retry(self, subscription: str) -> bool:
        """The open invoice is tried again, now; whether it is paid."""
        with self.account.lock:
            return subscriptions.subscription_retry(self.world, self.world.get("subscription", subscription))

    def give_up(self, subscription: str) -> Object:
        """The last attempt has failed."""
        with self.account.lock:
            found = self.world.get("subscription", subscription)
            subscriptions.subscription_give_up(self.world, found, into=self.unpaid_becomes)
            return found

    def delete_customer(self, customer: str) -> None:
        """Somebody removed the customer in Stripe's dashboard."""
        with self.account.lock:
            living_customer(self.world, customer)
            perform(self.world, "DELETE", f"/v1/customers/{customer}", {})

    def latest(self, kind: str) -> Object:
        """The newest object of a kind, as "checkout.session"."""
        return next(reversed(self.world.table(kind).values()))

    def events(self, kind: str | None = None) -> list[Object]:
        """What has happened, oldest first."""
        return [event for event in self.world.events if kind in {None, event["type"]}]

    def charge_of(self, paid: str) -> Object:
        """The charge by its own id, or the one behind an intent, a session or an invoice.

        Raises:
            Refusal: Nothing was charged.
        """
        found = self.world.find(paid)
        if found is not None and found["object"] == "checkout.session":
            found = self.world.find(found["payment_intent"] or found["invoice"] or "")
        if found is not None and found["object"] == "invoice":
            payment = next(self.world.where("invoice_payment", invoice=found["id"], status="paid"), None)
            found = self.world.find(payment["payment"]["payment_intent"]) if payment else None
        if found is not None and found["object"] == "payment_intent":
            found = self.world.find(found["latest_charge"] or "")
        if found is None or found["object"] != "charge":
            raise Refusal(f"Nothing was charged for '{paid}'")
        return found

    def _session(self, name: str) -> Object:
        return self.world.get("checkout.session", name)
