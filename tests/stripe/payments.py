"""Money: payment intents, charges, refunds and disputes."""

from __future__ import annotations

from tests.stripe.form import Params, integer, metadata
from tests.stripe.refusals import Refusal, invalid, required
from tests.stripe.world import DAY, Object, World

REASONS = {"duplicate", "fraudulent", "requested_by_customer"}


def intent_create(world: World, *, amount: int, currency: str, customer: str | None, **more: object) -> Object:
    """A payment intent that waits for a way to pay."""
    made = world.add(
        "payment_intent",
        amount=amount,
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        automatic_payment_methods=None,
        canceled_at=None,
        cancellation_reason=None,
        capture_method="automatic_async",
        confirmation_method="automatic",
        currency=currency,
        customer=customer,
        description=None,
        last_payment_error=None,
        latest_charge=None,
        next_action=None,
        payment_method=None,
        payment_method_options={},
        payment_method_types=["card"],
        processing=None,
        receipt_email=None,
        review=None,
        setup_future_usage=None,
        shipping=None,
        statement_descriptor=None,
        statement_descriptor_suffix=None,
        status="requires_payment_method",
        transfer_data=None,
        transfer_group=None,
        **more,
    )
    made["client_secret"] = f"{made['id']}_secret_{made['id'][-12:]}"
    world.tell("payment_intent.created", made)
    return made


def intent_process(world: World, intent: Object) -> None:
    """A delayed way to pay was chosen: the money is on its way."""
    world.change(intent, status="processing")
    world.tell("payment_intent.processing", intent)


def intent_succeed(world: World, intent: Object, *, email: str | None = None) -> Object:
    """The money is there; returns the charge."""
    charge = _charge(world, intent, email=email, paid=True)
    charge["balance_transaction"] = _moved(world, intent["amount"], intent["currency"], "charge", charge["id"])["id"]
    world.change(
        intent,
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        payment_method=charge["payment_method"],
        last_payment_error=None,
    )
    world.tell("charge.succeeded", charge)
    world.tell("payment_intent.succeeded", intent)
    return charge


def intent_fail(world: World, intent: Object, *, code: str = "card_declined", email: str | None = None) -> Object:
    """The attempt to pay was declined; returns the charge that failed."""
    charge = _charge(world, intent, email=email, paid=False)
    error = {
        "type": "card_error",
        "code": code,
        "decline_code": "generic_decline",
        "message": "Your card was declined.",
    }
    charge.update(failure_code=code, failure_message=error["message"])
    world.change(intent, status="requires_payment_method", latest_charge=charge["id"], last_payment_error=error)
    world.tell("charge.failed", charge)
    world.tell("payment_intent.payment_failed", intent)
    return charge


def _charge(world: World, intent: Object, *, email: str | None, paid: bool) -> Object:
    amount = intent["amount"]
    made = world.add(
        "charge",
        amount=amount,
        amount_captured=amount if paid else 0,
        amount_refunded=0,
        application=None,
        application_fee=None,
        application_fee_amount=None,
        balance_transaction=None,
        billing_details={"address": None, "email": email, "name": None, "phone": None, "tax_id": None},
        calculated_statement_descriptor="REFRAIN",
        captured=paid,
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        fraud_details={},
        metadata=dict(intent["metadata"]),
        outcome={"network_status": "approved_by_network" if paid else "declined_by_network", "type": "authorized"},
        paid=paid,
        payment_intent=intent["id"],
        payment_method=world.new_id("payment_method"),
        payment_method_details={"type": "card", "card": {"brand": "visa", "last4": "4242", "country": "DE"}},
        receipt_email=intent["receipt_email"],
        receipt_number=None,
        refunded=False,
        review=None,
        shipping=None,
        source_transfer=None,
        statement_descriptor=None,
        statement_descriptor_suffix=None,
        status="succeeded" if paid else "failed",
        transfer_data=None,
        transfer_group=None,
    )
    made["receipt_url"] = f"{world.base}/receipts/{made['id']}" if paid else None
    return made


def _moved(world: World, amount: int, currency: str, kind: str, source: str) -> Object:
    """A line in the account's balance."""
    return world.add(
        "balance_transaction",
        amount=amount,
        available_on=world.now + 2 * DAY,
        currency=currency,
        description=None,
        exchange_rate=None,
        fee=0,
        fee_details=[],
        net=amount,
        reporting_category=kind,
        source=source,
        status="pending",
        type=kind,
    )


def refund_create(world: World, params: Params) -> Object:
    """Money back, all that is left or a part.

    Raises:
        Refusal: Nothing paid, nothing left, more than is left, or the bank is asking for it already.
    """
    charge = _charge_to_refund(world, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["disputed"] and any(each["status"] != "won" for each in world.where("dispute", charge=charge["id"])):
        raise Refusal(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if left <= 0:
        raise Refusal(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    amount = integer(params, "amount", left)
    assert amount is not None
    if amount < 1:
        raise invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
    if amount > left:
        raise Refusal(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount")
    if params.get("reason") not in REASONS | {None}:
        raise invalid("Invalid reason", "reason")
    made = world.add(
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details={"type": "card", "card": {"type": "refund"}},
        metadata=metadata(params),
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        receipt_number=None,
        source_transfer_reversal=None,
        status="succeeded",
        transfer_reversal=None,
    )
    made["balance_transaction"] = _moved(world, -amount, charge["currency"], "refund", made["id"])["id"]
    _refunded(world, charge, amount)
    world.tell("refund.created", made)
    return made


def _charge_to_refund(world: World, params: Params) -> Object:
    if "charge" in params:
        charge = world.get("charge", params["charge"], "charge")
    elif "payment_intent" in params:
        intent = world.get("payment_intent", params["payment_intent"], "payment_intent")
        if intent["status"] != "succeeded":
            raise Refusal(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
        charge = world.get("charge", intent["latest_charge"])
    else:
        raise required("payment_intent")
    if not charge["paid"]:
        raise Refusal(f"Charge {charge['id']} has not been paid.")
    return charge


def _refunded(world: World, charge: Object, by: int) -> None:
    """The charge says how much of it went back in all; the event tells what it said before."""
    total = charge["amount_refunded"] + by
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge.update(amount_refunded=total, refunded=total >= charge["amount"])
    world.tell("charge.refunded" if by > 0 else "charge.updated", charge, before)


def refund_fail(world: World, refund: Object) -> None:
    """The bank sent the refund back: the charge counts as less refunded."""
    if refund["status"] == "failed":
        return
    charge = world.get("charge", refund["charge"])
    back = _moved(world, refund["amount"], refund["currency"], "refund_failure", refund["id"])
    before = {"status": refund["status"]}
    refund.update(status="failed", failure_reason="lost_or_stolen_card", failure_balance_transaction=back["id"])
    _refunded(world, charge, -refund["amount"])
    world.tell("refund.updated", refund, before)
    world.tell("charge.refund.updated", refund, before)
    world.tell("refund.failed", refund)


def dispute_open(world: World, charge: Object, *, amount: int | None = None, inquiry: bool = False) -> Object:
    """The bank asks for money back; unless it only inquires, the money is gone until the dispute is won."""
    made = world.add(
        "dispute",
        amount=amount if amount is not None else charge["amount"] - charge["amount_refunded"],
        balance_transactions=[],
        charge=charge["id"],
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={},
        evidence_details={
            "due_by": world.now + 7 * DAY,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=inquiry,
        payment_intent=charge["payment_intent"],
        payment_method_details={"type": "card", "card": {"brand": "visa", "case_type": "chargeback"}},
        reason="fraudulent",
        status="warning_needs_response" if inquiry else "needs_response",
    )
    if not inquiry:
        charge["disputed"] = True
        _dispute_moved(world, made, -made["amount"])
    world.tell("charge.dispute.created", made)
    if not inquiry:
        world.tell("charge.dispute.funds_withdrawn", made)
    return made


def _dispute_moved(world: World, dispute: Object, amount: int) -> None:
    line = _moved(world, amount, dispute["currency"], "adjustment", dispute["id"])
    dispute["balance_transactions"] = [*dispute["balance_transactions"], dict(line)]


def dispute_close(world: World, dispute: Object, *, won: bool) -> None:
    """The bank has decided; won money comes back."""
    if dispute["status"] in {"won", "lost", "warning_closed"}:
        return
    inquiry = dispute["status"].startswith("warning")
    before = {"status": dispute["status"]}
    dispute["status"] = "warning_closed" if inquiry else "won" if won else "lost"
    if won and not inquiry:
        _dispute_moved(world, dispute, dispute["amount"])
        world.tell("charge.dispute.funds_reinstated", dispute)
    world.tell("charge.dispute.closed", dispute, before)


def dispute_escalate(world: World, dispute: Object) -> None:
    """An inquiry became a chargeback: now the money is withdrawn."""
    if not dispute["status"].startswith("warning_needs"):
        return
    before = {"status": dispute["status"]}
    world.get("charge", dispute["charge"])["disputed"] = True
    dispute.update(status="needs_response", is_charge_refundable=False)
    _dispute_moved(world, dispute, -dispute["amount"])
    world.tell("charge.dispute.updated", dispute, before)
    world.tell("charge.dispute.funds_withdrawn", dispute)
