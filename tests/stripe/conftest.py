"""The official SDK, pointed at our server."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.stripe.server import KEY, StripeServer
from tests.stripe.world import API_VERSION

OK = "https://refrain.example.org/thanks?session={CHECKOUT_SESSION_ID}"
BACK = "https://refrain.example.org/credits"


def sdk(server: StripeServer, key: str = KEY, **options: Any) -> stripe.StripeClient:
    """A client of that account; it does not try again unless told to."""
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": server.url, "connect": server.url, "files": server.url, "meter_events": server.url},
        http_client=stripe.RequestsClient(timeout=10),
        **{"max_network_retries": 0, **options},
    )


@pytest.fixture
def client(stripe_server: StripeServer) -> stripe.StripeClient:
    """The SDK for the first account."""
    return sdk(stripe_server)


def pack(client: stripe.StripeClient, *, amount: int = 500, **more: Any) -> Any:
    """A session for something bought once."""
    data = {"currency": "eur", "unit_amount": amount, "product_data": {"name": "200 credits"}}
    params = {"mode": "payment", "line_items": [{"price_data": data, "quantity": 1}], "success_url": OK}
    return client.v1.checkout.sessions.create({**params, "cancel_url": BACK, **more})  # type: ignore[arg-type]


def plan(client: stripe.StripeClient, *, amount: int = 1000, **more: Any) -> Any:
    """A session for a monthly subscription of a new customer."""
    customer = client.v1.customers.create({"email": "ada@example.org", "metadata": {"user": "7"}})
    price = client.v1.prices.create(
        {
            "currency": "eur",
            "unit_amount": amount,
            "recurring": {"interval": "month"},
            "product_data": {"name": "Pro"},
        }
    )
    lines = [{"price": price.id, "quantity": 1}]
    params = {"mode": "subscription", "customer": customer.id, "line_items": lines, "success_url": OK}
    return client.v1.checkout.sessions.create({**params, "cancel_url": BACK, **more})  # type: ignore[arg-type]
