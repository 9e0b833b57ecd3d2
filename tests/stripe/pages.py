"""The pages that a person sees at Stripe, as plain as can be: checkout, portal, receipt."""

from __future__ import annotations

import html
from dataclasses import dataclass
from urllib.parse import parse_qsl

from tests.stripe.checkout import session_decline, session_pay
from tests.stripe.plan_changes import subscription_update
from tests.stripe.portal import living_subscriptions
from tests.stripe.subscriptions import current_period_end, subscription_cancel
from tests.stripe.world import Object, World

_HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'


@dataclass(frozen=True, slots=True)
class Shown:
    """A page, or where to go instead."""

    html: str = ""
    location: str = ""


def _page(title: str, *parts: str) -> Shown:
    return Shown(
        f"{_HEAD}<title>{html.escape(title)}</title><main><h1>{html.escape(title)}</h1>{''.join(parts)}</main>"
    )


def _button(action: str, label: str, *, field: str = "") -> str:
    return f'<form method="post" action="{action}">{field}<button>{html.escape(label)}</button></form>'


def money(amount: int, currency: str) -> str:
    """As Stripe's pages write it."""
    return f"{amount / 100:.2f} {currency.upper()}"


def checkout_page(world: World, session: Object, *, note: str = "") -> Shown:
    """What is bought, what it costs, and the ways it can go."""
    if session["status"] == "expired":
        return _page("This page has expired")
    if session["status"] == "complete":
        return _page("You're all done here")
    lines = "".join(
        f"<li>{html.escape(world.get('product', price['product'])['name'])} × {quantity}</li>"
        for price, quantity in world.carts[session["id"]]
    )
    verb = "Subscribe" if session["mode"] == "subscription" else "Pay"
    email = html.escape(
        (world.table("customer").get(session["customer"] or "") or {}).get("email") or session["customer_email"] or ""
    )
    field = f'<label>Email <input name="email" type="email" value="{email}"></label> '
    here = f"/c/pay/{session['id']}"
    parts = [
        f"<p role='alert'>{html.escape(note)}</p>" if note else "",
        f"<ul>{lines}</ul><p>{money(session['amount_total'], session['currency'])}</p>",
        _button(f"{here}/pay", verb, field=field),
        _button(f"{here}/fail", "Fail"),
        _button(f"{here}/later", "Pay later by bank") if session["mode"] == "payment" else "",
        _button(f"{here}/cancel", "Cancel"),
    ]
    return _page("Checkout", *parts)


def checkout_press(world: World, session: Object, button: str, form: str) -> Shown:
    """A button on the checkout page."""
    if button == "cancel":
        return Shown(location=session["cancel_url"] or "about:blank")
    if session["status"] != "open":
        return checkout_page(world, session)
    email = dict(parse_qsl(form)).get("email") or None
    if button == "fail":
        session_decline(world, session)
    else:
        session_pay(world, session, email=email, delayed=button == "later")
    if session["status"] != "complete":
        return checkout_page(world, session, note="Your card was declined.")
    return Shown(location=session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))


def portal_page(world: World, portal: Object) -> Shown:
    """The subscriptions of a customer."""
    here = f"/p/session/{portal['id']}"
    parts = []
    for each in living_subscriptions(world, portal["customer"]):
        price = each["items"]["data"][0]["price"]
        name = html.escape(world.get("product", price["product"])["name"])
        parts.append(f"<h2>{name}</h2><p>{money(price['unit_amount'], price['currency'])}, {each['status']}</p>")
        if each["cancel_at"]:
            parts.append(f"<p>Ends at {each['cancel_at']}</p>" + _button(f"{here}/resume/{each['id']}", "Don't cancel"))
        else:
            parts.append(_button(f"{here}/cancel/{each['id']}", "Cancel subscription"))
    back = html.escape(portal["return_url"] or "about:blank")
    return _page("Billing", *parts, f'<a href="{back}">Return to Refrain</a>')


def portal_press(world: World, portal: Object, button: str, subscription: str) -> Shown:
    """A button in the portal; only the customer's own subscriptions are there."""
    if any(each["id"] == subscription for each in living_subscriptions(world, portal["customer"])):
        if button == "end":
            subscription_cancel(world, {}, subscription)
        elif button in {"cancel", "resume"}:
            # the portal sets a time, not the flag, on subscriptions with flexible billing
            end = current_period_end(world.get("subscription", subscription))
            subscription_update(world, {"cancel_at": str(end) if button == "cancel" else ""}, subscription)
    return Shown(location=f"/p/session/{portal['id']}")


def receipt_page(world: World, charge: Object) -> Shown:
    """A receipt."""
    return _page(
        "Receipt", f"<p>{money(charge['amount'], charge['currency'])}, refunded {charge['amount_refunded']}</p>"
    )
