"""What Celery carries for wallets: the schedules of credits."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.wallets.checkout_test import tasks as checkout_test_tasks  # noqa: F401 - Celery looks for tasks here
from apps.wallets.monthly.services import monthly_grants_due
from apps.wallets.proof import prove
from apps.wallets.services.hold_resolve import holds_expire
from apps.wallets.services.lots_expire import lots_expire
from apps.wallets.stripe import tasks as stripe_tasks  # noqa: F401 - Celery looks for tasks here

_AT_ONCE = 500


@shared_task(name="wallets.monthly")
def monthly() -> None:
    """Give the month's credits to everybody who did not get them by asking."""
    monthly_grants_due(clock=timezone.now)


@shared_task(name="wallets.expire")
def expire() -> None:
    """Take credits off that have run out, after the holds that nobody resolved in time."""
    now = timezone.now()
    while holds_expire(now=now, limit=_AT_ONCE) == _AT_ONCE:
        pass
    while lots_expire(now=now, limit=_AT_ONCE) == _AT_ONCE:
        pass


@shared_task(name="wallets.prove")
def prove_books() -> None:
    """Show that the books balance, or tell the admins that they do not."""
    prove(now=timezone.now())
