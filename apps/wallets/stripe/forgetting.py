"""Tell Stripe that an account was deleted: nothing is collected any more, and the person is forgotten there, too."""

from __future__ import annotations

from datetime import datetime

import structlog

from apps.wallets.checkout import ENDED
from apps.wallets.stripe.gateway import StripeAway, StripeRefused, answered, client
from apps.wallets.stripe.models import StripeCustomer
from apps.wallets.stripe.outcome import held

log = structlog.get_logger(__name__)


def customers_forget(*, now: datetime, limit: int = 50) -> int:
    """End everything that deleted accounts still have at Stripe; what fails is tried again the next time. How many."""
    due = StripeCustomer.objects.filter(erase_at__isnull=False, erased_at=None).order_by("erase_at")
    forgotten = 0
    for customer in due[:limit]:
        try:
            with held(customer.stripe_id):
                _forget(customer.stripe_id)
                StripeCustomer.objects.filter(pk=customer.pk).update(erased_at=now)
            forgotten += 1
        except (StripeAway, StripeRefused) as error:
            log.warning("customer_not_forgotten", customer=customer.stripe_id, error=str(error))
    return forgotten


def _forget(customer: str) -> None:
    v1 = client().v1
    try:
        with answered():
            for session in v1.checkout.sessions.list({"customer": customer, "status": "open"}).auto_paging_iter():
                v1.checkout.sessions.expire(session.id)
            for subscription in v1.subscriptions.list({"customer": customer, "status": "all"}).auto_paging_iter():
                if subscription.status not in ENDED:
                    v1.subscriptions.cancel(subscription.id)
            v1.customers.delete(customer)
    except StripeRefused as refused:
        if not refused.missing:
            raise
        # it was deleted before, by the last try or in Stripe's dashboard, and its subscriptions with it
