"""The test checkout as the way to pay."""

from __future__ import annotations

from datetime import datetime

from django.core import signing
from django.urls import reverse

from apps.accounts.models import Plan, User
from apps.wallets.checkout import AlreadySubscribed, NothingToManage, Receipt, SubscriptionState
from apps.wallets.checkout_test.purchases import purchase_begin
from apps.wallets.prices.models import Pack
from apps.wallets.stripe import selectors
from apps.wallets.stripe.models import Payment, Provider
from apps.wallets.stripe.purchases import offer_of

_SALT = "wallets.checkout_test"
_WAY_BACK = f"{_SALT}.back"


class TestCheckout:
    """See `apps.wallets.checkout.Checkout`."""

    __test__ = False
    """Not one of pytest's."""
    title = "Test checkout"
    real = False

    def checkout_start(
        self, *, user: User, product: Pack | Plan, now: datetime, success_url: str, cancel_url: str
    ) -> str:
        """The address of a page of ours that asks for no card."""
        offer = offer_of(product)
        if offer.terms and selectors.running_subscriptions(user):
            raise AlreadySubscribed
        purchase = purchase_begin(user=user, offer=offer, now=now, success_url=success_url, cancel_url=cancel_url)
        return reverse("test-checkout", args=[signed(str(purchase.pk))])

    def hurry(self, *, user: User) -> None:
        """Nothing to wait for: what is paid here is known at once."""

    def portal_url(self, *, user: User, return_url: str, now: datetime) -> str:
        """The address of a page of ours where the subscription can be cancelled."""
        if not Payment.objects.filter(user=user, provider=Provider.TEST).exists():
            raise NothingToManage
        return reverse("test-checkout-portal", args=[signing.dumps(return_url, salt=_WAY_BACK)])

    def subscription_of(self, user: User) -> SubscriptionState | None:
        """What our rows say."""
        return selectors.subscription_of(user)

    def receipts_of(self, user: User, *, limit: int = 100) -> tuple[Receipt, ...]:
        """What our rows say."""
        return selectors.receipts_of(user, limit=limit)


def signed(name: str) -> str:
    """An id as it stands in an address."""
    return signing.Signer(salt=_SALT).sign(name)


def unsigned(text: str) -> str:
    """The id, if we signed it.

    Raises:
        signing.BadSignature: Somebody else did.
    """
    return signing.Signer(salt=_SALT).unsign(text)


def way_back(text: str) -> str:
    """Where the portal leads back to, if we signed it.

    Raises:
        signing.BadSignature: Somebody else did.
    """
    found: str = signing.loads(text, salt=_WAY_BACK)
    return found
