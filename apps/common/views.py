"""Health and figures for operators, and the pages of errors."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from apps.common.addresses import is_loopback
from apps.common.problems import problem_response
from apps.common.readiness import readiness
from apps.common.request_ids import current_request_id

_API = "/api/"


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Requests can be sent here: 200, or 503 and what is missing."""
    found = readiness()
    body = {
        "status": "ready" if found.ready else "not ready",
        "database": found.database,
        "migrated": found.migrated,
        "redis": found.redis,
        "broker": found.broker,
    }
    return JsonResponse(body, status=200 if found.ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: for this machine and for operators."""
    user = getattr(request, "user", AnonymousUser())
    if not (is_loopback(request) or user.is_staff):
        return not_found(request)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


class ApiDocs(SpectacularSwaggerSplitView):
    """The API's description to read and try; Swagger's own styles are inline, so this page alone may have such."""

    @extend_schema(exclude=True)
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The page, or its script."""
        response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response["Content-Security-Policy"] = f"{settings.CONTENT_SECURITY_POLICY}; style-src 'self' 'unsafe-inline'"
        return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    if request.path.startswith(_API):
        return problem_response(400, "The request cannot be read.")
    return _page("errors/400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    if request.path.startswith(_API):
        return problem_response(403, "You may not do this.")
    return render(request, "errors/403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that came from elsewhere, or after the cookie was gone."""
    if request.path.startswith(_API):
        return problem_response(403, "The CSRF token is missing or wrong. Reload the page, or use an API token.")
    return render(request, "errors/csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    if request.path.startswith(_API):
        return problem_response(404, "There is nothing at this address.")
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; touches neither the session nor the database, which may be what failed."""
    if request.path.startswith(_API):
        return problem_response(500, "Something failed on our side. It is in the log under this request id.")
    return _page("errors/500.html", 500)


def _page(template: str, code: int) -> HttpResponse:
    return HttpResponse(render_to_string(template, {"request_id": current_request_id()}), status=code)
