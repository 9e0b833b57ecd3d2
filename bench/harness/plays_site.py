"""The site with limits that a bench cannot reach, and empty views beside it: in all its middleware, and in none."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path
from starlette.types import Receive, Scope, Send

from config.asgi import application as site

EMPTY = "/bench/empty"
BARE = "/bench/bare"


async def _empty(_: HttpRequest) -> HttpResponse:
    return HttpResponse(headers={"Content-Length": "0"})


class _Bare(ASGIHandler):
    """Django without any middleware."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001 - Django's own
        """None."""
        kept, settings.MIDDLEWARE = settings.MIDDLEWARE, []
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = kept


cast(Any, import_module("config.urls")).urlpatterns += [path(EMPTY[1:], _empty), path(BARE[1:], _empty)]
# they are still counted in Redis, as everybody's are
settings.THROTTLES = {**settings.THROTTLES, "plays": "1000000000/minute", "plays-listener": "1000000000/minute"}
_bare = _Bare()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """What uvicorn serves."""
    bare = scope["type"] == "http" and scope["path"] == BARE
    await (_bare if bare else site)(scope, receive, send)  # type: ignore[arg-type]
