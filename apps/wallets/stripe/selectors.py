"""What is asked about payments and subscriptions."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from apps.accounts.models import User
from apps.wallets.checkout import RUNNING, Receipt, SubscriptionState
from apps.wallets.stripe.models import Payment, Reversal, Subscription

_NOTES = {
    Payment.State.GRANTED: "",
    Payment.State.LOOK: "This payment needs a look from an operator; no credits were given for it yet.",
}


def running_subscriptions(user: User) -> list[Subscription]:
    """Those that give a plan now, oldest first."""
    return list(
        Subscription.objects.filter(user=user, status__in=RUNNING)
        .select_related("plan")
        .order_by("created_at", "stripe_id")
    )


def subscription_of(user: User) -> SubscriptionState | None:
    """The one that runs (of two the one that lasts), else the latest; None when there never was one."""
    rows = sorted(running_subscriptions(user), key=lambda row: row.ends)
    row = rows[0] if rows else Subscription.objects.filter(user=user).order_by("-created_at").first()
    if row is None:
        return None
    return SubscriptionState(plan=row.plan_id, status=row.status, period_end=row.period_end, ends=row.ends)


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
