"""Events on their way: signed, and everything that can happen to them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest
import stripe

from tests.stripe.conftest import pack
from tests.stripe.server import WEBHOOK_SECRET, StripeServer


class Ear:
    """An endpoint that checks signatures with the SDK and remembers."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.answers: list[int] = []

    def __call__(self, body: bytes, header: str) -> int:
        event = stripe.Webhook.construct_event(body, header, WEBHOOK_SECRET)
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.heard.append(event.id)
        return status


@pytest.fixture
def ear(stripe_server: StripeServer) -> Ear:
    """Listens to the first account."""
    ear = Ear()
    stripe_server.webhook(ear)
    return ear


def happened(server: StripeServer, client: stripe.StripeClient) -> list[str]:
    server.steer.pay(pack(client).id)
    return [event["id"] for event in server.steer.events()]


def test_events_arrive_signed_and_in_order(client: stripe.StripeClient, stripe_server: StripeServer, ear: Ear) -> None:
    events = happened(stripe_server, client)
    stripe_server.steer.outbox.deliver()

    assert ear.heard == events


def test_a_signature_is_only_good_for_its_body_and_its_time(
    client: stripe.StripeClient, stripe_server: StripeServer
) -> None:
    caught: list[tuple[bytes, str]] = []

    def catch(body: bytes, header: str) -> int:
        caught.append((body, header))
        return 200

    stripe_server.webhook(catch)
    happened(stripe_server, client)
    stripe_server.steer.outbox.deliver()
    body, header = caught[0]

    verify: Callable[..., object] = stripe.Webhook.construct_event
    assert verify(body, header, WEBHOOK_SECRET)
    for wrong in (
        (body + b" ", header, WEBHOOK_SECRET),
        (body, header, "whsec_other"),
        (body, header.replace("t=", "t=1"), WEBHOOK_SECRET),
    ):
        with pytest.raises(stripe.SignatureVerificationError):
            verify(*wrong)


def test_what_is_not_taken_comes_again(client: stripe.StripeClient, stripe_server: StripeServer, ear: Ear) -> None:
    events = happened(stripe_server, client)
    ear.answers = [500, 200, 0]
    stripe_server.steer.outbox.deliver()
    stripe_server.steer.outbox.deliver()

    assert sorted(ear.heard) == sorted(events)


def test_lost_doubled_delayed_and_shuffled(client: stripe.StripeClient, stripe_server: StripeServer, ear: Ear) -> None:
    events = happened(stripe_server, client)
    outbox = stripe_server.steer.outbox
    outbox.lose(1)
    outbox.delay(1)
    outbox.double()
    outbox.shuffle(random.Random(1))
    outbox.deliver()
    at_first = list(ear.heard)
    outbox.release()
    outbox.deliver()

    assert Counter(at_first) == dict.fromkeys(events[2:], 2)
    assert ear.heard[-1] == events[1]
    assert events[0] not in ear.heard
    assert {event["id"] for event in outbox.lost} == {events[0]}


def test_a_storm_loses_no_event_without_saying_so(
    client: stripe.StripeClient, stripe_server: StripeServer, ear: Ear
) -> None:
    outbox = stripe_server.steer.outbox
    events = [event for _ in range(10) for event in [*happened(stripe_server, client)]]
    outbox.storm(random.Random(2), lose=0.3, double=0.3, delay=0.3)
    outbox.deliver()
    outbox.release()
    outbox.deliver()

    lost = {event["id"] for event in outbox.lost}
    assert lost
    assert lost | set(ear.heard) == set(events)
    assert lost.isdisjoint(ear.heard)
    assert max(Counter(ear.heard).values()) > 1


def test_events_reach_an_address_as_they_happen(client: stripe.StripeClient, stripe_server: StripeServer) -> None:
    outbox = stripe_server.webhook("http://127.0.0.1:9/nobody-listens")
    happened(stripe_server, client)

    assert outbox.deliver() == 0
    assert outbox.waiting
