"""How people pay: what every way of paying offers, and which one this installation uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from django.conf import settings

if TYPE_CHECKING:
    from apps.accounts.models import Plan, User
    from apps.wallets.prices.models import Pack


class Payments(StrEnum):
    """The ways; `settings.PAYMENTS` holds one of them."""

    STRIPE = "stripe"
    TEST = "test"
    OFF = "off"


class CheckoutRefused(Exception):
    """Why nothing can be bought now, in a sentence for the person."""


class CheckoutUnavailable(CheckoutRefused):
    """The payment service does not answer; nothing was charged."""

    def __init__(self) -> None:
        super().__init__(
            "The payment service does not answer right now. Nothing was charged. Try again in a few minutes."
        )


class AlreadySubscribed(CheckoutRefused):
    """The user has a subscription that runs."""

    def __init__(self) -> None:
        super().__init__("You already have a subscription. You can change or end it where you manage it.")


class NotForSale(CheckoutRefused):
    """The pack was retired, or the plan costs nothing."""

    def __init__(self) -> None:
        super().__init__("This is no longer for sale. Have a look at what is offered now.")


class NothingToManage(CheckoutRefused):
    """The user never paid for anything here."""

    def __init__(self) -> None:
        super().__init__("There is nothing to manage yet: you have not bought anything.")


class TooManyCheckouts(CheckoutRefused):
    """The user began too many payments in a short time."""

    def __init__(self, wait: float) -> None:
        super().__init__("You began many payments in a short time. Wait a few minutes, then try again.")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """A user's subscription as the payment service last told it."""

    plan: str
    """Its plan's slug."""
    status: str
    """A word of Stripe's: active, trialing, past_due, canceled, unpaid, incomplete, incomplete_expired, paused."""
    period_end: datetime | None
    """Until when it is paid; it renews then unless `ends`."""
    ends: bool
    """Whether it was cancelled and only runs until `period_end`."""

    @property
    def running(self) -> bool:
        """Whether the plan's rights are the user's now; a payment that is late gets its grace."""
        return self.status in RUNNING

    @property
    def late(self) -> bool:
        """Whether the last payment failed and is tried again."""
        return self.status == "past_due"


RUNNING = frozenset({"active", "trialing", "past_due"})
ENDED = frozenset({"canceled", "incomplete_expired"})
"""States that a subscription does not leave again."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One payment, as its payer may see it."""

    id: str
    paid_at: datetime
    title: str
    """What was bought, as "1,000 credits"."""
    amount_minor: int
    """In the currency's smallest unit."""
    currency: str
    """Three lower-case letters."""
    credits: int
    refunded_minor: int
    disputed: bool
    url: str
    """The payment service's own receipt or invoice; may be empty."""
    note: str
    """What is unusual about it, in a sentence for the payer; mostly empty."""


class Checkout(Protocol):
    """A way to pay. Every method may raise `CheckoutRefused`, whose text is for the person."""

    title: str
    """What pages call it, as "Stripe"."""

    @property
    def real(self) -> bool:
        """Whether money moves: where it does not, pages say so."""

    def checkout_start(
        self, *, user: User, product: Pack | Plan, now: datetime, success_url: str, cancel_url: str
    ) -> str:
        """Where to send the browser to pay for `product`.

        The same product asked for twice while its payment is open leads to the same payment.
        """

    def hurry(self, *, user: User) -> None:
        """Have the payment service asked soon about what the user has open, not to wait for its word."""

    def portal_url(self, *, user: User, return_url: str, now: datetime) -> str:
        """Where the user manages the subscription and how it is paid."""

    def subscription_of(self, user: User) -> SubscriptionState | None:
        """The one that runs, else the latest; None when there never was one."""

    def receipts_of(self, user: User, *, limit: int = 100) -> tuple[Receipt, ...]:
        """The user's payments, newest first."""


def checkout() -> Checkout | None:
    """This installation's way to pay; None where operators grant credits by hand."""
    way = _WAYS[Payments(settings.PAYMENTS)]
    return way() if way else None


def _stripe() -> Checkout:
    from apps.wallets.stripe.checkout import StripeCheckout

    return StripeCheckout()


def _test() -> Checkout:
    from apps.wallets.checkout_test.checkout import TestCheckout

    return TestCheckout()


_WAYS: dict[Payments, Callable[[], Checkout] | None] = {
    Payments.STRIPE: _stripe,
    Payments.TEST: _test,
    Payments.OFF: None,
}
