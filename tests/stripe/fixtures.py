"""A pytest plugin with a Stripe of our own, started by the first test that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stripe.server import KEY, StripeServer


@pytest.fixture(scope="session")
def _stripe_running() -> Iterator[StripeServer]:
    with StripeServer() as server:
        yield server


@pytest.fixture
def stripe_server(_stripe_running: StripeServer) -> StripeServer:
    """A Stripe whose first account knows nothing yet."""
    _stripe_running.open_account(KEY)
    return _stripe_running
