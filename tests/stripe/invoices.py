"""Invoices: made, finalized, paid or not, and which payment paid them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.stripe import payments
from tests.stripe.form import Params
from tests.stripe.refusals import Refusal
from tests.stripe.world import DAY, Object, World

RETRY_AFTER = 3 * DAY


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of an invoice is for."""

    price: Object
    quantity: int
    amount: int
    start: int
    end: int
    item: str | None = None
    proration: bool = False


def invoice_create(
    world: World, *, customer: Object, lines: list[Line], reason: str, subscription: Object | None = None
) -> Object:
    """A finalized invoice, open, with the customer's credit taken off; nothing to pay makes it paid at once."""
    total = sum(line.amount for line in lines)
    start = customer["balance"]
    due = max(0, total + start)
    number = customer["next_invoice_sequence"]
    made = world.add(
        "invoice",
        account_country="DE",
        account_name="Refrain",
        amount_due=due,
        amount_overpaid=0,
        amount_paid=0,
        amount_remaining=due,
        amount_shipping=0,
        application=None,
        attempt_count=0,
        attempted=False,
        auto_advance=True,
        automatic_tax={"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None},
        billing_reason=reason,
        collection_method="charge_automatically",
        currency=lines[0].price["currency"],
        customer=customer["id"],
        customer_email=customer["email"],
        customer_name=customer["name"],
        default_payment_method=None,
        description=None,
        discounts=[],
        due_date=None,
        effective_at=world.now,
        ending_balance=total + start - due,
        footer=None,
        lines={},
        metadata={},
        next_payment_attempt=None,
        number=f"{customer['invoice_prefix']}-{number:04d}",
        parent=_parent(subscription),
        period_start=min(line.start for line in lines),
        period_end=max(line.end for line in lines),
        receipt_number=None,
        starting_balance=start,
        status="open",
        status_transitions={
            "finalized_at": world.now,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        subtotal=total,
        total=total,
        webhooks_delivered_at=None,
    )
    made["lines"] = _lines(world, made, lines, subscription)
    made["hosted_invoice_url"] = f"{world.base}/invoices/{made['id']}"
    made["invoice_pdf"] = f"{made['hosted_invoice_url']}/pdf"
    customer.update(balance=made["ending_balance"], next_invoice_sequence=number + 1)
    world.tell("invoice.created", {**made, "status": "draft"})
    world.tell("invoice.finalized", made)
    if due == 0:
        _paid(world, made)
    return made


def _parent(subscription: Object | None) -> Object | None:
    if subscription is None:
        return None
    details = {
        "metadata": dict(subscription["metadata"]),
        "pause_collection": None,
        "subscription": subscription["id"],
    }
    return {"quote_details": None, "subscription_details": details, "type": "subscription_details"}


def _lines(world: World, invoice: Object, lines: list[Line], subscription: Object | None) -> Object:
    data = [_line(world, invoice, line, subscription) for line in lines]
    return {
        "object": "list",
        "data": data,
        "has_more": False,
        "total_count": len(data),
        "url": f"/v1/invoices/{invoice['id']}/lines",
    }


def _line(world: World, invoice: Object, line: Line, subscription: Object | None) -> Object:
    parent = None
    if subscription is not None:
        details = {
            "invoice_item": world.new_id("invoiceitem") if line.proration else None,
            "proration": line.proration,
            "proration_details": {"credited_items": None},
            "subscription": subscription["id"],
            "subscription_item": line.item,
        }
        parent = {
            "invoice_item_details": None,
            "subscription_item_details": details,
            "type": "subscription_item_details",
        }
    return {
        "id": world.new_id("line_item"),
        "object": "line_item",
        "amount": line.amount,
        "currency": line.price["currency"],
        "description": None,
        "discount_amounts": [],
        "discountable": not line.proration,
        "discounts": [],
        "invoice": invoice["id"],
        "livemode": False,
        "metadata": dict(subscription["metadata"]) if subscription else {},
        "parent": parent,
        "period": {"start": line.start, "end": line.end},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": line.price["id"], "product": line.price["product"]},
            "type": "price_details",
            "unit_amount_decimal": line.price["unit_amount_decimal"],
        },
        "quantity": line.quantity,
        "subscription": subscription["id"] if subscription else None,
        "subtotal": line.amount,
        "taxes": [],
    }


def invoice_charge(world: World, invoice: Object, *, intent: Object | None = None) -> bool:
    """Try to collect an open invoice from the customer's card; returns whether it is paid now."""
    if invoice["status"] not in {"open", "uncollectible"}:
        return bool(invoice["status"] == "paid")
    payment = _payment(world, invoice, intent)
    own = world.get("payment_intent", payment["payment"]["payment_intent"])
    declined = world.cards.get(invoice["customer"])
    invoice.update(attempted=True, attempt_count=invoice["attempt_count"] + 1)
    if declined:
        payments.intent_fail(world, own, code=declined, email=invoice["customer_email"])
        invoice["next_payment_attempt"] = world.now + RETRY_AFTER if invoice["auto_advance"] else None
        world.tell("invoice.payment_failed", invoice)
        return False
    if own["status"] != "succeeded":
        payments.intent_succeed(world, own, email=invoice["customer_email"])
    payment.update(status="paid", amount_paid=invoice["amount_due"])
    payment["status_transitions"] = {"canceled_at": None, "paid_at": world.now}
    world.tell("invoice_payment.paid", payment)
    _paid(world, invoice)
    return True


def _payment(world: World, invoice: Object, intent: Object | None) -> Object:
    """The invoice's payment, made with its intent by the first attempt."""
    for each in world.where("invoice_payment", invoice=invoice["id"], status="open"):
        return each
    intent = intent or payments.intent_create(
        world, amount=invoice["amount_due"], currency=invoice["currency"], customer=invoice["customer"]
    )
    return world.add(
        "invoice_payment",
        amount_paid=None,
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"payment_intent": intent["id"], "type": "payment_intent"},
        status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )


def _paid(world: World, invoice: Object) -> None:
    invoice.update(
        status="paid",
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
        attempted=True,
        auto_advance=False,
        next_payment_attempt=None,
        status_transitions={**invoice["status_transitions"], "paid_at": world.now},
    )
    world.tell("invoice.paid", invoice)
    world.tell("invoice.payment_succeeded", invoice)


def invoice_pay(world: World, params: Params, name: str) -> Object:
    """`POST /v1/invoices/…/pay`: try again, now."""
    invoice = world.get("invoice", name, "invoice")
    if invoice["status"] == "paid":
        raise Refusal("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] == "void":
        raise Refusal("Invoice is void", code="invoice_not_editable")
    if not invoice_charge(world, invoice):
        raise Refusal("Your card was declined.", status=402, kind="card_error", code="card_declined")
    return invoice


def invoice_void(world: World, params: Params, name: str) -> Object:
    """`POST /v1/invoices/…/void`: as if it had never been asked for."""
    invoice = world.get("invoice", name, "invoice")
    if invoice["status"] not in {"open", "uncollectible"}:
        raise Refusal("You can only void open or uncollectible invoices.", code="invoice_not_editable")
    invoice.update(
        status="void",
        auto_advance=False,
        next_payment_attempt=None,
        status_transitions={**invoice["status_transitions"], "voided_at": world.now},
    )
    world.tell("invoice.voided", invoice)
    return invoice


def invoice_give_up(world: World, invoice: Object) -> None:
    """The last attempt has failed: nobody asks for it any more."""
    if invoice["status"] == "open":
        invoice.update(
            status="uncollectible",
            auto_advance=False,
            next_payment_attempt=None,
            status_transitions={**invoice["status_transitions"], "marked_uncollectible_at": world.now},
        )
        world.tell("invoice.marked_uncollectible", invoice)
