"""Calls to Stripe through its SDK, which is imported at the first call: a start of the web does not wait for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from stripe import StripeClient, StripeObject

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 10
RETRIES = 2

Facts = Mapping[str, Any]
"""An object of Stripe's as plain dictionaries and lists."""


class StripeAway(Exception):
    """Stripe does not answer, or not now: worth another try."""


class StripeRefused(Exception):
    """Stripe says no; `code` and `param` in its words."""

    def __init__(self, message: str, code: str, param: str) -> None:
        super().__init__(message)
        self.code = code
        self.param = param

    @property
    def missing(self) -> bool:
        """Whether there is no such thing at Stripe."""
        return self.code == "resource_missing"


def client() -> StripeClient:
    """The SDK's client for this installation's key; safe to share between threads."""
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@lru_cache(maxsize=4)
def _client(key: str, base: str) -> StripeClient:
    import stripe

    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": base},
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        max_network_retries=RETRIES,
    )


def forget_clients() -> None:
    """The next call makes its client anew."""
    _client.cache_clear()


@contextmanager
def answered() -> Iterator[None]:
    """Around every call: the SDK's errors become ours.

    Raises:
        StripeAway: No connection, too many requests, an error on Stripe's side, or a key that it does not take.
        StripeRefused: The request cannot be fulfilled.
    """
    import stripe

    try:
        yield
    except (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.CardError) as error:
        raise StripeRefused(str(error), error.code or "", getattr(error, "param", None) or "") from error
    except stripe.StripeError as error:
        raise StripeAway(f"{type(error).__name__}: {error}") from error


def plain(thing: StripeObject) -> Facts:
    """The object with everything in it as plain data."""
    facts: Facts = thing.to_dict()
    return facts


def named(reference: Any) -> str:
    """The id of what a field refers to, expanded or not; empty when there is nothing."""
    if isinstance(reference, str):
        return reference
    if isinstance(reference, Mapping):
        return str(reference.get("id") or "")
    return ""
