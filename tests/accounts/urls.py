"""The site and a view that does something once."""

from __future__ import annotations

from threading import Event
from typing import Any

from django.db import transaction
from django.urls import path
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.idempotency import idempotent
from apps.accounts.models import Plan
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

entered, leave = Event(), Event()
after_commit: list[str] = []


def _asked(request: Request) -> dict[str, Any]:
    data = request.data
    assert isinstance(data, dict)
    return data


class Making(APIView):
    """Makes a plan, which anybody can count."""

    @idempotent
    def post(self, request: Request) -> Response:
        """Make `slug`; wait for the test when it says so; fail when it says so."""
        slug = str(_asked(request)["slug"])
        Plan.objects.create(slug=slug, title=slug)
        transaction.on_commit(lambda: after_commit.append(slug))
        if _asked(request).get("wait"):
            entered.set()
            assert leave.wait(20)
        if _asked(request).get("refuse"):
            raise ValidationError({"slug": ["Not this one."]})
        if _asked(request).get("crash"):
            raise RuntimeError("boom")
        return Response({"made": Plan.objects.count()}, status=201, headers={"Location": f"/plans/{slug}"})


class Careless(APIView):
    """The same without the decorator."""

    def post(self, request: Request) -> Any:
        """Look, wait, make: the race that the key prevents."""
        there = Plan.objects.filter(title="careless").exists()
        if _asked(request).get("wait"):
            entered.set()
            assert leave.wait(20)
        if not there:
            Plan.objects.create(slug=f"careless-{_asked(request)['number']}", title="careless")
        return Response({}, status=201)


urlpatterns = [path("api/v1/making", Making.as_view()), path("api/v1/careless", Careless.as_view()), *site]
