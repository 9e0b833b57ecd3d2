"""What a request may change in a subscription that runs: its end, and its plan with the rest prorated."""

from __future__ import annotations

from tests.stripe.catalog import price_named
from tests.stripe.form import Params, metadata, truth
from tests.stripe.invoices import Line
from tests.stripe.refusals import Refusal, invalid
from tests.stripe.subscriptions import ENDED, current_period_end, cycle_lines, invoice_now, period_end
from tests.stripe.world import Object, World


def subscription_update(world: World, params: Params, name: str) -> Object:
    """`POST /v1/subscriptions/…`: cancel at the period's end or not, change the plan, metadata.

    Raises:
        Refusal: It has ended, or there is no such item or price.
    """
    subscription = world.get("subscription", name, "id")
    if subscription["status"] in ENDED:
        raise Refusal("A canceled subscription can only update its cancellation_details and metadata.")
    fields: Object = {"metadata": metadata(params, subscription["metadata"])}
    if "cancel_at_period_end" in params or "cancel_at" in params:
        fields |= _cancelling(world, subscription, params)
    if isinstance(params.get("items"), list):
        for sent in params["items"]:
            _change_plan(world, subscription, sent, params.get("proration_behavior", "create_prorations"))
        fields |= {"items": subscription["items"]}
        world.tell("customer.subscription.updated", subscription, {"items": {}})
    world.change(subscription, "customer.subscription.updated", **fields)
    return subscription


def _cancelling(world: World, subscription: Object, params: Params) -> Object:
    """Both ways to say it: the flag, and `cancel_at` with a time or `min_period_end`."""
    end = current_period_end(subscription)
    sent = params.get("cancel_at")
    at = end if sent in {"min_period_end", "max_period_end"} else int(sent) if sent else None
    flag = truth(params, "cancel_at_period_end")
    if at is not None and at <= world.now:
        raise invalid("cancel_at must be in the future", "cancel_at")
    at = end if flag else at
    return {
        "cancel_at_period_end": flag,
        "cancel_at": at,
        "canceled_at": world.now if at else None,
        "cancellation_details": {
            "comment": None,
            "feedback": None,
            "reason": "cancellation_requested" if at else None,
        },
    }


def _change_plan(world: World, subscription: Object, sent: Params, behavior: str) -> None:
    """Another price for an item, the rest of the period prorated by the second."""
    items = {item["id"]: item for item in subscription["items"]["data"]}
    item = items.get(sent.get("id", ""))
    if item is None:
        raise invalid(f"No such subscription item: '{sent.get('id')}'", "items[0][id]", "resource_missing")
    old, new = item["price"], price_named(world, sent, "items[0]")
    start, end = item["current_period_start"], item["current_period_end"]
    left = max(0, end - world.now) / max(1, end - start)
    item["price"] = new
    again = new["recurring"]["interval"] != old["recurring"]["interval"]
    if again:
        subscription["billing_cycle_anchor"] = world.now
        item.update(current_period_start=world.now, current_period_end=period_end(new, world.now, world.now))
    trial = subscription["status"] == "trialing"
    if behavior == "none" or trial:
        lines: list[Line] = []
    else:
        lines = [
            _prorated(old, item, world.now, end, -left),
            *([] if again else [_prorated(new, item, world.now, end, left)]),
        ]
    if again and not trial:
        invoice_now(world, subscription, [*lines, *cycle_lines(subscription)], "subscription_update")
    elif behavior == "always_invoice" and lines:
        invoice_now(world, subscription, lines, "subscription_update")
    elif lines:
        world.prorations.setdefault(subscription["id"], []).extend(lines)


def _prorated(price: Object, item: Object, start: int, end: int, share: float) -> Line:
    amount = round(price["unit_amount"] * item["quantity"] * share)
    return Line(price, item["quantity"], amount, start, end, item["id"], proration=True)
