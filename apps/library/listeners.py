"""Who listens: a random cookie that private listening URLs are bound to."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

COOKIE = "listener"

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
_FRESH = "refrain.listener"
_AGE_SECONDS = 180 * 24 * 3600
_Next = Callable[[HttpRequest], HttpResponseBase]


def listener_of(request: HttpRequest) -> str:
    """The listener's token; a new one goes out with the response."""
    known = request.COOKIES.get(COOKIE, "")
    if _TOKEN.fullmatch(known):
        return known
    token: str = request.META.setdefault(_FRESH, secrets.token_urlsafe(24))
    return token


@sync_and_async_middleware
def listener_cookie(
    get_response: _Next | Callable[[HttpRequest], Awaitable[HttpResponseBase]],
) -> Callable[..., object]:
    """Gives a listener their cookie, when something in the response is bound to it."""
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            return _give(request, await get_response(request))

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        assert isinstance(response, HttpResponseBase)
        return _give(request, response)

    return synchronous


def _give(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    token = request.META.get(_FRESH)
    if token:
        secure = bool(settings.SESSION_COOKIE_SECURE)
        response.set_cookie(COOKIE, token, max_age=_AGE_SECONDS, httponly=True, samesite="Lax", secure=secure)
    return response
