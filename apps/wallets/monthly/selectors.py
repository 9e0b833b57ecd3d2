"""What a user's month still has to give.

The rule: whoever has a running subscription gets its credits with every invoice; everybody else gets the plan's
`monthly_credits` once a month (UTC), and they expire when the month ends. Who changes to a plan that gives more gets
the difference at once; who changes to one that gives less keeps what came.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

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
    """The credits that the user has yet to get this month."""
    entitled = monthly_entitled(user)
    return max(0, entitled - _granted(user, now)) if entitled else 0


def monthly_entitled(user: User) -> int:
    """What a whole month gives; 0 for those who cannot log in, and those whose subscription's invoices bring it."""
    credits_of_plan = user.plan.monthly_credits if user.is_active else 0
    return credits_of_plan if credits_of_plan and not subscribed(user) else 0


def subscribed(user: User) -> bool:
    """Whether the user pays for the plan, so that credits come with the invoices."""
    return Subscription.objects.filter(user=user, status__in=RUNNING).exists()


def _granted(user: User, now: datetime) -> int:
    """This month's; a month that is over counts as had, should the clock have gone back to it."""
    month = month_of(now)
    latest = MonthlyGrant.objects.filter(user=user, month__gte=month).order_by("-month").first()
    if latest is None:
        return 0
    return latest.credits if latest.month == month else user.plan.monthly_credits
