"""Moving an account's clock: whatever falls due on the way happens, in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from tests.stripe.checkout import session_expire
from tests.stripe.subscriptions import (
    ENDED,
    current_period_end,
    subscription_end,
    subscription_give_up,
    subscription_renew,
    subscription_retry,
)
from tests.stripe.world import Object, World

ATTEMPTS = 4
Due = tuple[int, Callable[[], object]]


def advance(world: World, until: int, *, unpaid_becomes: str = "canceled") -> None:
    """Let the time pass up to `until`; where the last attempt to collect fails, the subscription becomes
    `unpaid_becomes`: canceled or unpaid."""
    while True:
        due = min(_due(world, unpaid_becomes), key=lambda each: each[0], default=None)
        if due is None or due[0] > until:
            break
        world.now = max(world.now, due[0])
        due[1]()
    world.now = max(world.now, until)


def _due(world: World, unpaid_becomes: str) -> Iterator[Due]:
    for session in world.where("checkout.session", status="open"):
        yield session["expires_at"], partial(session_expire, world, {}, session["id"])
    for subscription in world.table("subscription").values():
        if subscription["status"] in ENDED:
            continue
        end = current_period_end(subscription)
        cancel = subscription["cancel_at"]
        if cancel is not None and cancel < end:
            yield cancel, partial(subscription_end, world, subscription, reason="cancellation_requested")
        yield end, partial(_period_over, world, subscription)
    for invoice in world.where("invoice", status="open"):
        if invoice["next_payment_attempt"]:
            yield invoice["next_payment_attempt"], partial(_retry, world, invoice, unpaid_becomes)


def _period_over(world: World, subscription: Object) -> None:
    if subscription["status"] == "trialing":
        world.tell("customer.subscription.trial_will_end", subscription)
    subscription_renew(world, subscription)


def _retry(world: World, invoice: Object, unpaid_becomes: str) -> None:
    parent = (invoice["parent"] or {}).get("subscription_details")
    subscription = world.table("subscription").get(parent["subscription"]) if parent else None
    if subscription is None or subscription["status"] in ENDED or subscription["latest_invoice"] != invoice["id"]:
        invoice.update(next_payment_attempt=None)
    elif not subscription_retry(world, subscription) and invoice["attempt_count"] >= ATTEMPTS:
        subscription_give_up(world, subscription, into=unpaid_becomes)
