"""What every customer should own, worked out from Stripe's side alone: its objects, and what was on sale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from tests.stripe.world import World

_RUNNING = {"active", "trialing", "past_due"}


@dataclass(frozen=True, slots=True)
class Sale:
    """Something on sale: what it gives for which price in the smallest unit of a currency."""

    credits: int
    amount: int
    currency: str
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """What a customer's wallet has to say."""

    credits: int
    """Everything that was paid for and did not go back."""
    grants: int
    """How many payments gave any."""
    plan: str
    """Of the subscription that runs; empty without one."""


def truth_of(world: World, user: str, *, packs: Mapping[str, Sale], plans: Mapping[str, Sale]) -> Truth:
    """The truth about one user; `packs` by their slugs, `plans` by the ids of their prices."""
    customers = {each["id"] for each in world.table("customer").values() if each["metadata"].get("user") == user}
    paid = [*_sessions(world, customers, packs), *_invoices(world, customers, plans)]
    running = [
        plans[each["items"]["data"][0]["price"]["id"]]
        for each in world.table("subscription").values()
        if each["customer"] in customers and each["status"] in _RUNNING
    ]
    best = max(running, key=lambda sale: sale.amount, default=None)
    return Truth(
        credits=sum(worth - _gone(world, worth, amount, intent) for worth, amount, intent in paid),
        grants=sum(1 for worth, _, _ in paid if worth),
        plan=best.plan if best else "",
    )


_Paid = tuple[int, int, str]
"""Credits, the amount paid for them, and the payment intent."""


def _sessions(world: World, customers: set[str], packs: Mapping[str, Sale]) -> Iterable[_Paid]:
    for session in world.table("checkout.session").values():
        if session["customer"] not in customers or (session["mode"], session["payment_status"]) != ("payment", "paid"):
            continue
        sale = packs[session["metadata"]["product"]]
        as_priced = (session["amount_total"], session["currency"]) == (sale.amount, sale.currency)
        yield sale.credits if as_priced else 0, session["amount_total"], session["payment_intent"]


def _invoices(world: World, customers: set[str], plans: Mapping[str, Sale]) -> Iterable[_Paid]:
    payments = {
        each["invoice"]: each["payment"]["payment_intent"]
        for each in world.table("invoice_payment").values()
        if each["status"] == "paid"
    }
    for invoice in world.table("invoice").values():
        if invoice["customer"] in customers and invoice["status"] == "paid":
            worth = sum((_worth(line, plans) for line in invoice["lines"]["data"]), Fraction(0))
            yield max(0, floor(worth)), invoice["amount_paid"], payments.get(invoice["id"], "")


def _worth(line: Mapping[str, Any], plans: Mapping[str, Sale]) -> Fraction:
    """A month's credits for a month's price, and a part of them for a part of it."""
    sale = plans[line["pricing"]["price_details"]["price"]]
    return Fraction(sale.credits * line["amount"], sale.amount)


def _gone(world: World, worth: int, amount: int, intent: str) -> int:
    """The credits whose money went back: refunds that did not fail, disputes that were not won."""
    if not amount or not intent:
        return 0
    refunds = [each for each in world.where("refund", payment_intent=intent) if each["status"] != "failed"]
    disputes = [
        each
        for each in world.where("dispute", payment_intent=intent)
        if each["status"] != "won" and not each["status"].startswith("warning")
    ]
    gone = min(amount, sum(int(each["amount"]) for each in (*refunds, *disputes)))
    return worth * gone // amount
