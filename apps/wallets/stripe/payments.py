"""Money that came, and the credits for it: once for each Checkout Session or invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from apps.accounts.models import User
from apps.wallets.models import LotSource
from apps.wallets.services.credits_grant import credits_grant
from apps.wallets.stripe.models import Payment, Provider, Subscription
from apps.wallets.stripe.outcome import Outcome, done, look
from apps.wallets.stripe.settling import settle

log = structlog.get_logger(__name__)

GONE = "The account was deleted before this was paid: nothing was granted. Refund it at Stripe."


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment as Stripe tells it, with the credits that our terms give for it."""

    source: str
    kind: Payment.Kind
    user: User | None
    title: str
    amount_minor: int
    currency: str
    credits: int
    expires_at: datetime | None
    payment_intent: str
    receipt_url: str
    paid_at: datetime
    trouble: str
    """Why nothing may be granted; empty when all is as priced."""
    subscription: Subscription | None = None
    provider: Provider = Provider.STRIPE


def payment_settle(paid: Paid, *, now: datetime) -> Outcome:
    """Keep the payment and grant its credits, both once; call it in a transaction that holds its source.

    One that needs a look is judged again each time, until an operator says that it is dealt with.
    """
    trouble = paid.trouble or ("" if paid.user else GONE)
    known = Payment.objects.select_for_update().filter(source=paid.source).first()
    if known is not None and (known.state == Payment.State.GRANTED or known.looked_at):
        return done(changed=_filled_in(known, paid))
    payment = known or Payment(source=paid.source, created_at=now)
    before = (payment.state, payment.reason)
    payment.kind, payment.user, payment.title = paid.kind, paid.user, paid.title[:120]
    payment.provider = paid.provider
    payment.subscription, payment.paid_at = paid.subscription, paid.paid_at
    payment.amount_minor, payment.currency = paid.amount_minor, paid.currency
    payment.payment_intent, payment.receipt_url = paid.payment_intent, paid.receipt_url
    payment.state = Payment.State.LOOK if trouble else Payment.State.GRANTED
    payment.reason, payment.credits = trouble[:300], 0 if trouble else paid.credits
    if payment.credits and paid.user:
        payment.lot = credits_grant(
            owner=paid.user,
            amount=payment.credits,
            source=LotSource.PACK if paid.kind == Payment.Kind.PACK else LotSource.SUBSCRIPTION,
            key=f"{'checkout' if paid.kind == Payment.Kind.PACK else 'invoice'}:{paid.source}",
            memo=payment.title,
            expires_at=paid.expires_at,
            now=now,
        )
    payment.save()
    if trouble:
        log.warning("payment_needs_a_look", payment=str(payment.pk), source=paid.source, reason=trouble)
        return look(trouble, changed=known is None or before != (payment.state, payment.reason))
    # money may have gone back before we heard that it came
    for reversal in payment.reversals.order_by("created_at", "pk"):
        settle(payment, reversal, now=now)
    log.info("payment_granted", payment=str(payment.pk), source=paid.source, credits=payment.credits)
    return done(changed=True)


def _filled_in(known: Payment, paid: Paid) -> bool:
    """Addresses and the intent may become known later than the payment."""
    fresh = {
        "payment_intent": known.payment_intent or paid.payment_intent,
        "receipt_url": paid.receipt_url or known.receipt_url,
    }
    if all(getattr(known, name) == value for name, value in fresh.items()):
        return False
    Payment.objects.filter(pk=known.pk).update(**fresh)
    return True


def moment(seconds: Any) -> datetime | None:
    """A time as Stripe writes it."""
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and 0 < seconds < 1 << 35 else None
