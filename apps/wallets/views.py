"""The wallet's pages: what is there, what became of it, what can be bought, and how a purchase went."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.members import members_only
from apps.accounts.models import User
from apps.wallets.checkout import Checkout, CheckoutRefused, checkout
from apps.wallets.history_words import lines_in_words
from apps.wallets.holdings import balance_of, holds_of, lots_of
from apps.wallets.money import money
from apps.wallets.presentation import lots_in_words, plan_line, purchase_in_words
from apps.wallets.prices.selectors import terms_of
from apps.wallets.selectors import history
from apps.wallets.shop import cheapest_price, pack_cards, plan_cards, price_lines, product_of, songs_in, songs_mean

QUICK, QUICK_PAUSE = 20, 2
"""How often a page asks soon whether a payment has come, and the seconds between."""
SLOW, SLOW_PAUSE = 60, 10
HURRY_EVERY = 5
"""How often such a page has the payment service asked, in times that it asks itself."""
MANAGED = "managed"
"""Says in an address that its reader comes from where subscriptions are managed, and how often it was asked since."""


def page_of(request: HttpRequest) -> str:
    """The page that a part or an action belongs to."""
    return resolve_url("wallet")


@login_required
@never_cache
@require_GET
def wallet(request: HttpRequest) -> HttpResponse:
    """What is there, what is held, what goes when, and the history; a bad place in it starts from the top."""
    user, now = _user(request), timezone.now()
    found = history(user, before=_line_number(request.GET.get("before", "")))
    older = f"{request.path}?{urlencode({'before': found.next_before})}" if found.next_before else ""
    context: dict[str, Any] = {"lines": lines_in_words(found.lines), "older": older}
    if request.headers.get("HX-Target") == "older":
        return render(request, "wallets/_lines.html", context)
    way = checkout()
    mine = balance_of(user, now=now)
    context |= {
        "balance": mine,
        "buys": songs_in(mine.available, cheapest_price()),
        "holds": holds_of(user) if mine.held else [],
        "lots": lots_in_words(lots_of(user, now=now), now=now),
        **_plan_context(request, way),
    }
    return render(request, "wallets/wallet.html", context)


@members_only(page_of)
@never_cache
@require_GET
def plan(request: HttpRequest) -> HttpResponse:
    """The wallet's line about the plan, for who was just where it is changed: what they did is told to us later."""
    return render(request, "wallets/_plan_line.html", _plan_context(request, checkout()))


@members_only(page_of)
@never_cache
@require_GET
def balance(request: HttpRequest) -> HttpResponse:
    """What the frame shows, as it is now."""
    return render(request, "components/balance.html")


@login_required
@never_cache
@require_GET
def shop(request: HttpRequest) -> HttpResponse:
    """Plans and packs."""
    user, way = _user(request), checkout()
    subscription = way.subscription_of(user) if way else None
    context: dict[str, Any] = {
        "plans": plan_cards(user, subscription, selling=way is not None),
        "packs": pack_cards() if way else [],
        "selling": way is not None,
        "real": bool(way and way.real),
        "seen": _newest(way, user),
        "songs_mean": songs_mean(cheapest_price()),
        "back": _back(request),
        "cancelled": "cancelled" in request.GET,
    }
    return render(request, "wallets/credits.html", context)


@login_required
@require_GET
def prices(request: HttpRequest) -> HttpResponse:
    """What a minute of music costs with each engine."""
    return render(request, "wallets/prices.html", {"prices": price_lines(), "songs_mean": songs_mean(cheapest_price())})


@login_required
@never_cache
@require_GET
def receipts(request: HttpRequest) -> HttpResponse:
    """Everything that was paid for."""
    way = checkout()
    found = way.receipts_of(_user(request)) if way else ()
    rows = [
        {
            "receipt": receipt,
            "price": money(receipt.amount_minor, receipt.currency),
            "refunded": money(receipt.refunded_minor, receipt.currency) if receipt.refunded_minor else "",
        }
        for receipt in found
    ]
    return render(request, "wallets/receipts.html", {"rows": rows, "real": bool(way and way.real)})


@members_only(page_of)
@require_POST
def buy(request: HttpRequest) -> HttpResponse:
    """Go and pay. A form drawn before the latest purchase is asked again, so that nobody buys twice by accident."""
    user, way, back = _user(request), checkout(), _back(request)
    offers = f"{reverse('wallet-credits')}{_query(next=back)}"
    product = product_of(request.POST.get("product", ""))
    if way is None or product is None:
        messages.error(request, "This is not for sale any more. Have a look at what is offered now.")
        return _go(request, offers)
    seen = request.POST.get("seen", "")
    if _newest(way, user) != seen:
        messages.error(request, "You bought something since this page was opened. Press again if you want more.")
        return _go(request, offers)
    done = f"{settings.SITE_URL}{reverse('wallet-bought')}{_query(seen=seen, next=back)}"
    cancelled = f"{settings.SITE_URL}{reverse('wallet-credits')}{_query(cancelled='1', next=back)}"
    try:
        url = way.checkout_start(user=user, product=product, now=timezone.now(), success_url=done, cancel_url=cancelled)
    except CheckoutRefused as refused:
        messages.error(request, str(refused))
        return _go(request, offers)
    return _go(request, url)


@login_required
@never_cache
@require_GET
def bought(request: HttpRequest) -> HttpResponse:
    """How a purchase went; the page asks again until the credits are there."""
    user, way, back, seen = _user(request), checkout(), _back(request), request.GET.get("seen", "")
    if way is None:
        return redirect("wallet")
    asked = request.GET.get("asked", "0")
    times = int(asked) if asked.isdecimal() and len(asked) < 4 else SLOW
    if times % HURRY_EVERY == 0:
        way.hurry(user=user)
    newest = next(iter(way.receipts_of(user, limit=1)), None)
    paid = newest if newest is not None and newest.id != seen else None
    purchase = purchase_in_words(paid, balance_of(user, now=timezone.now()), late=times >= QUICK)
    waits = purchase.state != "done" and times < SLOW
    context = {
        "purchase": purchase,
        "back": back,
        "again": f"{request.path}{_query(seen=seen, asked=str(times + 1), next=back)}" if waits else "",
        "pause": SLOW_PAUSE if times >= QUICK else QUICK_PAUSE,
    }
    part = bool(request.headers.get("HX-Request")) and not request.headers.get("HX-Boosted")
    answer = render(request, "wallets/_bought.html" if part else "wallets/bought.html", context)
    if part and purchase.state == "done":
        answer["HX-Trigger"] = "credits-changed"
    return answer


@members_only(page_of)
@require_POST
def manage(request: HttpRequest) -> HttpResponse:
    """Go where the subscription and how it is paid are managed."""
    way = checkout()
    if way is None:
        return _go(request, reverse("wallet"))
    home = f"{settings.SITE_URL}{reverse('wallet')}{_query(**{MANAGED: '0'})}"
    try:
        return _go(request, way.portal_url(user=_user(request), return_url=home, now=timezone.now()))
    except CheckoutRefused as refused:
        messages.error(request, str(refused))
        return _go(request, reverse("wallet"))


def _plan_context(request: HttpRequest, way: Checkout | None) -> dict[str, Any]:
    user = _user(request)
    subscription = way.subscription_of(user) if way else None
    times = request.GET.get(MANAGED, "")
    asks = times.isdecimal() and len(times) < 4 and int(times) < QUICK
    return {
        "plan": plan_line(user, terms_of(user.plan), subscription, now=timezone.now()),
        "selling": way is not None,
        "receipts": bool(_newest(way, user)),
        "again": f"{reverse('wallet-plan')}{_query(**{MANAGED: str(int(times) + 1)})}" if asks else "",
        "pause": QUICK_PAUSE,
    }


def _go(request: HttpRequest, url: str) -> HttpResponse:
    """Send the whole browser on, out of the site's frame."""
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(url)
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = url
    return answer


def _line_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _newest(way: Checkout | None, user: User) -> str:
    """The id of the user's latest purchase; empty when there is none."""
    return next((receipt.id for receipt in way.receipts_of(user, limit=1)), "") if way else ""


def _back(request: HttpRequest) -> str:
    """Where the person came from to buy, when that is a page of ours."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    return asked if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""


def _query(**parameters: str) -> str:
    given = {name: value for name, value in parameters.items() if value}
    return f"?{urlencode(given)}" if given else ""


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
