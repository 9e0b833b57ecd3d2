"""Subscriptions through their life."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import stripe

from tests.stripe.conftest import plan
from tests.stripe.server import StripeServer
from tests.stripe.subscriptions import period_end


def subscribed(client: stripe.StripeClient, server: StripeServer, **more: Any) -> dict[str, Any]:
    return server.steer.world.get("subscription", server.steer.pay(plan(client, **more).id)["subscription"])


def invoices(client: stripe.StripeClient, subscription: dict[str, Any]) -> list[Any]:
    return client.v1.invoices.list({"subscription": subscription["id"]}).data[::-1]


def test_months_end_on_the_day_they_began_or_the_last() -> None:
    monthly = {"recurring": {"interval": "month", "interval_count": 1}}
    anchor = int(datetime(2028, 1, 31, 12, tzinfo=UTC).timestamp())
    ends = [anchor]
    for _ in range(3):
        ends.append(period_end(monthly, anchor, ends[-1]))

    assert [datetime.fromtimestamp(end, UTC).strftime("%m-%d %H") for end in ends[1:]] == [
        "02-29 12",
        "03-31 12",
        "04-30 12",
    ]


def test_a_subscription_begins_paid_and_says_where_its_invoice_comes_from(
    client: stripe.StripeClient, stripe_server: StripeServer
) -> None:
    made = subscribed(client, stripe_server, subscription_data={"metadata": {"purchase": "1"}})

    (invoice,) = [each.to_dict() for each in invoices(client, made)]

    assert client.v1.subscriptions.retrieve(made["id"]).status == "active"
    assert (invoice["status"], invoice["billing_reason"], invoice["amount_paid"]) == (
        "paid",
        "subscription_create",
        1000,
    )
    assert invoice["parent"]["subscription_details"] == {
        "metadata": {"purchase": "1"},
        "pause_collection": None,
        "subscription": made["id"],
    }
    payment = client.v1.invoice_payments.list({"invoice": invoice["id"]}).data[0].to_dict()
    found = client.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": payment["payment"]["payment_intent"]}}
    )
    assert [each.invoice for each in found.data] == [invoice["id"]]


def test_every_period_has_its_invoice(client: stripe.StripeClient, stripe_server: StripeServer) -> None:
    made = subscribed(client, stripe_server)
    first_end = made["items"]["data"][0]["current_period_end"]
    for _ in range(3):
        stripe_server.steer.next_period(made["id"])

    billed = [each.to_dict() for each in invoices(client, made)]

    assert [each["billing_reason"] for each in billed] == ["subscription_create", *["subscription_cycle"] * 3]
    assert billed[1]["lines"]["data"][0]["period"]["start"] == first_end
    assert len({each["id"] for each in billed}) == 4


@pytest.mark.parametrize("into", ["canceled", "unpaid"])
def test_a_card_that_declines_makes_it_late_and_in_the_end(
    client: stripe.StripeClient, stripe_server: StripeServer, into: str
) -> None:
    made = subscribed(client, stripe_server)
    stripe_server.steer.card_declines(made["customer"])
    stripe_server.steer.next_period(made["id"])
    late = client.v1.subscriptions.retrieve(made["id"]).status
    stripe_server.steer.unpaid_becomes = into
    stripe_server.steer.advance(14 * 24 * 3600)

    assert late == "past_due"
    assert client.v1.subscriptions.retrieve(made["id"]).status == into
    assert invoices(client, made)[-1].status == "uncollectible"
    assert invoices(client, made)[-1].attempt_count == 4


def test_a_late_payment_that_comes_makes_it_active_again(
    client: stripe.StripeClient, stripe_server: StripeServer
) -> None:
    made = subscribed(client, stripe_server)
    stripe_server.steer.card_declines(made["customer"])
    stripe_server.steer.next_period(made["id"])
    stripe_server.steer.card_works(made["customer"])
    stripe_server.steer.advance(4 * 24 * 3600)

    assert client.v1.subscriptions.retrieve(made["id"]).status == "active"
    assert [each.status for each in invoices(client, made)] == ["paid", "paid"]
    assert len(stripe_server.steer.events("invoice.payment_failed")) == 1


def test_cancelled_at_the_periods_end_it_runs_until_then(
    client: stripe.StripeClient, stripe_server: StripeServer
) -> None:
    made = subscribed(client, stripe_server)
    client.v1.subscriptions.update(made["id"], {"cancel_at_period_end": True})
    before = client.v1.subscriptions.retrieve(made["id"])
    stripe_server.steer.next_period(made["id"])

    assert (before.status, before.cancel_at_period_end) == ("active", True)
    assert client.v1.subscriptions.retrieve(made["id"]).status == "canceled"
    assert len(invoices(client, made)) == 1
    assert stripe_server.steer.events()[-1]["type"] == "customer.subscription.deleted"


def test_who_thinks_again_stays(client: stripe.StripeClient, stripe_server: StripeServer) -> None:
    made = subscribed(client, stripe_server)
    stripe_server.steer.cancel(made["id"], at_period_end=True)
    stripe_server.steer.resume(made["id"])
    stripe_server.steer.next_period(made["id"])

    assert client.v1.subscriptions.retrieve(made["id"]).status == "active"


def test_a_trial_costs_nothing_until_it_ends(client: stripe.StripeClient, stripe_server: StripeServer) -> None:
    made = subscribed(client, stripe_server, subscription_data={"trial_period_days": 7})
    trying = client.v1.subscriptions.retrieve(made["id"]).status
    stripe_server.steer.next_period(made["id"])

    assert trying == "trialing"
    assert client.v1.subscriptions.retrieve(made["id"]).status == "active"
    assert [each.amount_paid for each in invoices(client, made)] == [0, 1000]


@pytest.mark.parametrize("behavior", ["always_invoice", "create_prorations", "none"])
def test_a_change_of_plan_is_prorated_as_asked(
    client: stripe.StripeClient, stripe_server: StripeServer, behavior: str
) -> None:
    steer = stripe_server.steer
    made = subscribed(client, stripe_server)
    item = made["items"]["data"][0]
    dear = steer.price(amount=3000, product=item["price"]["product"])
    half = (item["current_period_end"] - item["current_period_start"]) // 2
    steer.advance(half)
    steer.change_plan(made["id"], dear["id"], behavior=behavior)
    now = [each.total for each in invoices(client, made)]
    steer.next_period(made["id"])
    then = [each.total for each in invoices(client, made)]

    extra = {"always_invoice": [1000], "create_prorations": [], "none": []}[behavior]
    next_month = 3000 + (1000 if behavior == "create_prorations" else 0)
    assert now == [1000, *extra]
    assert then == [1000, *extra, next_month]


def test_credit_from_a_cheaper_plan_is_used_by_later_invoices(
    client: stripe.StripeClient, stripe_server: StripeServer
) -> None:
    steer = stripe_server.steer
    made = subscribed(
        client,
        stripe_server,
    )
    item = made["items"]["data"][0]
    cheap = steer.price(amount=200, product=item["price"]["product"])
    steer.change_plan(made["id"], cheap["id"], behavior="always_invoice")
    for _ in range(5):
        steer.next_period(made["id"])

    paid = [each.amount_paid for each in invoices(client, made)]

    assert sum(paid) == 1000 + max(0, 200 * 6 - 1000)
    assert paid[1] == 0


def test_a_deleted_customer_has_no_subscription_any_more(
    client: stripe.StripeClient, stripe_server: StripeServer
) -> None:
    made = subscribed(client, stripe_server)
    client.v1.customers.delete(made["customer"])

    assert client.v1.subscriptions.retrieve(made["id"]).status == "canceled"
    assert client.v1.customers.retrieve(made["customer"]).deleted is True


def test_the_portal_cancels_and_takes_it_back(client: stripe.StripeClient, stripe_server: StripeServer) -> None:
    made = subscribed(client, stripe_server)
    portal = client.v1.billing_portal.sessions.create(
        {"customer": made["customer"], "return_url": "https://refrain.example.org/wallet"}
    )
    page = requests.get(portal.url, timeout=5).text
    requests.post(f"{portal.url}/cancel/{made['id']}", timeout=5)
    ends = client.v1.subscriptions.retrieve(made["id"]).cancel_at
    requests.post(f"{portal.url}/resume/{made['id']}", timeout=5)

    assert "Cancel subscription" in page
    assert "https://refrain.example.org/wallet" in page
    assert ends == made["items"]["data"][0]["current_period_end"]
    assert client.v1.subscriptions.retrieve(made["id"]).cancel_at is None
