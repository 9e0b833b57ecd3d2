"""What is known of a user's payments: for exports, and what deleting the account means for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.registry import register_erase, register_export
from apps.wallets.stripe.models import Payment, StripeCustomer, Subscription
from apps.wallets.stripe.waking import FORGET, wake

_PAID = ("id", "kind", "title", "amount_minor", "currency", "credits", "receipt_url", "paid_at")
_SUBSCRIBED = ("plan_id", "status", "period_end", "ends", "created_at")


def register() -> None:
    """Add the sections and the eraser."""
    register_export("payments", _payments)
    register_export("subscriptions", _subscriptions)
    register_erase("payments", _erase)


def _payments(user: User) -> Iterator[Mapping[str, Any]]:
    yield from Payment.objects.filter(user=user).order_by("paid_at").values(*_PAID).iterator()


def _subscriptions(user: User) -> Iterator[Mapping[str, Any]]:
    yield from Subscription.objects.filter(user=user).order_by("created_at").values(*_SUBSCRIBED).iterator()


def _erase(user: User) -> None:
    """The books stay without the person; a worker ends the subscription and forgets the customer at Stripe."""
    if StripeCustomer.objects.filter(user=user).update(erase_at=timezone.now()):
        transaction.on_commit(lambda: wake(FORGET), robust=True)
