"""Checkout Sessions: what was begun here is fulfilled when it is paid."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from apps.wallets.stripe.gateway import Facts, StripeRefused, answered, client, named, plain
from apps.wallets.stripe.invoices import invoice_converge
from apps.wallets.stripe.models import Payment, Purchase
from apps.wallets.stripe.outcome import Outcome, done, held, ignored, look
from apps.wallets.stripe.payments import Paid, moment, payment_settle
from apps.wallets.stripe.subscriptions import subscription_converge

_PAID = frozenset({"paid", "no_payment_required"})


def session_converge(session: str, *, now: datetime) -> Outcome:
    """Bring a session's purchase in line with what Stripe says of it now."""
    with held(session):
        facts = _asked(session)
        if facts is None:
            # of another account, or of the test checkout that was used before
            Purchase.objects.filter(session=session).update(status=Purchase.Status.EXPIRED)
            return ignored("Stripe knows no such session.")
        purchase = _purchase(facts)
        if purchase is None:
            return ignored("This session was not begun here.")
        if purchase.session is None:
            purchase.session, purchase.url = session, str(facts.get("url") or "")
        elif purchase.session != session:
            return look("Another session names the same purchase.")
        before = purchase.status
        fresh = _status(facts)
        # one that was given up is not offered again, but paid is paid
        purchase.status = fresh if fresh != Purchase.Status.OPEN else before
        purchase.save(update_fields=["session", "url", "status"])
        changed = purchase.status != before
        paid = facts.get("payment_status") in _PAID
        if purchase.pack is not None:
            if not paid:
                return done(changed=changed)
            outcome = payment_settle(_paid(purchase, facts, now), now=now)
            return Outcome(outcome.state, outcome.reason, outcome.changed or changed)
    return _subscribed(facts, changed=changed, now=now)


def sessions_converge(*, user: UUID, now: datetime) -> None:
    """Every session that a user has open."""
    open_ones = Purchase.objects.filter(user=user, status=Purchase.Status.OPEN, session__startswith="cs_")
    for session in list(open_ones.values_list("session", flat=True)):
        if session:
            session_converge(session, now=now)


def _asked(session: str) -> Facts | None:
    try:
        with answered():
            return plain(client().v1.checkout.sessions.retrieve(session, {"expand": ["payment_intent.latest_charge"]}))
    except StripeRefused as refused:
        if not refused.missing:
            raise
        return None


def _subscribed(facts: Facts, *, changed: bool, now: datetime) -> Outcome:
    """The session of a plan: its subscription and first invoice have their own ways."""
    outcome = done(changed=changed)
    if subscription := named(facts.get("subscription")):
        outcome = subscription_converge(subscription, now=now)
    if invoice := named(facts.get("invoice")):
        outcome = invoice_converge(invoice, now=now)
    return Outcome(outcome.state, outcome.reason, outcome.changed or changed)


def _purchase(facts: Facts) -> Purchase | None:
    """By what we wrote into the session: `client_reference_id` alone may come from a link that anybody can make."""
    about = facts.get("metadata") or {}
    named_by_us = str(about.get("purchase") or "")
    if named_by_us != facts.get("client_reference_id"):
        return None
    with suppress(ValueError):
        return Purchase.objects.select_for_update(of=("self",)).filter(pk=UUID(named_by_us)).first()
    return None


def _status(facts: Facts) -> str:
    if facts.get("payment_status") in _PAID:
        return Purchase.Status.PAID
    match facts.get("status"):
        case "open":
            return Purchase.Status.OPEN
        case "complete" if _on_its_way(facts):
            return Purchase.Status.PENDING
        case _:
            return Purchase.Status.EXPIRED


def _on_its_way(facts: Facts) -> bool:
    """Whether a slow payment, as a bank's, may still arrive."""
    intent = facts.get("payment_intent")
    return not isinstance(intent, dict) or intent.get("status") in {"processing", "requires_capture", "succeeded"}


def _paid(purchase: Purchase, facts: Facts, now: datetime) -> Paid:
    pack = purchase.pack
    assert pack is not None
    amount, currency = facts.get("amount_total"), str(facts.get("currency") or "")[:3]
    intent = facts.get("payment_intent")
    charge = intent.get("latest_charge") if isinstance(intent, dict) else None
    charge = charge if isinstance(charge, dict) else {}
    trouble = ""
    if (amount, currency, facts.get("mode")) != (purchase.amount_minor, purchase.currency, "payment"):
        trouble = (
            f"Priced at {purchase.amount_minor} {purchase.currency}, but Stripe says {amount} {currency}: "
            "nothing was granted."
        )
    return Paid(
        source=str(facts["id"]),
        kind=Payment.Kind.PACK,
        user=purchase.user,
        title=f"{pack.title}: {purchase.credits} credits",
        amount_minor=amount if isinstance(amount, int) and amount >= 0 else 0,
        currency=currency,
        credits=purchase.credits,
        expires_at=None,
        payment_intent=named(intent),
        receipt_url=str(charge.get("receipt_url") or ""),
        paid_at=moment(charge.get("created")) or now,
        trouble=trouble,
    )
