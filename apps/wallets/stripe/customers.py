"""One customer at Stripe for each user."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, cast

from django.db import transaction

from apps.accounts.models import User
from apps.wallets.stripe.gateway import answered, client
from apps.wallets.stripe.models import StripeCustomer


def customer_of(user: User, *, now: datetime, instead_of: str = "") -> str:
    """The customer's id, made the first time; two requests at once get the same one.

    `instead_of` names one that Stripe does not know any more (another account's, or deleted there).
    """
    known = StripeCustomer.objects.filter(user=user, replaced_at=None).exclude(stripe_id=instead_of).first()
    if known is not None:
        return known.stripe_id
    # Stripe repeats a key's answer for a day, also an error of its own: the hour lets it be tried again
    who = hashlib.sha256(f"{user.email}:{instead_of}:{now:%Y%m%d%H}".encode()).hexdigest()[:16]
    params = {"email": user.email, "metadata": {"user": str(user.pk)}}
    with answered():
        made = client().v1.customers.create(cast(Any, params), {"idempotency_key": f"customer:{user.pk}:{who}"})
    with transaction.atomic():
        # the row of who is being deleted must not be added to
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        StripeCustomer.objects.filter(user=user, stripe_id=instead_of, replaced_at=None).update(replaced_at=now)
        row, _ = StripeCustomer.objects.get_or_create(
            user=user, replaced_at=None, defaults={"stripe_id": made.id, "created_at": now}
        )
    return row.stripe_id
