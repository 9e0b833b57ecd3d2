"""What Celery carries for the test checkout."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from apps.wallets.checkout_test.subscriptions import subscriptions_renew

_AT_ONCE = 100


@shared_task(name="wallets.test_checkout.renew")
def renew() -> None:
    """Begin the next month of test subscriptions."""
    while subscriptions_renew(now=timezone.now(), limit=_AT_ONCE) == _AT_ONCE:
        pass
