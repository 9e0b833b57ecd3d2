"""Customers, products and prices."""

from __future__ import annotations

from typing import Any

from tests.stripe.form import Params, integer, metadata, truth
from tests.stripe.refusals import Refusal, invalid, required
from tests.stripe.world import Object, World

CURRENCIES = {"eur": 50, "usd": 50, "gbp": 30, "chf": 50, "jpy": 50, "sek": 300, "pln": 200}
"""Each with the least that Stripe charges, in minor units."""
MOST = 99_999_999


def customer_create(world: World, params: Params) -> Object:
    """A customer; nothing is required."""
    made = world.add(
        "customer",
        address=None,
        balance=0,
        currency=None,
        default_source=None,
        delinquent=False,
        description=params.get("description") or None,
        discount=None,
        email=params.get("email") or None,
        invoice_prefix=f"R{len(world.table('customer')) + 1:07d}",
        invoice_settings={"custom_fields": None, "default_payment_method": None, "footer": None},
        metadata=metadata(params),
        name=params.get("name") or None,
        next_invoice_sequence=1,
        phone=None,
        preferred_locales=[],
        shipping=None,
        tax_exempt="none",
        test_clock=None,
    )
    world.tell("customer.created", made)
    return made


def customer_get(world: World, params: Params, name: str) -> Object:
    """The customer, or what is left of a deleted one."""
    found = world.get("customer", name, "customer")
    return {"id": name, "object": "customer", "deleted": True} if found.get("deleted") else found


def living_customer(world: World, name: str, param: str = "customer") -> Object:
    """A customer that was not deleted.

    Raises:
        Refusal: There is none.
    """
    found = world.get("customer", name, param)
    if found.get("deleted"):
        raise Refusal(f"No such customer: '{name}'", code="resource_missing", param=param, status=404)
    return found


def customer_update(world: World, params: Params, name: str) -> Object:
    """E-mail, name, description and metadata."""
    found = living_customer(world, name)
    fields: dict[str, Any] = {each: params[each] or None for each in ("email", "name", "description") if each in params}
    world.change(found, "customer.updated", **fields, metadata=metadata(params, found["metadata"]))
    return found


def product_create(world: World, params: Params) -> Object:
    """A product with a name."""
    if not params.get("name"):
        raise required("name")
    made = world.add(
        "product",
        active=truth(params, "active", default=True),
        default_price=None,
        description=params.get("description") or None,
        images=[],
        marketing_features=[],
        metadata=metadata(params),
        name=params["name"],
        package_dimensions=None,
        shippable=None,
        statement_descriptor=None,
        tax_code=None,
        unit_label=None,
        updated=world.now,
        url=None,
    )
    world.tell("product.created", made)
    return made


def product_get(world: World, params: Params, name: str) -> Object:
    """A product."""
    return world.get("product", name, "product")


def price_create(world: World, params: Params, *, inline: bool = False) -> Object:
    """A price of a product; `inline` for `price_data`, whose product may be described in place."""
    currency = params.get("currency", "")
    if not currency:
        raise required("currency")
    if currency not in CURRENCIES:
        raise invalid(f"Invalid currency: {currency}.", "currency")
    amount = integer(params, "unit_amount")
    if amount is None:
        raise required("unit_amount")
    if not 0 <= amount <= MOST:
        raise invalid(f"Invalid amount: {amount}", "unit_amount")
    key = params.get("lookup_key") or None
    _free_lookup_key(world, key, transfer=truth(params, "transfer_lookup_key"))
    recurring = _recurring(params.get("recurring"))
    made = world.add(
        "price",
        active=not inline,
        billing_scheme="per_unit",
        currency=currency,
        custom_unit_amount=None,
        lookup_key=key,
        metadata=metadata(params),
        nickname=params.get("nickname") or None,
        product=_product_of(world, params),
        recurring=recurring,
        tax_behavior=params.get("tax_behavior", "unspecified"),
        tiers_mode=None,
        transform_quantity=None,
        type="recurring" if recurring else "one_time",
        unit_amount=amount,
        unit_amount_decimal=str(amount),
    )
    world.tell("price.created", made)
    return made


def _product_of(world: World, params: Params) -> str:
    if "product" in params:
        return str(world.get("product", params["product"], "product")["id"])
    described = params.get("product_data")
    if not isinstance(described, dict):
        raise required("product")
    return str(product_create(world, described)["id"])


def _recurring(sent: object) -> Object | None:
    if sent is None:
        return None
    if not isinstance(sent, dict) or sent.get("interval") not in {"day", "week", "month", "year"}:
        raise invalid("Invalid recurring[interval]", "recurring[interval]")
    return {
        "interval": sent["interval"],
        "interval_count": integer(sent, "interval_count", 1),
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def _free_lookup_key(world: World, key: str | None, *, transfer: bool) -> None:
    for holder in world.where("price", lookup_key=key) if key else ():
        if not transfer:
            raise invalid(f"A price (`{holder['id']}`) already uses that lookup key.", "lookup_key")
        world.change(holder, "price.updated", lookup_key=None)


def price_get(world: World, params: Params, name: str) -> Object:
    """A price."""
    return world.get("price", name, "price")


def price_update(world: World, params: Params, name: str) -> Object:
    """What may change in a price: not its amount."""
    found = world.get("price", name, "price")
    key = params.get("lookup_key", found["lookup_key"]) or None
    if key != found["lookup_key"]:
        _free_lookup_key(world, key, transfer=truth(params, "transfer_lookup_key"))
    world.change(
        found,
        "price.updated",
        active=truth(params, "active", default=found["active"]),
        lookup_key=key,
        nickname=params.get("nickname", found["nickname"]) or None,
        metadata=metadata(params, found["metadata"]),
    )
    return found


def line_prices(world: World, sent: object) -> list[tuple[Object, int]]:
    """The prices and quantities of `line_items` or `items`.

    Raises:
        Refusal: None at all, a price that is not there, a quantity below one, more than one currency.
    """
    if not isinstance(sent, list) or not sent:
        raise required("line_items")
    priced = []
    for number, line in enumerate(sent):
        where = f"line_items[{number}]"
        if not isinstance(line, dict):
            raise invalid("Invalid object", where)
        quantity = integer(line, "quantity")
        if quantity is None:
            raise required(f"{where}[quantity]")
        if not 1 <= quantity <= 10_000:
            raise invalid("This value must be greater than or equal to 1.", f"{where}[quantity]")
        priced.append((price_named(world, line, where), quantity))
    if len({price["currency"] for price, _ in priced}) > 1:
        raise invalid("Line items must all have the same currency.", "line_items")
    return priced


def price_named(world: World, line: Params, where: str) -> Object:
    """The price that a line names, or describes in `price_data`."""
    if "price" in line:
        price = world.get("price", line["price"], f"{where}[price]")
        if not price["active"]:
            raise invalid("The price specified is inactive.", f"{where}[price]")
        return price
    described = line.get("price_data")
    if not isinstance(described, dict):
        raise required(f"{where}[price]")
    return price_create(world, described, inline=True)
