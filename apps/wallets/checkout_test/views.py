"""The pages of the test checkout: pay, decline, cancel; the subscription; a receipt. Each for its owner alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.models import User
from apps.wallets.checkout import CheckoutRefused
from apps.wallets.checkout_test.checkout import unsigned, way_back
from apps.wallets.checkout_test.guard import allowed
from apps.wallets.checkout_test.purchases import purchase_of, purchase_pay
from apps.wallets.checkout_test.subscriptions import running_of, subscription_end
from apps.wallets.money import money
from apps.wallets.stripe.models import Payment, Provider, Purchase

_P = ParamSpec("_P")
_View = Callable[Concatenate[HttpRequest, _P], HttpResponse]


def test_checkout_only(view: _View[_P]) -> _View[_P]:
    """There is no such page where people really pay, nor where nothing is sold."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
        if not allowed():
            raise Http404
        return view(request, *args, **kwargs)

    return checked


@test_checkout_only
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def checkout_page(request: HttpRequest, signed: str) -> HttpResponse:
    """What is bought, and the ways it can go."""
    purchase = _purchase(request, signed)
    button = request.POST.get("button", "")
    if request.method == "GET":
        return render(request, "wallets/checkout_test/pay.html", _shown(purchase))
    if button == "cancel":
        return _own(purchase.cancel_url)
    if button != "pay":
        return _again(request, purchase, "The card was declined, as you asked. Nothing was bought.")
    try:
        purchase_pay(purchase, now=timezone.now())
    except CheckoutRefused as refused:
        return _again(request, purchase, str(refused))
    return _own(purchase.success_url.replace("{CHECKOUT_SESSION_ID}", purchase.session or ""))


@test_checkout_only
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def portal_page(request: HttpRequest, back: str) -> HttpResponse:
    """The subscription: cancel it at the end of the month, or take that back."""
    try:
        url = way_back(back)
    except signing.BadSignature:
        raise Http404 from None
    subscription = running_of(cast(User, request.user))
    if request.method == "POST":
        if subscription is not None and request.POST.get("button") in {"end", "keep"}:
            subscription_end(subscription, ends=request.POST["button"] == "end")
            messages.success(request, "Done. No money moved, as always here.")
        return redirect("test-checkout-portal", back)
    context: dict[str, Any] = {"subscription": subscription, "back": _path(url)}
    if subscription is not None and subscription.terms is not None:
        context["price"] = money(subscription.terms.amount_minor, subscription.terms.currency)
    return render(request, "wallets/checkout_test/portal.html", context)


@test_checkout_only
@login_required
@never_cache
@require_GET
def receipt_page(request: HttpRequest, source: str) -> HttpResponse:
    """A receipt, which says of itself that it is none."""
    payment = get_object_or_404(Payment, user=cast(User, request.user), provider=Provider.TEST, source=source)
    context = {"payment": payment, "price": money(payment.amount_minor, payment.currency)}
    return render(request, "wallets/checkout_test/receipt.html", context)


def _purchase(request: HttpRequest, signed: str) -> Purchase:
    try:
        found = purchase_of(user=cast(User, request.user), name=unsigned(signed))
    except signing.BadSignature:
        raise Http404 from None
    if found is None:
        raise Http404
    return found


def _shown(purchase: Purchase) -> dict[str, Any]:
    title = purchase.pack.title if purchase.pack else purchase.terms.plan.title if purchase.terms else ""
    return {
        "purchase": purchase,
        "title": title,
        "monthly": purchase.terms is not None,
        "price": money(purchase.amount_minor, purchase.currency),
        "open": purchase.status == Purchase.Status.OPEN and timezone.now() < purchase.expires_at,
        "paid": purchase.status == Purchase.Status.PAID,
        "success_url": _path(purchase.success_url),
        "cancel_url": _path(purchase.cancel_url),
    }


def _again(request: HttpRequest, purchase: Purchase, note: str) -> HttpResponse:
    purchase.refresh_from_db()
    return render(request, "wallets/checkout_test/pay.html", {**_shown(purchase), "note": note}, status=422)


def _own(url: str) -> HttpResponse:
    return HttpResponseRedirect(_path(url))


def _path(url: str) -> str:
    """Without our own origin: whoever came by another of our names stays there, and stays logged in."""
    return url.removeprefix(settings.SITE_URL) or "/"
