"""What one Stripe account knows: objects by id, the log of events, and a clock that only a test moves."""

from __future__ import annotations

import copy
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.stripe.refusals import missing

Object = dict[str, Any]
DAY = 24 * 3600
EVENTS_KEPT = 30 * DAY
API_VERSION = "2026-09-30.endive"

PREFIXES = {
    "customer": "cus_",
    "product": "prod_",
    "price": "price_",
    "checkout.session": "cs_test_",
    "payment_intent": "pi_",
    "payment_method": "pm_",
    "charge": "ch_",
    "refund": "re_",
    "dispute": "du_",
    "balance_transaction": "txn_",
    "subscription": "sub_",
    "subscription_item": "si_",
    "invoice": "in_",
    "invoiceitem": "ii_",
    "line_item": "il_",
    "invoice_payment": "inpay_",
    "billing_portal.session": "bps_",
    "event": "evt_",
}
_WITHOUT = {
    "balance_transaction": ("livemode", "metadata"),
    "billing_portal.session": ("metadata",),
    "invoice_payment": ("metadata",),
    "refund": ("livemode",),
}
"""What these kinds do not have, of the fields that all others have."""
_LETTERS = string.ascii_letters + string.digits


@dataclass
class World:
    """The whole state of an account; every part of the machine changes it through `add` and `change`."""

    now: int
    """Virtual time, seconds since 1970."""
    chance: random.Random
    """Where ids come from."""
    base: str = "http://127.0.0.1"
    """Where hosted pages are."""
    api_version: str = API_VERSION
    tables: dict[str, dict[str, Object]] = field(default_factory=dict)
    events: list[Object] = field(default_factory=list)
    listeners: list[Callable[[Object], None]] = field(default_factory=list)
    """Called with each new event."""
    cards: dict[str, str] = field(default_factory=dict)
    """What a customer's card answers, if not yes: the decline code."""
    carts: dict[str, list[tuple[Object, int]]] = field(default_factory=dict)
    """The prices and quantities of each Checkout Session."""
    hidden: dict[str, Object] = field(default_factory=dict)
    """What was asked for with a Checkout Session and is used when somebody pays."""
    prorations: dict[str, list[Any]] = field(default_factory=dict)
    """Lines that wait for a subscription's next invoice; Stripe does not show them in the subscription."""

    def new_id(self, kind: str) -> str:
        """A fresh id with the prefix that Stripe gives this kind."""
        length = 58 if kind == "checkout.session" else 24
        return PREFIXES[kind] + "".join(self.chance.choices(_LETTERS, k=length))

    def add(self, kind: str, **fields: Any) -> Object:
        """A new object of a kind, stored."""
        usual = {"created": self.now, "livemode": False, "metadata": {}}
        own = {name: value for name, value in usual.items() if name not in _WITHOUT.get(kind, ())}
        made: Object = {"id": self.new_id(kind), "object": kind, **own, **fields}
        self.tables.setdefault(kind, {})[made["id"]] = made
        return made

    def table(self, kind: str) -> dict[str, Object]:
        """Every object of a kind, oldest first."""
        return self.tables.setdefault(kind, {})

    def get(self, kind: str, name: str, param: str = "id") -> Object:
        """The object itself, not a copy.

        Raises:
            Refusal: There is none.
        """
        found = self.table(kind).get(name)
        if found is None:
            raise missing(kind.replace(".", " "), name, param)
        return found

    def find(self, name: str) -> Object | None:
        """Whatever has this id."""
        for prefix_kind, prefix in PREFIXES.items():
            if name.startswith(prefix):
                return self.table(prefix_kind).get(name)
        return None

    def where(self, kind: str, **fields: Any) -> Iterator[Object]:
        """Objects of a kind whose fields equal these, oldest first."""
        for each in list(self.table(kind).values()):
            if all(each.get(name) == value for name, value in fields.items()):
                yield each

    def change(self, target: Object, event: str | None = None, **fields: Any) -> None:
        """Set fields; with `event`, tell what they were before, as Stripe's `…updated` events do."""
        before = {name: copy.deepcopy(target.get(name)) for name, value in fields.items() if target.get(name) != value}
        target.update(fields)
        if event and before:
            self.tell(event, target, before)

    def tell(self, kind: str, about: Object, before: Object | None = None) -> Object:
        """An event with a snapshot of what it is about."""
        data: Object = {"object": copy.deepcopy(about)}
        if before is not None:
            data["previous_attributes"] = before
        event: Object = {
            "id": self.new_id("event"),
            "object": "event",
            "api_version": self.api_version,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self.events.append(event)
        for listener in self.listeners:
            listener(event)
        return event

    def recent_events(self) -> dict[str, Object]:
        """What `/v1/events` still knows: thirty days."""
        oldest = self.now - EVENTS_KEPT
        return {event["id"]: event for event in self.events if event["created"] >= oldest}
