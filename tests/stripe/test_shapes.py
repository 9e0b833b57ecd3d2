"""Objects have the shapes that the SDK, generated from Stripe's description, knows of."""

from __future__ import annotations

from typing import Any

import pytest
import stripe
from stripe.params import (
    CustomerCreateParams,
    InvoicePaymentListParams,
    PriceCreateParams,
    RefundCreateParams,
    SubscriptionUpdateParams,
)
from stripe.params.billing_portal import SessionCreateParams as PortalCreateParams
from stripe.params.checkout import SessionCreateParams

from tests.stripe.conftest import pack, plan
from tests.stripe.routes import ROUTES
from tests.stripe.server import StripeServer

CLASSES: dict[str, Any] = {
    "customer": stripe.Customer,
    "product": stripe.Product,
    "price": stripe.Price,
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "balance_transaction": stripe.BalanceTransaction,
    "subscription": stripe.Subscription,
    "invoice": stripe.Invoice,
    "invoice_payment": stripe.InvoicePayment,
    "billing_portal.session": stripe.billing_portal.Session,
}


@pytest.mark.parametrize("kind", sorted(CLASSES))
def test_no_field_is_made_up(client: stripe.StripeClient, stripe_server: StripeServer, kind: str) -> None:
    steer = stripe_server.steer
    bought = pack(client)
    steer.pay(bought.id)
    steer.fail_refund(steer.refund(bought.id, 100)["id"])
    steer.dispute(bought.id)
    subscription = steer.pay(plan(client).id)["subscription"]
    client.v1.billing_portal.sessions.create({"customer": steer.latest("customer")["id"]})
    steer.next_period(subscription)

    made = list(steer.world.table(kind).values())

    assert made
    assert {name for each in made for name in each} - set(CLASSES[kind].__annotations__) == set()


def test_lines_and_items_have_no_field_that_is_made_up(
    client: stripe.StripeClient, stripe_server: StripeServer
) -> None:
    steer = stripe_server.steer
    steer.pay(plan(client).id)
    line = steer.latest("invoice")["lines"]["data"][0]
    item = steer.latest("subscription")["items"]["data"][0]
    event = steer.events()[-1]

    assert set(line) - set(stripe.InvoiceLineItem.__annotations__) == set()
    assert set(item) - set(stripe.SubscriptionItem.__annotations__) == set()
    assert set(event) - set(stripe.Event.__annotations__) == set()


@pytest.mark.parametrize(
    ("method", "path", "params"),
    [
        ("POST", "/v1/customers", CustomerCreateParams),
        ("POST", "/v1/prices", PriceCreateParams),
        ("POST", "/v1/checkout/sessions", SessionCreateParams),
        ("POST", "/v1/refunds", RefundCreateParams),
        ("POST", "/v1/subscriptions/sub_1", SubscriptionUpdateParams),
        ("POST", "/v1/billing_portal/sessions", PortalCreateParams),
        ("GET", "/v1/invoice_payments", InvoicePaymentListParams),
    ],
)
def test_no_parameter_is_taken_that_stripe_does_not_have(method: str, path: str, params: Any) -> None:
    (route,) = [each for each in ROUTES if each.method == method and each.path.match(path)]

    assert route.params - set(params.__annotations__) == set()
