"""WebSocket addresses of the jobs app."""

from django.urls import URLPattern, path

from apps.jobs.consumers import JobsConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/jobs/", JobsConsumer.as_asgi()),  # type: ignore[arg-type]  # an ASGI application in place of a view
]
