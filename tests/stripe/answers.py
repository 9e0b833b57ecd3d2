"""How objects are shown: lists in pages, and what `expand` asks for."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from tests.stripe.checkout import session_lines
from tests.stripe.form import Params, integer
from tests.stripe.refusals import invalid, missing
from tests.stripe.world import Object, World

_PAGING = {"limit", "starting_after", "ending_before", "expand", "created"}
_BOUNDS = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}


def page(objects: Iterable[Object], params: Params, url: str) -> Object:
    """A page of objects, which come oldest first and are shown newest first.

    Raises:
        Refusal: A limit outside 1 to 100, a cursor that names nothing, a strange bound.
    """
    limit = integer(params, "limit", 10)
    if limit is None or not 1 <= limit <= 100:
        raise invalid("Limit must be between 1 and 100.", "limit")
    found = [each for each in objects if _created(each, params.get("created"))][::-1]
    names = [each["id"] for each in found]
    if "starting_after" in params:
        found = found[_position(names, params["starting_after"], "starting_after") + 1 :]
    if "ending_before" in params:
        found = found[: _position(names, params["ending_before"], "ending_before")]
        return _list(found[-limit:], url, more=len(found) > limit)
    return _list(found[:limit], url, more=len(found) > limit)


def _list(data: list[Object], url: str, *, more: bool) -> Object:
    return {"object": "list", "data": data, "has_more": more, "url": url}


def _position(names: list[str], cursor: str, param: str) -> int:
    if cursor not in names:
        raise missing("object", cursor, param)
    return names.index(cursor)


def _created(each: Object, bound: Any) -> bool:
    if bound is None:
        return True
    if not isinstance(bound, dict):
        return bool(each["created"] == int(bound))
    for name in bound:
        if name not in _BOUNDS:
            raise invalid(f"Invalid bound: {name}", "created")
    return all(_BOUNDS[name](each["created"], integer(bound, name) or 0) for name in bound)


def shown(world: World, answer: Object, params: Params) -> Object:
    """A copy of an answer, with what `expand` asks for put in its place."""
    answer = copy.deepcopy(answer)
    for path in params.get("expand", []) or []:
        if len(path.split(".")) > 4:
            raise invalid("You cannot expand more than 4 levels of a property", "expand")
        _expand(world, answer, path.split("."), path)
    return answer


def _expand(world: World, target: Object, path: list[str], whole: str) -> None:
    name, rest = path[0], path[1:]
    value = target.get(name)
    if value is None and (makes := _INCLUDED.get((target.get("object", ""), name))):
        target[name] = value = copy.deepcopy(makes(world, target))
    elif isinstance(value, str) and (found := world.find(value)):
        target[name] = value = copy.deepcopy(found)
    elif name not in target:
        raise invalid(f"This property cannot be expanded ({whole}).", "expand")
    if rest:
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                _expand(world, each, rest, whole)


def _all(world: World, kind: str, url: str, **fields: Any) -> Object:
    return _list(list(world.where(kind, **fields))[::-1], url, more=False)


def _payments(world: World, invoice: Object) -> Object:
    return _all(world, "invoice_payment", f"/v1/invoice_payments?invoice={invoice['id']}", invoice=invoice["id"])


def _refunds(world: World, charge: Object) -> Object:
    return _all(world, "refund", f"/v1/charges/{charge['id']}/refunds", charge=charge["id"])


def _subscriptions(world: World, customer: Object) -> Object:
    living = [each for each in world.where("subscription", customer=customer["id"]) if each["status"] != "canceled"]
    return _list(living[::-1], f"/v1/customers/{customer['id']}/subscriptions", more=False)


_INCLUDED = {
    ("checkout.session", "line_items"): session_lines,
    ("invoice", "payments"): _payments,
    ("charge", "refunds"): _refunds,
    ("customer", "subscriptions"): _subscriptions,
}


def listing(world: World, kind: str, params: Params, url: str) -> Object:
    """Objects of a kind that match the filters, as Stripe names them.

    Raises:
        Refusal: See `page`.
    """
    wanted = {name: value for name, value in params.items() if name not in _PAGING}
    found = (each for each in world.table(kind).values() if _matches(world, each, wanted))
    return page(found, params, url)


def _matches(world: World, each: Object, wanted: Params) -> bool:
    for name, value in wanted.items():
        if name == "lookup_keys":
            fits = each["lookup_key"] in value
        elif name == "ids":
            fits = each["id"] in value
        elif name == "active":
            fits = each["active"] == (value == "true")
        elif name == "payment":
            fits = each["payment"].get("payment_intent") == value.get("payment_intent")
        elif (name, value) == ("status", "all"):
            fits = True
        elif name == "customer_details":
            fits = (each["customer_details"] or {}).get("email") == value.get("email")
        elif name == "subscription" and each["object"] == "invoice":
            fits = ((each["parent"] or {}).get("subscription_details") or {}).get("subscription") == value
        else:
            fits = each.get(name) == value
        if not fits:
            return False
    hidden = each["object"] == "subscription" and "status" not in wanted and each["status"] == "canceled"
    return not hidden and not each.get("deleted")


def event_listing(world: World, params: Params) -> Object:
    """`/v1/events`: thirty days of them, by `type` or `types`.

    Raises:
        Refusal: See `page`.
    """
    if len(params.get("types", [])) > 20:
        raise invalid("At most 20 types can be asked for at once.", "types")
    kinds = params.get("types") or [params.get("type", "*")]
    found = [each for each in world.recent_events().values() if any(_is(each["type"], kind) for kind in kinds)]
    return page(found, params, "/v1/events")


def _is(kind: str, pattern: str) -> bool:
    return kind == pattern or (pattern.endswith(".*") and kind.startswith(pattern[:-1])) or pattern == "*"
