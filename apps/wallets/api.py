"""The API of the wallet: what is there, what happened, what can be bought, and where to pay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, Throttled, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.idempotency import idempotent_outside
from apps.accounts.models import Plan, User
from apps.common.paging import PARAMETERS, envelope, limit_of, page_of, text_of
from apps.common.problems import Unavailable
from apps.wallets.checkout import (
    AlreadySubscribed,
    Checkout,
    CheckoutRefused,
    CheckoutUnavailable,
    NotForSale,
    NothingToManage,
    TooManyCheckouts,
    checkout,
)
from apps.wallets.monthly.selectors import monthly_due
from apps.wallets.prices.models import Pack, PlanTerms
from apps.wallets.prices.selectors import packs_on_sale, plans_on_offer
from apps.wallets.selectors import HistoryLine, history, wallet_of
from apps.wallets.serializers import (
    AddressSerializer,
    OfferedPackSerializer,
    OfferedPlanSerializer,
    ProductSerializer,
    TransferSerializer,
    WalletSerializer,
)
from apps.wallets.shop import product_of

_REFUSED = OpenApiResponse(description="Nothing was begun; `type` and `detail` say why.")
_CODES: dict[type[CheckoutRefused], str] = {
    AlreadySubscribed: "already-subscribed",
    NotForSale: "not-for-sale",
    NothingToManage: "nothing-to-manage",
}
_PAGE = page_of("TransferPage", TransferSerializer)


class CannotPay(APIException):
    """Why nothing can be bought now."""

    status_code = status.HTTP_409_CONFLICT

    def __init__(self, code: str, detail: str) -> None:
        self.default_code = code
        super().__init__(detail)


class WalletDetail(APIView):
    """One's own wallet."""

    @extend_schema(operation_id="wallet", responses=WalletSerializer)
    def get(self, request: Request) -> Response:
        """What you have, what is held for your jobs, what you owe, and what expires when."""
        user, now = _user(request), timezone.now()
        wallet = wallet_of(user, now=now)
        found = {
            "available": wallet.available,
            "held": wallet.held,
            "owed": wallet.owed,
            "due": monthly_due(user, now=now),
            "lots": wallet.lots,
        }
        return Response(WalletSerializer(found).data)


class Transfers(APIView):
    """What happened in the wallet."""

    @extend_schema(operation_id="wallet_transfers", parameters=[*PARAMETERS], responses=_PAGE)
    def get(self, request: Request) -> Response:
        """Every grant, hold, charge, release and expiry, newest first."""
        before = text_of(request, "cursor", 20)
        if before and not (before.isascii() and before.isdecimal() and len(before) < 19):
            raise ValidationError({"cursor": ["This is no cursor of this list."]})
        page = history(_user(request), before=int(before) if before else None, limit=limit_of(request))
        lines = TransferSerializer([_line(line) for line in page.lines], many=True).data
        return Response(envelope(request, lines, str(page.next_before or "")))


class Packs(APIView):
    """Credits to buy."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="wallet_packs", responses=OfferedPackSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Packs of credits on sale, smallest first. They never expire and are spent last."""
        return Response(OfferedPackSerializer([_pack(pack) for pack in packs_on_sale()], many=True).data)


class Plans(APIView):
    """Plans to choose from."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="wallet_plans", responses=OfferedPlanSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every plan, what it gives and what it costs a month, cheapest first."""
        return Response(OfferedPlanSerializer([_plan(terms) for terms in plans_on_offer()], many=True).data)


class CheckoutStart(APIView):
    """Where to pay."""

    @extend_schema(
        operation_id="wallet_checkout",
        request=ProductSerializer,
        responses={201: AddressSerializer, 409: _REFUSED, 429: _REFUSED, 503: _REFUSED},
    )
    @idempotent_outside
    def post(self, request: Request) -> Response:
        """Begin to buy: open `url` in a browser. Credits come when it is paid. Honours Idempotency-Key."""
        asked = ProductSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        product = _product(asked.validated_data["product"])
        with _problems():
            url = _way_to_pay().checkout_start(
                user=_user(request),
                product=product,
                now=timezone.now(),
                success_url=_page("wallet-bought"),
                cancel_url=_page("wallet"),
            )
        return Response(_address(url), status=status.HTTP_201_CREATED)


class Portal(APIView):
    """Where to manage a subscription."""

    throttle_scope = "checkout"

    @extend_schema(
        operation_id="wallet_portal",
        request=None,
        responses={200: AddressSerializer, 409: _REFUSED, 429: _REFUSED, 503: _REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Change or end the subscription and how it is paid: open `url` in a browser; it works for minutes only."""
        with _problems():
            url = _way_to_pay().portal_url(user=_user(request), return_url=_page("wallet"), now=timezone.now())
        return Response(_address(url))


@contextmanager
def _problems() -> Iterator[None]:
    """Says why nothing can be bought as HTTP does."""
    try:
        yield
    except CheckoutUnavailable as away:
        raise Unavailable(str(away)) from away
    except TooManyCheckouts as many:
        raise Throttled(wait=many.wait, detail=str(many)) from many
    except CheckoutRefused as refused:
        raise CannotPay(_CODES.get(type(refused), "checkout-refused"), str(refused)) from refused


def _way_to_pay() -> Checkout:
    way = checkout()
    if way is None:
        raise CannotPay("payments-off", "Nothing is sold here: an operator grants credits.")
    return way


def _product(name: str) -> Pack | Plan:
    """The pack or plan that a list names so; ValidationError for any other name."""
    product = product_of(name)
    if product is None:
        raise ValidationError({"product": ["Nothing of this name is sold. Send a `product` of the packs or plans."]})
    return product


def _line(line: HistoryLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "at": line.at,
        "kind": line.kind,
        "amount": line.amount,
        "charged": line.charged,
        "memo": line.memo,
        "reason": line.reason,
        "reference": line.reference,
        "hold": line.hold,
        "available": line.balance_after,
    }


def _pack(pack: Pack) -> dict[str, Any]:
    return {
        "product": f"pack:{pack.slug}",
        "slug": pack.slug,
        "title": pack.title,
        "credits": pack.credits,
        "amount": pack.amount_minor,
        "currency": pack.currency.upper(),
    }


def _plan(terms: PlanTerms) -> dict[str, Any]:
    plan = terms.plan
    return {
        "product": f"plan:{plan.slug}" if terms.amount_minor else None,
        "slug": plan.slug,
        "title": plan.title,
        "credits": terms.monthly_credits,
        "amount": terms.amount_minor,
        "currency": terms.currency.upper() if terms.amount_minor else None,
        "parallel": plan.parallel,
        "takes": plan.takes,
        "maximum_seconds": plan.maximum_seconds,
    }


def _address(url: str) -> Any:
    """The way to pay may lead to a page of ours."""
    return AddressSerializer({"url": urljoin(settings.SITE_URL, url)}).data


def _page(name: str) -> str:
    return f"{settings.SITE_URL}{reverse(name)}"


def _user(request: Request) -> User:
    user = request.user
    assert isinstance(user, User)  # the permission classes let nobody else in
    return user
