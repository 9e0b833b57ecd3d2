"""What is asked about payments and subscriptions."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from apps.accounts.models import User
from apps.wallets.checkout import RUNNING, Payments, Receipt, SubscriptionState
from apps.wallets.stripe.models import Payment, Reversal, Subscription

_NOTES = {
    Payment.State.GRANTED: "",
    Payment.State.LOOK: "This payment needs a look from an operator; no credits were given for it yet.",
}


def running_subscriptions(user: User) -> list[Subscription]:
    """Those that give a plan now, oldest first."""
    return list(
        _of(user).filter(status__in=RUNNING).select_related("plan", "terms").order_by("created_at", "stripe_id")
    )


def subscription_of(user: User) -> SubscriptionState | None:
    """The one that runs (of two the one that lasts), else the latest; None when there never was one."""
    rows = sorted(running_subscriptions(user), key=lambda row: row.ends)
    row = rows[0] if rows else _of(user).order_by("-created_at").first()
    if row is None:
        return None
    return SubscriptionState(plan=row.plan_id, status=row.status, period_end=row.period_end, ends=row.ends)


def _of(user: User) -> QuerySet[Subscription]:
    """Where people pay, what the test checkout said before does not count."""
    rows = Subscription.objects.filter(user=user)
    return rows if settings.PAYMENTS == Payments.OFF else rows.filter(provider=settings.PAYMENTS)


def receipts_of(user: User, *, limit: int = 100) -> tuple[Receipt, ...]:
    """The user's payments, newest first, in one query."""
    disputes = Reversal.objects.filter(payment=OuterRef("pk"), kind=Reversal.Kind.DISPUTE, counts=True)
    refunded = Sum("reversals__amount_minor", filter=Q(reversals__kind=Reversal.Kind.REFUND, reversals__counts=True))
    rows = (
        Payment.objects.filter(user=user)
        .annotate(refunded=Coalesce(refunded, 0), disputed=Exists(disputes))
        .order_by("-paid_at", "-id")[:limit]
    )
    return tuple(
        Receipt(
            id=str(row.id),
            paid_at=row.paid_at,
            title=row.title,
            amount_minor=row.amount_minor,
            currency=row.currency,
            credits=row.credits,
            refunded_minor=row.refunded,
            disputed=row.disputed,
            url=row.receipt_url,
            note="" if row.looked_at else _NOTES[Payment.State(row.state)],
        )
        for row in rows
    )
