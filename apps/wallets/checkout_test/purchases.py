"""Payments of the test checkout: begun, paid once, declined; fulfilled by the services that fulfil real ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.accounts.models import User
from apps.wallets.checkout import AlreadySubscribed, CheckoutRefused, CheckoutUnavailable, NotForSale
from apps.wallets.checkout_test.guard import allowed
from apps.wallets.checkout_test.subscriptions import subscription_begin
from apps.wallets.stripe.models import Payment, Provider, Purchase
from apps.wallets.stripe.outcome import held
from apps.wallets.stripe.payments import Paid, payment_settle
from apps.wallets.stripe.purchases import LASTS, Offer
from apps.wallets.stripe.selectors import running_subscriptions

PREFIX = "test_cs_"
"""What the sessions of the test checkout begin with, so that no one takes them for Stripe's."""
_TRIES = 3


class CheckoutOver(CheckoutRefused):
    """The payment has been open for too long."""

    def __init__(self) -> None:
        super().__init__("This checkout has expired. Nothing was bought. Begin again from the page with the packs.")


def purchase_begin(*, user: User, offer: Offer, now: datetime, success_url: str, cancel_url: str) -> Purchase:
    """An open payment on today's terms: the one that is open already, or a new one.

    Raises:
        CheckoutUnavailable: People really pay here; or other tabs were faster again and again.
    """
    wanted = {"pack": offer.pack} if offer.pack else {"terms__isnull": False}
    if not allowed():
        raise CheckoutUnavailable
    for _ in range(_TRIES):
        known = Purchase.objects.filter(user=user, status=Purchase.Status.OPEN, **cast(Any, wanted)).first()
        if known is None:
            try:
                with transaction.atomic():
                    return _new(user, offer, now, success_url, cancel_url)
            except IntegrityError:
                continue  # another tab was faster: its row is there now
        if _own(known) and known.terms == offer.terms and now < known.expires_at:
            Purchase.objects.filter(pk=known.pk).update(success_url=success_url, cancel_url=cancel_url)
            return known
        Purchase.objects.filter(pk=known.pk, status=Purchase.Status.OPEN).update(status=Purchase.Status.EXPIRED)
    raise CheckoutUnavailable


def _new(user: User, offer: Offer, now: datetime, success_url: str, cancel_url: str) -> Purchase:
    product = offer.pack or offer.terms
    assert product is not None
    made = Purchase(
        user=user,
        pack=offer.pack,
        terms=offer.terms,
        amount_minor=product.amount_minor,
        currency=product.currency,
        credits=offer.pack.credits if offer.pack else offer.terms.monthly_credits if offer.terms else 0,
        success_url=success_url,
        cancel_url=cancel_url,
        created_at=now,
        expires_at=now + LASTS,
    )
    made.session = f"{PREFIX}{made.pk.hex}"
    made.save()
    return made


def _own(purchase: Purchase) -> bool:
    return bool(purchase.session and purchase.session.startswith(PREFIX))


def purchase_of(*, user: User, name: str) -> Purchase | None:
    """A payment that this user began in the test checkout; None for anybody else's."""
    try:
        found = Purchase.objects.filter(pk=UUID(name), user=user, session__startswith=PREFIX)
    except ValueError:
        return None
    return found.select_related("pack", "terms__plan").first()


def purchase_pay(purchase: Purchase, *, now: datetime) -> Purchase:
    """Fulfil it, once, however often the button is pressed.

    Raises:
        CheckoutUnavailable: People really pay here.
        CheckoutOver: It has expired.
        AlreadySubscribed: Another subscription has begun meanwhile.
        NotForSale: The account is gone.
    """
    if not allowed():
        raise CheckoutUnavailable
    assert purchase.session is not None
    with held(purchase.session):
        row = Purchase.objects.select_for_update(of=("self",)).select_related("user").get(pk=purchase.pk)
        if row.status == Purchase.Status.PAID:
            return row
        if row.status != Purchase.Status.OPEN or now >= row.expires_at:
            raise CheckoutOver
        if row.user is None:
            raise NotForSale
        row.status = Purchase.Status.PAID
        row.save(update_fields=["status"])
        if row.terms is not None:
            _subscribe(row, row.user, now)
        else:
            payment_settle(_paid(row, row.user, now), now=now)
    return row


def _subscribe(purchase: Purchase, user: User, now: datetime) -> None:
    # two plans in two tabs: the person's row decides which one is first
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if running_subscriptions(user):
        raise AlreadySubscribed
    assert purchase.terms is not None
    subscription_begin(user=user, terms=purchase.terms, name=purchase.pk.hex, now=now)


def _paid(purchase: Purchase, user: User, now: datetime) -> Paid:
    pack = purchase.pack
    assert pack is not None
    return Paid(
        source=str(purchase.session),
        kind=Payment.Kind.PACK,
        user=user,
        title=f"Test: {pack.title}",
        amount_minor=purchase.amount_minor,
        currency=purchase.currency,
        credits=purchase.credits,
        expires_at=None,
        payment_intent="",
        receipt_url=reverse("test-checkout-receipt", args=[purchase.session]),
        paid_at=now,
        trouble="",
        provider=Provider.TEST,
    )
