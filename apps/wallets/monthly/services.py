"""Give a month's credits: to one user who is about to need them, or to many in batches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.accounts.models import User
from apps.wallets.checkout import RUNNING
from apps.wallets.errors import LedgerError
from apps.wallets.models import LotSource
from apps.wallets.monthly.models import MonthlyGrant
from apps.wallets.monthly.selectors import month_end, month_of, monthly_due
from apps.wallets.services.credits_grant import credits_grant
from apps.wallets.stripe.models import Subscription

BATCH = 500

log = structlog.get_logger(__name__)


def monthly_grant_due(*, user: User, now: datetime) -> int:
    """Give the user what this month still has to give and return how much; asked again, nothing.

    In the caller's transaction if there is one: it locks the month's row, then the wallet.
    """
    if not monthly_due(user, now=now):
        return 0
    month = month_of(now)
    with transaction.atomic():
        MonthlyGrant.objects.bulk_create([MonthlyGrant(user=user, month=month)], ignore_conflicts=True)
        row = MonthlyGrant.objects.select_for_update().get(user=user, month=month)
        due = monthly_due(user, now=now)
        if due:
            credits_grant(
                owner=user,
                amount=due,
                source=LotSource.MONTHLY,
                # the first of a month, and each that comes on top, has a key of its own
                key=f"monthly:{user.pk}:{month:%Y-%m}" + (f":{row.credits + due}" if row.credits else ""),
                memo=f"{month:%B %Y}, {user.plan.title} plan",
                expires_at=month_end(now),
                now=now,
            )
            row.credits += due
            row.save(update_fields=["credits"])
            log.info("monthly_granted", user=str(user.pk), credits=due, month=str(month))
    return due


def monthly_grants_due(*, clock: Callable[[], datetime], batch: int = BATCH) -> int:
    """Give everybody what is due, a batch of users at a time and each in a transaction of their own; how many got some.

    Several at once do no harm, and one that was interrupted is gone on with by the next.
    """
    given = 0
    last: UUID | None = None
    while users := _candidates(after=last, now=clock(), batch=batch):
        for user in users:
            try:
                given += monthly_grant_due(user=user, now=clock()) > 0
            except LedgerError:
                log.exception("monthly_not_granted", user=str(user.pk))
        last = users[-1].pk
    return given


def _candidates(*, after: UUID | None, now: datetime, batch: int) -> list[User]:
    """The next users, by id, who may have credits to come."""
    had = MonthlyGrant.objects.filter(
        user=OuterRef("pk"), month=month_of(now), credits__gte=OuterRef("plan__monthly_credits")
    )
    subscribed = Subscription.objects.filter(user=OuterRef("pk"), status__in=RUNNING)
    users = User.objects.filter(
        ~Exists(had), ~Exists(subscribed), is_active=True, plan__monthly_credits__gt=0
    ).select_related("plan")
    if after is not None:
        users = users.filter(pk__gt=after)
    return list(users.order_by("pk")[:batch])
