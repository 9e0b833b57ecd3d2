"""How Celery talks to its broker, Redis or RabbitMQ; a wake is only a hint, so nothing here buys durability."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

_REDIS = frozenset({"redis", "rediss", "redis+socket", "rediss+socket", "sentinel"})
_RABBITMQ = frozenset({"amqp", "amqps", "pyamqp"})


def broker_options(url: str) -> dict[str, Any]:
    """Transport options for the broker at `url`; ValueError for one that this site was never tried with."""
    scheme = urlsplit(url).scheme
    if scheme in _RABBITMQ:
        # what the server did not take is known at once, and sent again over a new connection
        return {"confirm_publish": True}
    if scheme in _REDIS:
        return {"socket_connect_timeout": 4.0, "socket_timeout": 30.0, "socket_keepalive": True}
    raise ValueError("BROKER_URL must look like redis://host:6379/0, rediss://…, amqp://user:password@host:5672/vhost")
