"""The ASGI application: pages and API by Django, sockets by Channels, media by the embedded edge."""

from __future__ import annotations

import os

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django.setup(set_prefix=False)


class OneThread(ASGIHandler):
    """Django with its middleware and views in one thread from end to end.

    All of ours are synchronous. Django would enter a thread for the middleware, come back to the event loop, and enter
    a thread again for the view: each way waits for its turn behind whatever the loop and the other threads do.
    """

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001 - Django's signature
        """Always the synchronous chain."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the synchronous chain."""
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


django_application = OneThread()

from config.routing import route  # noqa: E402 - Django must be set up before anything that imports models

application = route(django_application)
