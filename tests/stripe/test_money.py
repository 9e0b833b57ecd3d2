"""Checkout, refunds and disputes."""

from __future__ import annotations

import pytest
import requests
import stripe

from tests.stripe.conftest import BACK, pack, plan
from tests.stripe.server import StripeServer


def kinds(server: StripeServer) -> list[str]:
    return [event["type"] for event in server.steer.events()]


def test_a_paid_session_is_complete_with_its_intent_and_charge(
    client: stripe.StripeClient, stripe_server: StripeServer
) -> None:
    session = pack(client, metadata={"purchase": "1"}, payment_intent_data={"metadata": {"purchase": "1"}})
    stripe_server.steer.pay(session.id)

    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]}).to_dict()

    assert (paid["status"], paid["payment_status"], paid["amount_total"]) == ("complete", "paid", 500)
    assert paid["payment_intent"]["metadata"] == {"purchase": "1"}
    assert paid["payment_intent"]["latest_charge"]["paid"] is True
    assert kinds(stripe_server)[-4:] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_paying_twice_pays_once(client: stripe.StripeClient, stripe_server: StripeServer) -> None:
    session = pack(client)
    stripe_server.steer.pay(session.id)
    stripe_server.steer.pay(session.id)

    assert kinds(stripe_server).count("checkout.session.completed") == 1
    assert len(client.v1.charges.list().data) == 1


def test_a_declined_card_leaves_the_session_open(client: stripe.StripeClient, stripe_server: StripeServer) -> None:
    session = pack(client)
    stripe_server.steer.decline(session.id)

    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert stripe_server.steer.pay(session.id)["payment_status"] == "paid"
    assert kinds(stripe_server).count("payment_intent.created") == 1


@pytest.mark.parametrize(("outcome", "says"), [("succeeded", "paid"), ("failed", "unpaid")])
def test_a_delayed_payment_completes_first_and_is_settled_later(
    client: stripe.StripeClient, stripe_server: StripeServer, outcome: str, says: str
) -> None:
    session = pack(client)
    at_first = dict(stripe_server.steer.pay(session.id, delayed=True))
    stripe_server.steer.settle(session.id, paid=outcome == "succeeded")

    assert (at_first["status"], at_first["payment_status"]) == ("complete", "unpaid")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == says
    assert kinds(stripe_server)[-1] == f"checkout.session.async_payment_{outcome}"


def test_a_session_expires_by_itself_or_when_asked(client: stripe.StripeClient, stripe_server: StripeServer) -> None:
    asked, forgotten = pack(client), pack(client)
    client.v1.checkout.sessions.expire(asked.id)
    stripe_server.steer.advance(25 * 3600)

    assert [client.v1.checkout.sessions.retrieve(each.id).status for each in (asked, forgotten)] == ["expired"] * 2
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(asked.id)


def test_refunds_add_up_on_the_charge(client: stripe.StripeClient, stripe_server: StripeServer) -> None:
    session = pack(client)
    intent = stripe_server.steer.pay(session.id)["payment_intent"]
    client.v1.refunds.create({"payment_intent": intent, "amount": 100})
    client.v1.refunds.create({"payment_intent": intent, "amount": 150, "reason": "requested_by_customer"})

    charges = [each["data"]["object"] for each in stripe_server.steer.events("charge.refunded")]

    assert [charge["amount_refunded"] for charge in charges] == [100, 250]
    assert [refund.amount for refund in client.v1.refunds.list({"payment_intent": intent}).data] == [150, 100]
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"payment_intent": intent, "amount": 251})
    client.v1.refunds.create({"payment_intent": intent})
    assert client.v1.charges.retrieve(charges[0]["id"]).refunded is True
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent})
    assert refused.value.code == "charge_already_refunded"


def test_a_refund_that_fails_later_counts_no_more(client: stripe.StripeClient, stripe_server: StripeServer) -> None:
    session = pack(client)
    stripe_server.steer.pay(session.id)
    refund = stripe_server.steer.refund(session.id, 200)
    stripe_server.steer.fail_refund(refund["id"])

    assert client.v1.refunds.retrieve(refund["id"]).status == "failed"
    assert client.v1.charges.retrieve(refund["charge"]).amount_refunded == 0
    assert "refund.failed" in kinds(stripe_server)


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_a_dispute_takes_the_money_until_it_is_won(
    client: stripe.StripeClient, stripe_server: StripeServer, outcome: str
) -> None:
    session = pack(client)
    stripe_server.steer.pay(session.id)
    dispute = stripe_server.steer.dispute(session.id)["id"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": stripe_server.steer.charge_of(session.id)["id"]})
    (stripe_server.steer.win if outcome == "won" else stripe_server.steer.lose)(dispute)

    closed = client.v1.disputes.retrieve(dispute)

    assert refused.value.code == "charge_disputed"
    assert closed.status == outcome
    assert sum(line.amount for line in closed.balance_transactions) == (0 if outcome == "won" else -500)
    back = ["charge.dispute.funds_reinstated"] if outcome == "won" else []
    assert kinds(stripe_server)[-3 - len(back) :] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        *back,
        "charge.dispute.closed",
    ]


def test_an_inquiry_takes_no_money_until_it_escalates(client: stripe.StripeClient, stripe_server: StripeServer) -> None:
    session = pack(client)
    stripe_server.steer.pay(session.id)
    dispute = stripe_server.steer.dispute(session.id, inquiry=True)["id"]
    asked = client.v1.disputes.retrieve(dispute)
    stripe_server.steer.escalate(dispute)

    assert (asked.status, asked.balance_transactions) == ("warning_needs_response", [])
    assert client.v1.disputes.retrieve(dispute).balance_transactions[0].amount == -500


def test_a_browser_can_pay_decline_and_cancel_on_the_hosted_page(
    client: stripe.StripeClient, stripe_server: StripeServer
) -> None:
    session = plan(client)
    browser = requests.Session()
    page = browser.get(session.url, timeout=5).text

    declined = browser.post(f"{session.url}/fail", timeout=5)
    cancelled = browser.post(f"{session.url}/cancel", timeout=5, allow_redirects=False)
    paid = browser.post(f"{session.url}/pay", timeout=5, allow_redirects=False)

    assert "10.00 EUR" in page
    assert "declined" in declined.text
    assert cancelled.headers["Location"] == BACK
    assert (paid.status_code, paid.headers["Location"]) == (
        303,
        f"https://refrain.example.org/thanks?session={session.id}",
    )
    assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"
