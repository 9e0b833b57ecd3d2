"""The number of the public feed: cached pages carry it, and whatever changes the feed raises it."""

from __future__ import annotations

import time

from django.core.cache import cache
from django.db import transaction

_KEY = "feed-generation"
_KEEP_SECONDS = 24 * 3600


def feed_generation() -> str | None:
    """The number now; None while the cache cannot be reached, and nothing should be cached."""
    found = cache.get(_KEY)
    if found is None:
        cache.add(_KEY, time.time_ns(), _KEEP_SECONDS)
        found = cache.get(_KEY)
    return str(found) if found is not None else None


def feed_changed() -> None:
    """Forget every cached page of the feed once the transaction is committed."""
    transaction.on_commit(_forget)


def _forget() -> None:
    # a Redis that is away forgets nothing, but its pages live for a minute only
    cache.set(_KEY, time.time_ns(), _KEEP_SECONDS)
