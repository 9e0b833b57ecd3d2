"""The wire: keys, versions, errors, pages of lists, idempotency, what is expanded."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import stripe

from tests.stripe.conftest import pack, plan, sdk
from tests.stripe.form import decode
from tests.stripe.server import KEY, StripeServer
from tests.stripe.world import API_VERSION


def test_nested_brackets_become_dictionaries_and_lists() -> None:
    form = "line_items[0][price_data][currency]=eur&line_items[1][quantity]=2&expand[]=a&expand[]=b&metadata[x]="

    assert decode(form) == {
        "line_items": [{"price_data": {"currency": "eur"}}, {"quantity": "2"}],
        "expand": ["a", "b"],
        "metadata": {"x": ""},
    }


def test_only_the_secret_key_opens_the_account(stripe_server: StripeServer) -> None:
    with pytest.raises(stripe.AuthenticationError):
        sdk(stripe_server, "sk_test_somebody_else").v1.customers.list()


def test_a_request_without_a_version_is_refused(stripe_server: StripeServer) -> None:
    answer = requests.get(f"{stripe_server.url}/v1/customers", headers={"Authorization": f"Bearer {KEY}"}, timeout=5)

    assert answer.status_code == 400
    assert "version" in answer.json()["error"]["message"]


def test_what_is_not_there_is_told_as_stripe_tells_it(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.charges.retrieve("ch_nothing")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    assert refused.value.param == "id"


def test_a_parameter_that_the_version_does_not_have_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        pack(client, payment_method_types=["card"])

    assert refused.value.code == "parameter_unknown"


@pytest.mark.parametrize(
    "wrong",
    [
        {"line_items": []},
        {"mode": "subscription"},
        {"success_url": ""},
        {"line_items": [{"price": "price_nothing", "quantity": 1}]},
        {"customer": "cus_nothing"},
        {"expires_at": 1},
    ],
)
def test_a_session_that_stripe_would_refuse_is_refused(client: stripe.StripeClient, wrong: dict[str, Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        pack(client, **wrong)


@pytest.mark.parametrize("amount", [0, -5, 49, 100_000_000])
def test_amounts_that_cannot_be_charged_are_refused(client: stripe.StripeClient, amount: int) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        pack(client, amount=amount)


def test_the_same_key_gives_the_same_answer_and_makes_nothing_new(
    client: stripe.StripeClient, stripe_server: StripeServer
) -> None:
    first, again = (
        client.v1.customers.create({"email": "ada@example.org"}, {"idempotency_key": "once"}) for _ in range(2)
    )

    assert first.id == again.id
    assert len(stripe_server.steer.world.table("customer")) == 1


def test_the_same_key_with_other_parameters_is_an_idempotency_error(client: stripe.StripeClient) -> None:
    client.v1.customers.create({"email": "ada@example.org"}, {"idempotency_key": "once"})

    with pytest.raises(stripe.IdempotencyError) as refused:
        client.v1.customers.create({"email": "bob@example.org"}, {"idempotency_key": "once"})

    assert refused.value.http_status == 400


def test_a_key_is_forgotten_after_a_day(client: stripe.StripeClient, stripe_server: StripeServer) -> None:
    first = client.v1.customers.create({"email": "ada@example.org"}, {"idempotency_key": "once"})
    stripe_server.steer.advance(25 * 3600)

    assert client.v1.customers.create({"email": "bob@example.org"}, {"idempotency_key": "once"}).id != first.id


def test_a_request_that_failed_on_stripes_side_is_tried_again_with_its_key(stripe_server: StripeServer) -> None:
    stripe_server.steer.account.unwell = [500]

    made = sdk(stripe_server, max_network_retries=2).v1.customers.create({"email": "ada@example.org"})

    assert [made.id] == list(stripe_server.steer.world.table("customer"))


def test_a_list_comes_in_pages_newest_first(client: stripe.StripeClient) -> None:
    made = [client.v1.customers.create({"email": f"{number}@example.org"}).id for number in range(5)]

    page = client.v1.customers.list({"limit": 2})
    rest = client.v1.customers.list({"limit": 10, "starting_after": page.data[-1].id})

    assert [each.id for each in page.data] == made[:2:-1]
    assert (page.has_more, rest.has_more) == (True, False)
    assert [each.id for each in client.v1.customers.list({"limit": 2}).auto_paging_iter()] == made[::-1]


def test_events_are_listed_from_a_moment_on_and_for_thirty_days(
    client: stripe.StripeClient, stripe_server: StripeServer
) -> None:
    pack(client)
    client.v1.customers.create({"email": "early@example.org"})
    stripe_server.steer.advance(3600)
    since = stripe_server.steer.world.now
    client.v1.customers.create({"email": "late@example.org"})

    late = client.v1.events.list({"created": {"gte": since}, "types": ["customer.created"]})
    stripe_server.steer.advance(31 * 24 * 3600)

    assert [event.data.object["email"] for event in late.data] == ["late@example.org"]
    assert [event.api_version for event in late.data] == [API_VERSION]
    assert client.v1.events.list({"type": "customer.created"}).data == []


def test_expand_puts_objects_in_the_place_of_ids(client: stripe.StripeClient, stripe_server: StripeServer) -> None:
    session = plan(client)
    stripe_server.steer.pay(session.id)

    plainly = client.v1.checkout.sessions.retrieve(session.id)
    expanded = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["line_items", "invoice.payments", "subscription.customer"]}
    ).to_dict()

    assert isinstance(plainly.invoice, str)
    assert "line_items" not in plainly.to_dict()
    assert expanded["line_items"]["data"][0]["amount_total"] == 1000
    assert expanded["invoice"]["payments"]["data"][0]["status"] == "paid"
    assert expanded["subscription"]["customer"]["email"] == "ada@example.org"


def test_accounts_do_not_see_each_other(stripe_server: StripeServer) -> None:
    other = stripe_server.open_account("sk_test_other")
    sdk(stripe_server).v1.customers.create({"email": "ada@example.org"})

    assert sdk(stripe_server, "sk_test_other").v1.customers.list().data == []
    assert other.events() == []
