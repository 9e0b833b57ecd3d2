"""What Celery carries for Stripe."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.wallets.checkout import Payments
from apps.wallets.stripe import events, forgetting, sessions
from apps.wallets.stripe import reconcile as comparing
from apps.wallets.stripe.waking import FORGET, HURRY, PROCESS, wake

_AT_ONCE = 100


def _used() -> bool:
    return settings.PAYMENTS == Payments.STRIPE


@shared_task(name=PROCESS)
def process() -> None:
    """Deal with the events that wait, a number at a time."""
    if _used() and events.events_process(now=timezone.now(), limit=_AT_ONCE) == _AT_ONCE:
        wake()


@shared_task(name=HURRY)
def hurry(user: str) -> None:
    """Ask about what somebody has open, who has just come back from paying."""
    if _used():
        sessions.sessions_converge(user=UUID(user), now=timezone.now())


@shared_task(name=FORGET)
def forget() -> None:
    """End at Stripe what deleted accounts left there."""
    if _used():
        forgetting.customers_forget(now=timezone.now())


@shared_task(name="wallets.stripe.reconcile")
def reconcile() -> None:
    """Look for what we missed."""
    if _used():
        forgetting.customers_forget(now=timezone.now())
        comparing.reconcile(now=timezone.now())
