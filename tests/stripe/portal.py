"""Billing portal sessions, and what a customer may do there."""

from __future__ import annotations

from tests.stripe.catalog import living_customer
from tests.stripe.form import Params
from tests.stripe.refusals import required
from tests.stripe.world import Object, World


def portal_create(world: World, params: Params) -> Object:
    """`POST /v1/billing_portal/sessions`."""
    if not params.get("customer"):
        raise required("customer")
    customer = living_customer(world, params["customer"])
    made = world.add(
        "billing_portal.session",
        configuration=params.get("configuration", "bpc_default"),
        customer=customer["id"],
        flow=None,
        locale=params.get("locale"),
        on_behalf_of=None,
        return_url=params.get("return_url") or None,
    )
    made["url"] = f"{world.base}/p/session/{made['id']}"
    return made


def living_subscriptions(world: World, customer: str) -> list[Object]:
    """What the portal shows."""
    return [each for each in world.where("subscription", customer=customer) if each["status"] != "canceled"]
