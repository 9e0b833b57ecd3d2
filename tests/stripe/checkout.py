"""Checkout Sessions, for payments and for subscriptions."""

from __future__ import annotations

from tests.stripe import payments
from tests.stripe.catalog import CURRENCIES, customer_create, line_prices, living_customer
from tests.stripe.form import Params, integer, metadata, truth
from tests.stripe.invoices import Line, invoice_charge, invoice_create
from tests.stripe.refusals import Refusal, invalid, required
from tests.stripe.subscriptions import subscription_begin
from tests.stripe.world import DAY, Object, World

SHORTEST, LONGEST = 30 * 60, DAY


def session_create(world: World, params: Params) -> Object:
    """`POST /v1/checkout/sessions`: a page where somebody can pay.

    Raises:
        Refusal: As Stripe refuses: no line items, recurring prices in a payment, too little, no customer by that id.
    """
    mode = params.get("mode") or ""
    if mode not in {"payment", "subscription"}:
        raise required("mode") if not mode else invalid(f"Invalid mode: {mode}", "mode")
    if not params.get("success_url"):
        raise required("success_url")
    prices = line_prices(world, params.get("line_items"))
    _fit(mode, prices)
    customer = living_customer(world, params["customer"]) if params.get("customer") else None
    if customer and params.get("customer_email"):
        raise invalid("You may only specify one of these parameters: customer, customer_email.", "customer_email")
    total = sum(price["unit_amount"] * quantity for price, quantity in prices)
    currency = prices[0][0]["currency"]
    if mode == "payment" and total < CURRENCIES[currency]:
        raise invalid("The Checkout Session's total amount due is too small.", "line_items", "amount_too_small")
    trial = integer(params.get("subscription_data", {}), "trial_period_days")
    made = world.add(
        "checkout.session",
        adaptive_pricing={"enabled": False},
        after_expiration=None,
        allow_promotion_codes=truth(params, "allow_promotion_codes") or None,
        amount_subtotal=total,
        amount_total=0 if trial else total,
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        billing_address_collection=None,
        cancel_url=params.get("cancel_url") or None,
        client_reference_id=params.get("client_reference_id") or None,
        client_secret=None,
        collected_information=None,
        consent=None,
        consent_collection=None,
        currency=currency,
        currency_conversion=None,
        custom_fields=[],
        custom_text={},
        customer=customer["id"] if customer else None,
        customer_creation="if_required" if mode == "payment" else "always",
        customer_details=None,
        customer_email=params.get("customer_email") or None,
        discounts=None,
        expires_at=_expires_at(world, params),
        invoice=None,
        invoice_creation=None,
        locale=params.get("locale"),
        metadata=metadata(params),
        mode=mode,
        payment_intent=None,
        payment_link=None,
        payment_method_collection="always" if mode == "subscription" else "if_required",
        payment_method_options={},
        payment_status="unpaid",
        permissions=None,
        phone_number_collection={"enabled": False},
        recovered_from=None,
        saved_payment_method_options=None,
        setup_intent=None,
        shipping_address_collection=None,
        shipping_cost=None,
        shipping_options=[],
        status="open",
        submit_type=None,
        subscription=None,
        success_url=params["success_url"],
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        ui_mode="hosted_page",
        wallet_options=None,
    )
    made["url"] = f"{world.base}/c/pay/{made['id']}"
    if mode == "payment":
        made["invoice_creation"] = {"enabled": truth(params.get("invoice_creation", {}), "enabled"), "invoice_data": {}}
        if params.get("customer_creation") == "always":
            made["customer_creation"] = "always"
    world.carts[made["id"]] = prices
    world.hidden[made["id"]] = params
    return made


def _fit(mode: str, prices: list[tuple[Object, int]]) -> None:
    recurring = [bool(price["recurring"]) for price, _ in prices]
    if mode == "payment" and any(recurring):
        raise invalid("You specified `payment` mode but passed a recurring price.", "line_items")
    if mode == "subscription" and not any(recurring):
        raise invalid("You must provide at least one recurring price in `subscription` mode.", "line_items")


def _expires_at(world: World, params: Params) -> int:
    at = integer(params, "expires_at", world.now + DAY)
    assert at is not None
    if not world.now + SHORTEST <= at <= world.now + LONGEST:
        raise invalid(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
            "expires_at",
        )
    return at


def session_lines(world: World, session: Object) -> Object:
    """The `line_items` of a session, which only come when asked for."""
    data = [
        {
            "id": f"li_{session['id'][-20:]}{number}",
            "object": "item",
            "adjustable_quantity": None,
            "amount_discount": 0,
            "amount_subtotal": price["unit_amount"] * quantity,
            "amount_tax": 0,
            "amount_total": price["unit_amount"] * quantity,
            "currency": price["currency"],
            "description": world.get("product", price["product"])["name"],
            "metadata": {},
            "price": price,
            "quantity": quantity,
        }
        for number, (price, quantity) in enumerate(world.carts[session["id"]])
    ]
    return {
        "object": "list",
        "data": data,
        "has_more": False,
        "url": f"/v1/checkout/sessions/{session['id']}/line_items",
    }


def session_expire(world: World, params: Params, name: str) -> Object:
    """`POST /v1/checkout/sessions/…/expire`.

    Raises:
        Refusal: It is not open any more.
    """
    session = world.get("checkout.session", name, "session")
    if session["status"] != "open":
        raise Refusal(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.',
            param="session",
        )
    session.update(status="expired", url=None)
    world.tell("checkout.session.expired", session)
    return session


def session_pay(world: World, session: Object, *, email: str | None = None, delayed: bool = False) -> Object:
    """Somebody pressed Pay, or chose a delayed way to pay; pressing twice pays once, and a bad card is declined.

    Raises:
        Refusal: It has expired.
    """
    if session["status"] == "complete":
        return session
    if session["status"] == "expired":
        raise Refusal("This Checkout Session has expired.")
    if world.cards.get(session["customer"] or ""):
        return session_decline(world, session)
    customer = _who_pays(world, session, email)
    if session["mode"] == "subscription":
        _subscribe(world, session, customer)
    else:
        _pay_once(world, session, customer, delayed=delayed)
    session.update(status="complete", url=None)
    world.tell("checkout.session.completed", session)
    return session


def _who_pays(world: World, session: Object, email: str | None) -> Object | None:
    """The customer, made where the session wants one."""
    email = email or session["customer_email"] or "somebody@example.org"
    known = world.table("customer").get(session["customer"] or "")
    if known is None and (session["mode"] == "subscription" or session["customer_creation"] == "always"):
        known = customer_create(world, {"email": email})
        session["customer"] = known["id"]
    if known is not None:
        email = known["email"] or email
    session["customer_details"] = {
        "address": {"city": None, "country": "DE", "line1": None, "line2": None, "postal_code": None, "state": None},
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": "Somebody",
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    return known


def _pay_once(world: World, session: Object, customer: Object | None, *, delayed: bool) -> None:
    intent = _intent(world, session)
    intent["customer"] = session["customer"]
    if delayed:
        payments.intent_process(world, intent)
        return
    _settled(world, session, intent, customer)


def _intent(world: World, session: Object) -> Object:
    """The session's payment intent, made by the first attempt to pay."""
    if session["payment_intent"]:
        return world.get("payment_intent", session["payment_intent"])
    wanted = world.hidden[session["id"]].get("payment_intent_data", {})
    made = payments.intent_create(
        world,
        amount=session["amount_total"],
        currency=session["currency"],
        customer=session["customer"],
        metadata=metadata(wanted),
    )
    made.update(description=wanted.get("description"), receipt_email=wanted.get("receipt_email"))
    session["payment_intent"] = made["id"]
    return made


def _settled(world: World, session: Object, intent: Object, customer: Object | None) -> None:
    payments.intent_succeed(world, intent, email=session["customer_details"]["email"])
    session["payment_status"] = "paid"
    if session["invoice_creation"]["enabled"] and customer is not None:
        lines = [
            Line(price, quantity, price["unit_amount"] * quantity, world.now, world.now)
            for price, quantity in world.carts[session["id"]]
        ]
        invoice = invoice_create(world, customer=customer, lines=lines, reason="manual")
        invoice_charge(world, invoice, intent=intent)
        session["invoice"] = invoice["id"]


def _subscribe(world: World, session: Object, customer: Object | None) -> None:
    assert customer is not None
    wanted = world.hidden[session["id"]].get("subscription_data", {})
    made = subscription_begin(
        world,
        customer=customer,
        prices=world.carts[session["id"]],
        meta=metadata(wanted),
        trial_days=integer(wanted, "trial_period_days"),
    )
    session.update(
        subscription=made["id"],
        invoice=made["latest_invoice"],
        payment_status="no_payment_required" if session["amount_total"] == 0 else "paid",
    )


def session_decline(world: World, session: Object) -> Object:
    """The card was declined: the session stays open, and its intent remembers why."""
    if session["status"] == "open" and session["mode"] == "payment":
        payments.intent_fail(world, _intent(world, session), email=session["customer_email"])
    return session


def session_settle(world: World, session: Object, *, paid: bool) -> Object:
    """A delayed payment arrived, or never will."""
    if session["status"] != "complete" or session["payment_status"] != "unpaid":
        return session
    intent = world.get("payment_intent", session["payment_intent"])
    if intent["status"] != "processing":
        return session
    if paid:
        _settled(world, session, intent, world.table("customer").get(session["customer"] or ""))
        world.tell("checkout.session.async_payment_succeeded", session)
    else:
        payments.intent_fail(world, intent, code="payment_intent_payment_attempt_failed")
        world.tell("checkout.session.async_payment_failed", session)
    return session
