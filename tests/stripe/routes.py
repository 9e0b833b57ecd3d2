"""The table of what Stripe answers: method, path, parameters, and which part of the machine does it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.stripe import catalog, checkout, invoices, payments, plan_changes, portal, subscriptions
from tests.stripe.answers import event_listing, listing
from tests.stripe.form import Params, metadata
from tests.stripe.refusals import Refusal, missing, unknown
from tests.stripe.world import Object, World

Handler = Callable[..., Object]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation; `handler` gets the world, the parameters and the ids of the path."""

    method: str
    path: re.Pattern[str]
    handler: Handler
    params: frozenset[str]


def _route(method: str, path: str, handler: Handler, params: str = "") -> Route:
    pattern = re.sub(r"\{\w+\}", r"([^/]+)", path)
    return Route(method, re.compile(f"^{pattern}$"), handler, frozenset({"expand", *params.split()}))


def _get(kind: str) -> Handler:
    def get(world: World, params: Params, name: str) -> Object:
        return world.get(kind, name)

    return get


def _change(kind: str, event: str | None = None) -> Handler:
    """Only metadata and a description may change."""

    def change(world: World, params: Params, name: str) -> Object:
        found = world.get(kind, name)
        fields = {"metadata": metadata(params, found["metadata"])}
        if "description" in params:
            fields["description"] = params["description"]
        world.change(found, event, **fields)
        return found

    return change


def _customer_delete(world: World, params: Params, name: str) -> Object:
    found = catalog.living_customer(world, name)
    for each in portal.living_subscriptions(world, name):
        subscriptions.subscription_end(world, each, reason="cancellation_requested")
    world.tell("customer.deleted", found)
    found["deleted"] = True
    return {"id": name, "object": "customer", "deleted": True}


def _session_lines(world: World, params: Params, name: str) -> Object:
    return checkout.session_lines(world, world.get("checkout.session", name, "session"))


def _event_get(world: World, params: Params, name: str) -> Object:
    found = world.recent_events().get(name)
    if found is None:
        raise missing("event", name)
    return found


_LISTED = {
    "customers": ("customer", "email"),
    "products": ("product", "active ids"),
    "prices": ("price", "active currency lookup_keys product type"),
    "checkout/sessions": ("checkout.session", "customer customer_details payment_intent status subscription"),
    "payment_intents": ("payment_intent", "customer"),
    "charges": ("charge", "customer payment_intent"),
    "refunds": ("refund", "charge payment_intent"),
    "disputes": ("dispute", "charge payment_intent"),
    "subscriptions": ("subscription", "customer status price collection_method"),
    "invoices": ("invoice", "customer status subscription collection_method"),
    "invoice_payments": ("invoice_payment", "invoice payment status"),
    "balance_transactions": ("balance_transaction", "source type currency"),
}


def _listings() -> list[Route]:
    return [
        _route(
            "GET",
            f"/v1/{where}",
            lambda world, params, kind=kind, where=where: listing(world, kind, params, f"/v1/{where}"),
            f"limit starting_after ending_before created {filters}",
        )
        for where, (kind, filters) in _LISTED.items()
    ]


_SESSION = (
    "mode line_items success_url cancel_url customer customer_email client_reference_id metadata payment_intent_data"
    " subscription_data expires_at allow_promotion_codes invoice_creation locale automatic_tax"
    " billing_address_collection tax_id_collection consent_collection customer_creation customer_update ui_mode"
    " payment_method_collection submit_type saved_payment_method_options currency custom_text custom_fields"
    " adaptive_pricing phone_number_collection after_expiration"
)
_PRICE = (
    "currency unit_amount product product_data recurring lookup_key transfer_lookup_key nickname metadata tax_behavior"
)
_SUBSCRIPTION = "items metadata proration_behavior payment_behavior cancel_at_period_end cancel_at description"

ROUTES = (
    _route("POST", "/v1/customers", catalog.customer_create, "email name description metadata preferred_locales"),
    _route("GET", "/v1/customers/{id}", catalog.customer_get),
    _route("POST", "/v1/customers/{id}", catalog.customer_update, "email name description metadata"),
    _route("DELETE", "/v1/customers/{id}", _customer_delete),
    _route("POST", "/v1/products", catalog.product_create, "name description metadata active tax_code"),
    _route("GET", "/v1/products/{id}", catalog.product_get),
    _route("POST", "/v1/prices", catalog.price_create, f"{_PRICE} active"),
    _route("GET", "/v1/prices/{id}", catalog.price_get),
    _route("POST", "/v1/prices/{id}", catalog.price_update, "active lookup_key transfer_lookup_key nickname metadata"),
    _route("POST", "/v1/checkout/sessions", checkout.session_create, _SESSION),
    _route("GET", "/v1/checkout/sessions/{id}", _get("checkout.session")),
    _route("POST", "/v1/checkout/sessions/{id}", _change("checkout.session"), "metadata"),
    _route("POST", "/v1/checkout/sessions/{id}/expire", checkout.session_expire),
    _route("GET", "/v1/checkout/sessions/{id}/line_items", _session_lines, "limit starting_after ending_before"),
    _route("GET", "/v1/payment_intents/{id}", _get("payment_intent")),
    _route("POST", "/v1/payment_intents/{id}", _change("payment_intent"), "metadata description"),
    _route("GET", "/v1/charges/{id}", _get("charge")),
    _route("POST", "/v1/charges/{id}", _change("charge", "charge.updated"), "metadata description"),
    _route("POST", "/v1/refunds", payments.refund_create, "charge payment_intent amount reason metadata"),
    _route("GET", "/v1/refunds/{id}", _get("refund")),
    _route("POST", "/v1/refunds/{id}", _change("refund", "refund.updated"), "metadata"),
    _route("GET", "/v1/disputes/{id}", _get("dispute")),
    _route("GET", "/v1/balance_transactions/{id}", _get("balance_transaction")),
    _route(
        "POST", "/v1/subscriptions", subscriptions.subscription_create, f"customer trial_period_days {_SUBSCRIPTION}"
    ),
    _route("GET", "/v1/subscriptions/{id}", _get("subscription")),
    _route("POST", "/v1/subscriptions/{id}", plan_changes.subscription_update, _SUBSCRIPTION),
    _route(
        "DELETE",
        "/v1/subscriptions/{id}",
        subscriptions.subscription_cancel,
        "invoice_now prorate cancellation_details",
    ),
    _route("GET", "/v1/invoices/{id}", _get("invoice")),
    _route("POST", "/v1/invoices/{id}/pay", invoices.invoice_pay),
    _route("POST", "/v1/invoices/{id}/void", invoices.invoice_void),
    _route("GET", "/v1/invoice_payments/{id}", _get("invoice_payment")),
    _route(
        "POST",
        "/v1/billing_portal/sessions",
        portal.portal_create,
        "customer return_url configuration locale flow_data",
    ),
    _route(
        "GET",
        "/v1/events",
        event_listing,
        "limit starting_after ending_before created type types delivery_success",
    ),
    _route("GET", "/v1/events/{id}", _event_get),
    *_listings(),
)


def perform(world: World, method: str, path: str, params: Params) -> Object:
    """Do one operation.

    Raises:
        Refusal: There is no such operation or parameter, or the operation refuses.
    """
    for route in ROUTES:
        if route.method == method and (found := route.path.match(path)):
            for name in params:
                if name not in route.params:
                    raise unknown(name)
            return route.handler(world, params, *found.groups())
    raise Refusal(f"Unrecognized request URL ({method}: {path}).", status=404)
