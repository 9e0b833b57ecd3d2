"""Invoices of subscriptions: credits follow the money, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor

from apps.accounts.models import User
from apps.wallets.stripe.gateway import Facts, answered, client, named, plain
from apps.wallets.stripe.models import Payment, StripeCustomer, Subscription
from apps.wallets.stripe.outcome import Outcome, done, held, ignored
from apps.wallets.stripe.payments import Paid, moment, payment_settle
from apps.wallets.stripe.subscriptions import subscription_converge, terms_of_price

LATE_GRACE = timedelta(days=7)
"""What was paid for and reaches us after its month is over can still be used for so long."""


def invoice_converge(invoice: str, *, now: datetime) -> Outcome:
    """Bring a subscription's invoice in line with what Stripe says of it now."""
    with held(invoice):
        with answered():
            facts = plain(client().v1.invoices.retrieve(invoice, {"expand": ["payments"]}))
        subscription = _subscription(facts)
        if not subscription:
            return ignored("This invoice is of no subscription.")
        if not StripeCustomer.objects.filter(stripe_id=named(facts.get("customer"))).exists():
            return ignored("This customer is not one of ours.")
        # a failed invoice makes the subscription late, a paid one makes it run
        outcome = subscription_converge(subscription, now=now)
        if facts.get("status") != "paid":
            return outcome
        paid = _paid(facts, subscription, now)
        if not paid.amount_minor and not paid.credits and not paid.trouble:
            return done(changed=outcome.changed, reason="Nothing to pay, nothing to grant.")
        settled = payment_settle(paid, now=now)
    return Outcome(settled.state, settled.reason, settled.changed or outcome.changed)


@dataclass(frozen=True, slots=True)
class Worth:
    """What an invoice's lines give, until when; `trouble` where they are not as priced."""

    credits: int
    until: datetime | None
    trouble: str = ""


def worth(lines: Iterable[Facts], currency: str) -> Worth:
    """The credits for an invoice's lines.

    A whole month gives the month's credits of its price's terms; a free one (a trial) none. A part of a month, which
    a change of plan brings, gives or takes as many as its share of the month's price; the sum is rounded down.
    """
    total, until = Fraction(0), None
    for line in lines:
        terms = terms_of_price(_line_price(line))
        amount = line.get("amount")
        if terms is None or not isinstance(amount, int):
            return Worth(0, None, "A line of the invoice has a price that we did not make: nothing was granted.")
        whole = not _details(line).get("proration")
        if terms.currency != currency or (whole and (line.get("quantity"), amount) not in _priced(terms.amount_minor)):
            return Worth(
                0,
                None,
                f"Priced at {terms.amount_minor} {terms.currency}, but Stripe says {amount} {currency}: "
                "nothing was granted.",
            )
        total += Fraction(terms.monthly_credits * amount, terms.amount_minor)
        end = moment((line.get("period") or {}).get("end"))
        if amount > 0 and end is not None:
            until = max(end, until or end)
    return Worth(max(0, floor(total)), until)


def _priced(amount: int) -> set[tuple[int, int]]:
    return {(1, amount), (1, 0)}


def _paid(facts: Facts, subscription: str, now: datetime) -> Paid:
    currency = str(facts.get("currency") or "")[:3]
    lines = facts.get("lines") or {}
    found = worth(lines.get("data") or [], currency)
    if lines.get("has_more"):
        found = Worth(0, None, "The invoice has more lines than a subscription of ours: nothing was granted.")
    row = Subscription.objects.select_related("user", "plan").filter(stripe_id=subscription).first()
    trouble = found.trouble or ("" if row else "Its subscription has a price that we did not make.")
    paid_at = moment((facts.get("status_transitions") or {}).get("paid_at")) or now
    return Paid(
        source=str(facts["id"]),
        kind=Payment.Kind.SUBSCRIPTION,
        user=row.user if row else _user(facts),
        title=f"{row.plan.title}: {found.credits} credits" if row else "A subscription",
        amount_minor=max(0, int(facts.get("amount_paid") or 0)),
        currency=currency,
        credits=found.credits,
        expires_at=_until(found, now),
        payment_intent=_intent(facts),
        receipt_url=str(facts.get("hosted_invoice_url") or ""),
        paid_at=paid_at,
        trouble=trouble,
        subscription=row,
    )


def _until(found: Worth, now: datetime) -> datetime | None:
    if not found.credits:
        return None
    return found.until if found.until is not None and found.until > now else now + LATE_GRACE


def _user(facts: Facts) -> User | None:
    return StripeCustomer.objects.select_related("user").get(stripe_id=named(facts.get("customer"))).user


def _subscription(facts: Facts) -> str:
    parent = facts.get("parent") or {}
    return named((parent.get("subscription_details") or {}).get("subscription"))


def _details(line: Facts) -> Facts:
    parent = line.get("parent") or {}
    return parent.get("subscription_item_details") or parent.get("invoice_item_details") or {}


def _line_price(line: Facts) -> str:
    return named(((line.get("pricing") or {}).get("price_details") or {}).get("price"))


def _intent(facts: Facts) -> str:
    for payment in (facts.get("payments") or {}).get("data") or []:
        if intent := named((payment.get("payment") or {}).get("payment_intent")):
            return intent
    return ""
