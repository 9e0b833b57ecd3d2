"""The site and a few views that fail in ways the site's own do not."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.exceptions import APIException
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


class NotNow(APIException):
    """A conflict of some app."""

    status_code = 409
    default_code = "job-not-retryable"
    default_detail = "Only a job that failed can be tried again."


class Fails(APIView):
    """Fails as it is told."""

    permission_classes = (AllowAny,)

    def get(self, request: Request, how: str) -> Response:
        """Never an answer."""
        raise {"conflict": NotNow(), "crash": RuntimeError("boom"), "database": OperationalError("gone")}[how]


class Scarce(APIView):
    """Counts in a scope of its own."""

    throttle_scope = "generate"

    def get(self, request: Request) -> Response:
        """Free."""
        return Response({})

    def post(self, request: Request) -> Response:
        """Scarce."""
        return Response({"made": True})


def crash(request: HttpRequest, **_: Any) -> HttpResponse:
    """A page that crashes."""
    raise RuntimeError("boom")


urlpatterns = [
    path("api/v1/fails/<str:how>", Fails.as_view()),
    path("api/v1/scarce", Scarce.as_view()),
    path("crash", crash),
    *site,
]
