"""Which application answers what: WebSockets, beacons of plays, signed media, and everything else."""

from __future__ import annotations

from typing import Any, cast

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.handlers.asgi import ASGIHandler
from starlette.types import ASGIApp, Receive, Scope, Send

from apps.jobs.routing import websocket_urlpatterns
from apps.library.plays.asgi import with_beacons
from apps.library.signing import ROOT as MEDIA
from apps.library.storage.part_signing import INCOMING
from embedded.edge import edge
from embedded.intake import intake


def route(django_application: ASGIHandler) -> ProtocolTypeRouter:
    """The whole site as one ASGI application."""
    sockets = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(cast(Any, websocket_urlpatterns))))
    return ProtocolTypeRouter({"http": with_beacons(_with_edge(django_application)), "websocket": sockets})


def _with_edge(django_application: ASGIHandler) -> ASGIApp:
    pages = cast(ASGIApp, django_application)
    beside: dict[str, ASGIApp] = {MEDIA: edge, INCOMING: intake}

    async def http(scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        found = (application for root, application in beside.items() if path.startswith(f"{root}/"))
        await next(found, pages)(scope, receive, send)

    return http
