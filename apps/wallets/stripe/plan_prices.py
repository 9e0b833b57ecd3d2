"""The price at Stripe that stands for a plan's terms, made once and found by its lookup key."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from apps.wallets.prices.models import PlanTerms
from apps.wallets.stripe.gateway import answered, client
from apps.wallets.stripe.models import StripePrice


def stripe_price_of(terms: PlanTerms, *, now: datetime, instead_of: str = "") -> str:
    """Its id; `instead_of` names one that Stripe does not know any more (another account's)."""
    known = StripePrice.objects.filter(terms=terms).exclude(stripe_id=instead_of).first()
    if known is not None:
        return known.stripe_id
    row, _ = StripePrice.objects.update_or_create(
        terms=terms, defaults={"stripe_id": _found(terms) or _made(terms, now), "created_at": now}
    )
    return row.stripe_id


def _lookup_key(terms: PlanTerms) -> str:
    return f"refrain-terms-{terms.pk}"


def _found(terms: PlanTerms) -> str:
    with answered():
        listed = client().v1.prices.list({"lookup_keys": [_lookup_key(terms)], "active": True})
    for price in listed.data:
        # a database made anew counts its terms from 1 again
        if price.unit_amount == terms.amount_minor and price.currency == terms.currency:
            return price.id
    return ""


def _made(terms: PlanTerms, now: datetime) -> str:
    params = {
        "currency": terms.currency,
        "unit_amount": terms.amount_minor,
        "recurring": {"interval": "month"},
        "product_data": {"name": f"{terms.plan.title}: {terms.monthly_credits} credits a month"},
        "lookup_key": _lookup_key(terms),
        "transfer_lookup_key": True,
        "metadata": {"plan": terms.plan_id, "terms": str(terms.pk)},
    }
    # the hour, because Stripe repeats a key's answer for a day, also an error of its own
    key = f"price:{terms.pk}:{terms.currency}:{terms.amount_minor}:{terms.monthly_credits}:{now:%Y%m%d%H}"
    with answered():
        return client().v1.prices.create(cast(Any, params), {"idempotency_key": key}).id
