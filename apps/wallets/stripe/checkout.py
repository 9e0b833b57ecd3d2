"""Stripe as the way to pay."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.conf import settings

from apps.accounts.models import Plan, User
from apps.common.throttles import Rate, overdue
from apps.wallets.checkout import (
    CheckoutUnavailable,
    NothingToManage,
    Receipt,
    SubscriptionState,
    TooManyCheckouts,
)
from apps.wallets.prices.models import Pack
from apps.wallets.stripe import selectors
from apps.wallets.stripe.gateway import StripeAway, StripeRefused, answered, client
from apps.wallets.stripe.models import Purchase, StripeCustomer
from apps.wallets.stripe.purchases import offer_of, purchase_begin
from apps.wallets.stripe.waking import HURRY, wake

log = structlog.get_logger(__name__)


class StripeCheckout:
    """See `apps.wallets.checkout.Checkout`."""

    title = "Stripe"

    @property
    def real(self) -> bool:
        """Whether the key moves money; Stripe's test keys say so themselves."""
        return "_test_" not in settings.STRIPE_SECRET_KEY

    def checkout_start(
        self, *, user: User, product: Pack | Plan, now: datetime, success_url: str, cancel_url: str
    ) -> str:
        """The address of a Checkout Session for `product`."""
        rate = settings.THROTTLES.get("checkout")
        wait = overdue("checkout", f"user:{user.pk}", Rate.read(rate), now.timestamp()) if rate else None
        if wait is not None:
            raise TooManyCheckouts(wait)
        offer = offer_of(product)
        try:
            purchase = purchase_begin(user=user, offer=offer, now=now, success_url=success_url, cancel_url=cancel_url)
        except (StripeAway, StripeRefused) as error:
            log.warning("checkout_failed", user=str(user.pk), error=str(error))
            raise CheckoutUnavailable from error
        return purchase.url

    def hurry(self, *, user: User) -> None:
        """A worker asks about the user's open sessions: the webhook may be late, or lost, or not set up."""
        if Purchase.objects.filter(user=user, status=Purchase.Status.OPEN, session__isnull=False).exists():
            wake(HURRY, str(user.pk))

    def portal_url(self, *, user: User, return_url: str, now: datetime) -> str:
        """The address of Stripe's billing portal for the user."""
        customer = StripeCustomer.objects.filter(user=user, replaced_at=None).first()
        if customer is None:
            raise NothingToManage
        try:
            with answered():
                made = client().v1.billing_portal.sessions.create(
                    {"customer": customer.stripe_id, "return_url": return_url}
                )
        except (StripeAway, StripeRefused) as error:
            log.warning("portal_failed", user=str(user.pk), error=str(error))
            raise CheckoutUnavailable from error
        return made.url

    def subscription_of(self, user: User) -> SubscriptionState | None:
        """What our rows say."""
        return selectors.subscription_of(user)

    def receipts_of(self, user: User, *, limit: int = 100) -> tuple[Receipt, ...]:
        """What our rows say."""
        return selectors.receipts_of(user, limit=limit)
