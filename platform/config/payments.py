"""How this installation is paid: PAYMENTS and Stripe's settings, read once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

Way = Literal["stripe", "test", "off"]


@dataclass(frozen=True, slots=True)
class PaymentSettings:
    """The way people pay, and what Stripe needs for it."""

    way: Way
    key: str
    webhook_secrets: tuple[str, ...]
    api_base: str


def payments(*, way: str, key: str, webhook_secret: str, api_base: str, production: bool) -> PaymentSettings:
    """What the settings mean: without `way`, Stripe where there is a key, else the test checkout.

    ValueError, which stops the start, for what contradicts itself, and in production for whatever would give credits
    for money that nobody pays: the test checkout, and Stripe's own test mode.
    """
    chosen = _way(way, key)
    if urlsplit(api_base).scheme not in {"http", "https"} or not urlsplit(api_base).netloc:
        raise ValueError("STRIPE_API_BASE must look like https://api.stripe.com")
    secrets = tuple(part.strip() for part in webhook_secret.split(",") if part.strip())
    if chosen == "stripe" and not key:
        raise ValueError("PAYMENTS=stripe needs STRIPE_SECRET_KEY")
    if production:
        _check_production(chosen, key, secrets, api_base)
    return PaymentSettings(chosen, key, secrets, api_base.rstrip("/"))


def _way(way: str, key: str) -> Way:
    match way:
        case "":
            return "stripe" if key else "test"
        case "stripe" | "test" | "off":
            return way
        case _:
            raise ValueError("PAYMENTS is stripe, test or off; see .env.example")


def _check_production(way: Way, key: str, secrets: tuple[str, ...], api_base: str) -> None:
    if way == "test":
        raise ValueError(
            "production does not start with the test checkout, which gives credits for nothing: "
            "set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET, or PAYMENTS=off"
        )
    if way != "stripe":
        return
    if not secrets:
        raise ValueError("production with Stripe needs STRIPE_WEBHOOK_SECRET; see .env.example")
    if "_test_" in key:
        raise ValueError("production does not start with a test key of Stripe's: nobody would really pay")
    if urlsplit(api_base).scheme != "https":
        raise ValueError("production talks to Stripe over https alone: STRIPE_API_BASE")
