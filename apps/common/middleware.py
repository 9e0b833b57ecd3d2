"""What every request passes: its id and its place in the figures; the headers that protect a reader."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import structlog
from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from apps.common.metrics import observe
from apps.common.request_ids import HEADER, accept_request_id, bind_request_id

log = structlog.get_logger(__name__)
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
_Next = Callable[[HttpRequest], HttpResponseBase]


@sync_and_async_middleware
def request_ids(get_response: _Next | Callable[[HttpRequest], Awaitable[HttpResponseBase]]) -> Callable[..., object]:
    """Give the request an id, log its end, count it."""

    def begin(request: HttpRequest) -> tuple[str, float]:
        structlog.contextvars.clear_contextvars()
        request_id = accept_request_id(request.headers.get(HEADER, ""))
        bind_request_id(request_id)
        return request_id, time.perf_counter()

    def end(request: HttpRequest, response: HttpResponseBase, request_id: str, began: float) -> HttpResponseBase:
        response.headers[HEADER] = request_id
        seconds = time.perf_counter() - began
        match = request.resolver_match
        observe(request.method or "", match.route if match else "", response.status_code, seconds)
        if request.path not in _QUIET:
            # on one's own machine the terminal is for mails and troubles
            tell = log.info if settings.LOG_REQUESTS or response.status_code >= 500 else log.debug
            # the path alone: query strings and bodies can hold what people keep to themselves
            tell(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round(seconds * 1000, 1),
            )
        return response

    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            begun = begin(request)
            return end(request, await get_response(request), *begun)

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        begun = begin(request)
        response = get_response(request)
        assert isinstance(response, HttpResponseBase)
        return end(request, response, *begun)

    return synchronous


@sync_and_async_middleware
def security_headers(
    get_response: _Next | Callable[[HttpRequest], Awaitable[HttpResponseBase]],
) -> Callable[..., object]:
    """Content security and permissions policy, and no shared cache for somebody's own pages; a view may set its own."""

    def add(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and "Cookie" in response.headers.get("Vary", ""):
            response.headers.setdefault("Cache-Control", "private")
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response

    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            return add(request, await get_response(request))

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        assert isinstance(response, HttpResponseBase)
        return add(request, response)

    return synchronous
