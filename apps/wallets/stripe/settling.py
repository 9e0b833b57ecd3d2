"""Refunds and disputes as changes of the ledger: credits go back in proportion to the money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog
from django.db.models import Sum

from apps.wallets.services.credits_take_back import Cause, credits_give_back, credits_take_back
from apps.wallets.stripe.models import Payment, Reversal

log = structlog.get_logger(__name__)

_MEMOS: Mapping[Cause, tuple[str, str]] = {
    "refund": ("Refunded: {}", "A refund did not go through: {}"),
    "dispute": ("Disputed: {}", "A dispute was decided for us: {}"),
}


def credits_gone(*, credits: int, paid: int, gone: int) -> int:  # noqa: A002 - the word of the house
    """How many of `credits` go when `gone` of the `paid` amount is gone: in proportion, what is begun stays.

    All of them go with all of the money, and never more.
    """
    if paid <= 0:
        return 0
    return credits * min(gone, paid) // paid


def settle(payment: Payment, reversal: Reversal, *, now: datetime) -> bool:
    """Take or give back what all reversals of the payment together ask for and was not yet moved.

    The change goes under the key of `reversal`, the one that was heard of. The payment's row is locked by the caller.
    """
    totals = payment.reversals.aggregate(credits=Sum("credits"))
    gone = payment.reversals.filter(counts=True).aggregate(amount=Sum("amount_minor"))
    wanted = credits_gone(credits=payment.credits, paid=payment.amount_minor, gone=gone["amount"] or 0)
    change = wanted - (totals["credits"] or 0)
    owner = payment.user
    if not change or owner is None or payment.lot is None:
        return False
    key = f"{reversal.kind}:{reversal.stripe_id}" + (f":{reversal.moves}" if reversal.moves else "")
    cause: Cause = "dispute" if reversal.kind == Reversal.Kind.DISPUTE else "refund"
    memo = _MEMOS[cause][change < 0].format(payment.title)
    if change > 0:
        credits_take_back(owner=owner, amount=change, key=key, memo=memo, kind=cause, now=now, lot=payment.lot)
    else:
        credits_give_back(owner=owner, amount=-change, key=key, memo=memo, kind=cause, now=now, lot=payment.lot)
    reversal.moves += 1
    reversal.credits += change
    reversal.save(update_fields=["moves", "credits"])
    log.info("payment_reversed", payment=str(payment.pk), by=reversal.stripe_id, credits=change)
    return True
