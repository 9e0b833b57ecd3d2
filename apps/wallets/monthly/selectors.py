"""What a user's month still has to give.

The rule: whoever has a running subscription gets its credits with every invoice; everybody else gets the plan's
`monthly_credits` once a month (UTC), and they expire when the month ends. Who changes to a plan that gives more gets
the difference at once; who changes to one that gives less keeps what came.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce

from apps.accounts.models import User
from apps.wallets.checkout import RUNNING
from apps.wallets.monthly.models import MonthlyGrant
from apps.wallets.stripe.models import Subscription


def month_of(now: datetime) -> date:
    """The first day of the month, in UTC."""
    return now.astimezone(UTC).date().replace(day=1)


def month_end(now: datetime) -> datetime:
    """When the month is over, and its credits with it."""
    first = month_of(now)
    year, month = divmod(first.year * 12 + first.month, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def monthly_due(user: User, *, now: datetime) -> int:
    """The credits that the user has yet to get this month; one query."""
    month = month_of(now)
    grants = MonthlyGrant.objects.filter(user=OuterRef("pk"))
    running = Subscription.objects.filter(user=OuterRef("pk"), status__in=RUNNING)
    found = (
        # a month that is over counts as had, should the clock have gone back to it
        User.objects.filter(~Exists(running), ~Exists(grants.filter(month__gt=month)), pk=user.pk, is_active=True)
        .annotate(had=Coalesce(Subquery(grants.filter(month=month).values("credits")), 0))
        .values_list("plan__monthly_credits", "had")
        .first()
    )
    entitled, had = found or (0, 0)
    return max(0, entitled - had)
