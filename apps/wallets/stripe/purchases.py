"""Begin to pay: one open Checkout Session for a user and a product, whatever happens between two clicks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import IntegrityError, transaction

from apps.accounts.models import Plan, User
from apps.wallets.checkout import AlreadySubscribed, CheckoutUnavailable, NotForSale
from apps.wallets.prices.models import Pack, PlanTerms
from apps.wallets.prices.selectors import pack_of, terms_of
from apps.wallets.stripe.customers import customer_of
from apps.wallets.stripe.gateway import StripeAway, StripeRefused, answered, client
from apps.wallets.stripe.models import Purchase
from apps.wallets.stripe.plan_prices import stripe_price_of
from apps.wallets.stripe.selectors import running_subscriptions
from apps.wallets.stripe.sessions import session_converge

LASTS = timedelta(hours=2)
_ENOUGH_LEFT = timedelta(minutes=10)
# Stripe wants half an hour at least between a session's start and its end
_MAY_BEGIN = LASTS - timedelta(minutes=40)
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """What is bought, on today's terms; one of the two."""

    pack: Pack | None
    terms: PlanTerms | None

    @property
    def title(self) -> str:
        """As the payer reads it."""
        if self.pack is not None:
            return f"{self.pack.title}: {self.pack.credits} credits"
        assert self.terms is not None
        return f"{self.terms.plan.title}, a month"


def offer_of(product: Pack | Plan) -> Offer:
    """The product's terms; NotForSale when they are not what they were, or nobody pays for it."""
    if isinstance(product, Plan):
        terms = terms_of(product)
        if terms is None or not terms.amount_minor:
            raise NotForSale
        return Offer(None, terms)
    if pack_of(product.slug) != product:
        raise NotForSale
    return Offer(product, None)


def purchase_begin(*, user: User, offer: Offer, now: datetime, success_url: str, cancel_url: str) -> Purchase:
    """An open payment with its address: the one that is open already, or a new one.

    Raises:
        AlreadySubscribed: It would be a second subscription.
        StripeAway, StripeRefused: Stripe does not answer, or says no.
        CheckoutUnavailable: It changed under our hands again and again.
    """
    for _ in range(_TRIES):
        # an open payment of the plan may just have turned out to be paid
        if offer.terms and running_subscriptions(user):
            raise AlreadySubscribed
        purchase = _open_or_new(user, offer, now, success_url, cancel_url)
        if purchase.session is None:
            if now < purchase.created_at + _MAY_BEGIN:
                return _begun_or_over(purchase, offer, user, now)
            _over(purchase)
            continue
        session_converge(purchase.session, now=now)
        purchase.refresh_from_db()
        if purchase.status != Purchase.Status.OPEN:
            continue
        if purchase.terms == offer.terms and now < purchase.expires_at - _ENOUGH_LEFT:
            return purchase
        _expire(purchase, now)
    raise CheckoutUnavailable


def _open_or_new(user: User, offer: Offer, now: datetime, success_url: str, cancel_url: str) -> Purchase:
    wanted = {"pack": offer.pack} if offer.pack else {"terms__isnull": False}
    product = offer.pack or offer.terms
    assert product is not None
    for _ in range(_TRIES):
        known = Purchase.objects.filter(user=user, status=Purchase.Status.OPEN, **cast(Any, wanted)).first()
        if known is not None:
            return known
        try:
            with transaction.atomic():
                return Purchase.objects.create(
                    user=user,
                    pack=offer.pack,
                    terms=offer.terms,
                    amount_minor=product.amount_minor,
                    currency=product.currency,
                    credits=offer.pack.credits if offer.pack else cast(PlanTerms, offer.terms).monthly_credits,
                    success_url=success_url,
                    cancel_url=cancel_url,
                    created_at=now,
                    expires_at=now + LASTS,
                )
        except IntegrityError:
            continue  # another tab was faster: its row is there now
    raise CheckoutUnavailable


def _begun_or_over(purchase: Purchase, offer: Offer, user: User, now: datetime) -> Purchase:
    try:
        return _begun(purchase, offer, user, now)
    except (StripeAway, StripeRefused):
        # Stripe repeats a key's answer for a day, also an error of its own: the next try is another purchase
        _over(purchase)
        raise


def _over(purchase: Purchase) -> None:
    """Nobody ever got its address."""
    Purchase.objects.filter(pk=purchase.pk, session=None).update(status=Purchase.Status.EXPIRED)


def _begun(purchase: Purchase, offer: Offer, user: User, now: datetime) -> Purchase:
    customer = customer_of(user, now=now)
    price = stripe_price_of(offer.terms, now=now) if offer.terms else ""
    try:
        session = _create(purchase, offer, customer, price)
    except StripeRefused as refused:
        if not refused.missing:
            raise
        # the installation moved to another account of Stripe's, or somebody deleted it there
        if "customer" in refused.param:
            customer = customer_of(user, now=now, instead_of=customer)
        elif offer.terms:
            price = stripe_price_of(offer.terms, now=now, instead_of=price)
        else:
            raise
        session = _create(purchase, offer, customer, price)
    purchase.session, purchase.url = session.id, session.url
    purchase.save(update_fields=["session", "url"])
    return purchase


def _create(purchase: Purchase, offer: Offer, customer: str, price: str) -> Any:
    about = {
        "purchase": str(purchase.pk),
        "user": str(purchase.user_id),
        "product": offer.pack.slug if offer.pack else cast(PlanTerms, offer.terms).plan_id,
        "terms": str((offer.pack or cast(PlanTerms, offer.terms)).pk),
    }
    params: dict[str, Any] = {
        "customer": customer,
        "client_reference_id": str(purchase.pk),
        "metadata": about,
        "success_url": purchase.success_url,
        "cancel_url": purchase.cancel_url,
        "expires_at": int(purchase.expires_at.timestamp()),
    }
    if offer.pack:
        data = {
            "currency": purchase.currency,
            "unit_amount": purchase.amount_minor,
            "product_data": {"name": offer.title},
        }
        params |= {
            "mode": "payment",
            "line_items": [{"price_data": data, "quantity": 1}],
            "payment_intent_data": {"metadata": about},
        }
    else:
        params |= {
            "mode": "subscription",
            "line_items": [{"price": price, "quantity": 1}],
            "subscription_data": {"metadata": about},
        }
    key = f"purchase:{purchase.pk}:{customer}:{price}"
    with answered():
        return client().v1.checkout.sessions.create(cast(Any, params), {"idempotency_key": key})


def _expire(purchase: Purchase, now: datetime) -> None:
    """Nobody shall pay it any more; where somebody just did, that counts."""
    assert purchase.session is not None
    try:
        with answered():
            client().v1.checkout.sessions.expire(purchase.session)
    except StripeRefused:
        pass  # it is not open any more: what it is instead is asked next
    session_converge(purchase.session, now=now)
