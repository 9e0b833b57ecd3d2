"""Subscriptions: begun, changed, renewed, unpaid, ended."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime

from tests.stripe.catalog import living_customer, price_named
from tests.stripe.form import Params, integer, metadata
from tests.stripe.invoices import Line, invoice_charge, invoice_create, invoice_give_up
from tests.stripe.refusals import Refusal, invalid
from tests.stripe.world import DAY, Object, World

ENDED = {"canceled", "incomplete_expired"}


def period_end(price: Object, anchor: int, after: int) -> int:
    """The first end of a period past `after`, counted from `anchor`: the same day of later months."""
    recurring = price["recurring"]
    count, number = recurring["interval_count"], 0
    while True:
        number += count
        end = _later(anchor, recurring["interval"], number)
        if end > after:
            return end


def _later(anchor: int, interval: str, number: int) -> int:
    if interval in {"day", "week"}:
        return anchor + number * (DAY if interval == "day" else 7 * DAY)
    at = datetime.fromtimestamp(anchor, UTC)
    months = at.year * 12 + at.month - 1 + number * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return int(at.replace(year=year, month=month + 1, day=day).timestamp())


def subscription_begin(
    world: World,
    *,
    customer: Object,
    prices: list[tuple[Object, int]],
    meta: dict[str, str],
    trial_days: int | None = None,
    intent: Object | None = None,
) -> Object:
    """A subscription with its first invoice: trialing, active, or incomplete when the card declines."""
    start = world.now
    trial_end = start + trial_days * DAY if trial_days else None
    end = trial_end or period_end(prices[0][0], start, start)
    made = world.add(
        "subscription",
        application=None,
        application_fee_percent=None,
        automatic_tax={"disabled_reason": None, "enabled": False, "liability": None},
        billing_cycle_anchor=trial_end or start,
        billing_mode={"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        cancel_at=None,
        cancel_at_period_end=False,
        canceled_at=None,
        cancellation_details={"comment": None, "feedback": None, "reason": None},
        collection_method="charge_automatically",
        currency=prices[0][0]["currency"],
        customer=customer["id"],
        days_until_due=None,
        default_payment_method=world.new_id("payment_method"),
        description=None,
        discounts=[],
        ended_at=None,
        items={},
        latest_invoice=None,
        metadata=meta,
        next_pending_invoice_item_invoice=None,
        pause_collection=None,
        payment_settings={"payment_method_options": None, "save_default_payment_method": "off"},
        pending_setup_intent=None,
        pending_update=None,
        schedule=None,
        start_date=start,
        status="incomplete",
        test_clock=None,
        trial_end=trial_end,
        trial_start=start if trial_end else None,
    )
    items = [_item(world, made, price, quantity, start, end) for price, quantity in prices]
    made["items"] = {
        "object": "list",
        "data": items,
        "has_more": False,
        "total_count": len(items),
        "url": f"/v1/subscription_items?subscription={made['id']}",
    }
    invoice = invoice_create(
        world,
        customer=customer,
        lines=cycle_lines(made, free=trial_end is not None),
        reason="subscription_create",
        subscription=made,
    )
    paid = invoice_charge(world, invoice, intent=intent)
    made.update(latest_invoice=invoice["id"], status="trialing" if trial_end else "active" if paid else "incomplete")
    world.tell("customer.subscription.created", made)
    return made


def _item(world: World, subscription: Object, price: Object, quantity: int, start: int, end: int) -> Object:
    return {
        "id": world.new_id("subscription_item"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": world.now,
        "current_period_end": end,
        "current_period_start": start,
        "discounts": [],
        "metadata": {},
        "price": price,
        "quantity": quantity,
        "subscription": subscription["id"],
        "tax_rates": [],
    }


def cycle_lines(subscription: Object, *, free: bool = False) -> list[Line]:
    """The lines for the period that the items are in."""
    return [
        Line(
            price=item["price"],
            quantity=item["quantity"],
            amount=0 if free else item["price"]["unit_amount"] * item["quantity"],
            start=item["current_period_start"],
            end=item["current_period_end"],
            item=item["id"],
        )
        for item in subscription["items"]["data"]
    ]


def current_period_end(subscription: Object) -> int:
    """When the period that runs now ends."""
    return int(subscription["items"]["data"][0]["current_period_end"])


def subscription_renew(world: World, subscription: Object) -> Object | None:
    """The period is over: it ends where that was asked for, or the next one is invoiced; returns its invoice."""
    if subscription["status"] in ENDED:
        return None
    end = current_period_end(subscription)
    ends = subscription["cancel_at"]
    if subscription["cancel_at_period_end"] or (ends is not None and ends <= end):
        subscription_end(world, subscription, reason="cancellation_requested")
        return None
    before = {name: subscription[name] for name in ("status", "latest_invoice")}
    for item in subscription["items"]["data"]:
        item.update(
            current_period_start=end,
            current_period_end=period_end(item["price"], subscription["billing_cycle_anchor"], end),
        )
    invoice = invoice_now(
        world, subscription, [*_pending(world, subscription), *cycle_lines(subscription)], "subscription_cycle"
    )
    world.tell("customer.subscription.updated", subscription, before)
    return invoice


def invoice_now(world: World, subscription: Object, lines: list[Line], reason: str) -> Object:
    """An invoice, collected if it can be; the subscription's status follows."""
    customer = world.get("customer", subscription["customer"])
    invoice = invoice_create(world, customer=customer, lines=lines, reason=reason, subscription=subscription)
    subscription["latest_invoice"] = invoice["id"]
    if subscription["status"] != "unpaid":
        subscription["status"] = "active" if invoice_charge(world, invoice) else "past_due"
    return invoice


def _pending(world: World, subscription: Object) -> list[Line]:
    """Prorations that wait for the next invoice."""
    waiting: list[Line] = world.prorations.pop(subscription["id"], [])
    return waiting


def subscription_retry(world: World, subscription: Object) -> bool:
    """Ask for the open invoice again; returns whether it is paid."""
    invoice = world.get("invoice", subscription["latest_invoice"])
    if not invoice_charge(world, invoice):
        return False
    settle(world, subscription)
    return True


def settle(world: World, subscription: Object) -> None:
    """The latest invoice was paid: a subscription that had waited for it is active."""
    paid = world.get("invoice", subscription["latest_invoice"])["status"] == "paid"
    if paid and subscription["status"] in {"past_due", "unpaid", "incomplete"}:
        world.change(subscription, "customer.subscription.updated", status="active")


def subscription_give_up(world: World, subscription: Object, *, into: str) -> None:
    """The last retry failed: the subscription is canceled, or stays unpaid, as the account is set up."""
    invoice_give_up(world, world.get("invoice", subscription["latest_invoice"]))
    if into == "canceled":
        subscription_end(world, subscription, reason="payment_failed")
    else:
        world.change(subscription, "customer.subscription.updated", status="unpaid")


def subscription_end(world: World, subscription: Object, *, reason: str) -> None:
    """It is over now."""
    subscription.update(
        status="canceled",
        canceled_at=subscription["canceled_at"] or world.now,
        ended_at=world.now,
        cancel_at_period_end=False,
        cancellation_details={**subscription["cancellation_details"], "reason": reason},
    )
    world.tell("customer.subscription.deleted", subscription)


def subscription_cancel(world: World, params: Params, name: str) -> Object:
    """`DELETE /v1/subscriptions/…`: at once.

    Raises:
        Refusal: It has ended already.
    """
    subscription = world.get("subscription", name, "id")
    if subscription["status"] in ENDED:
        raise Refusal(f"No such subscription: '{name}'", status=404, code="resource_missing", param="id")
    subscription_end(world, subscription, reason="cancellation_requested")
    return subscription


def subscription_create(world: World, params: Params) -> Object:
    """`POST /v1/subscriptions`: with the card that the customer has."""
    customer = living_customer(world, params.get("customer", ""))
    items = params.get("items")
    if not isinstance(items, list) or not items:
        raise invalid("A subscription needs items.", "items")
    prices = [(price_named(world, each, "items"), integer(each, "quantity", 1) or 1) for each in items]
    return subscription_begin(
        world,
        customer=customer,
        prices=prices,
        meta=metadata(params),
        trial_days=integer(params, "trial_period_days"),
    )
