"""The ASGI application: pages and API by Django, sockets by Channels, media by the embedded edge."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django_application = get_asgi_application()

from config.routing import route  # noqa: E402 - Django must be set up before anything that imports models

application = route(django_application)
