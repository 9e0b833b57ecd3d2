"""The cache on Redis, which the site can do without: a dead Redis is an empty cache, and the log says so."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ReadOnlyError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

REST_SECONDS = 1.0

# Django makes a cache object for every thread and, under ASGI, for every request; what they share is here, by process
_clients: dict[tuple[int, str], RedisCacheClient] = {}
_rests_until: dict[str, float] = {}

log = structlog.get_logger(__name__)
_Answer = TypeVar("_Answer")


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache; while Redis does not answer, reads miss, writes vanish, and counting starts anew.

    After a failure nobody asks again for a second, so that requests do not queue up behind time-outs. Connections are
    pooled for the whole process.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = params.setdefault("OPTIONS", {})
        options.setdefault("socket_connect_timeout", 0.3)
        options.setdefault("socket_timeout", 1.0)
        # once more, because a pooled connection may be older than the server; no waiting in between
        options.setdefault("retry", Retry(NoBackoff(), 1))
        super().__init__(server, params)
        self._server, self._pooling = server, options

    @property
    def _cache(self) -> RedisCacheClient:
        key = (os.getpid(), self._server)
        client = _clients.get(key)
        if client is None:
            # two threads may both make one; the first stays
            client = _clients.setdefault(key, RedisCacheClient([self._server], **self._pooling))
        return client

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Whether it was added; a dead Redis agrees, so that locks of a moment can be had."""
        return self._try(lambda: super(ForgivingRedisCache, self).add(*args, **kwargs), True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value or the default."""
        return self._try(lambda: super(ForgivingRedisCache, self).get(key, default, version), default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Keep a value."""
        self._try(lambda: super(ForgivingRedisCache, self).set(*args, **kwargs), None)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        """Keep it longer."""
        return self._try(lambda: super(ForgivingRedisCache, self).touch(*args, **kwargs), False)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Forget one key."""
        return self._try(lambda: super(ForgivingRedisCache, self).delete(*args, **kwargs), False)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Those that are known."""
        return self._try(lambda: super(ForgivingRedisCache, self).get_many(*args, **kwargs), {})

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        """Whether it is known."""
        return self._try(lambda: super(ForgivingRedisCache, self).has_key(*args, **kwargs), False)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Count; ValueError for an unknown key, as Django has it."""
        return self._try(lambda: super(ForgivingRedisCache, self).incr(key, delta, version), delta)

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Keep several values."""
        return self._try(lambda: super(ForgivingRedisCache, self).set_many(*args, **kwargs), [])

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        """Forget several keys."""
        self._try(lambda: super(ForgivingRedisCache, self).delete_many(*args, **kwargs), None)

    def _try(self, ask: Callable[[], _Answer], otherwise: _Answer) -> _Answer:
        now = time.monotonic()
        if now < _rests_until.get(self._server, 0.0):
            return otherwise
        try:
            return ask()
        except (RedisConnectionError, RedisTimeoutError, ReadOnlyError) as error:
            _rests_until[self._server] = now + REST_SECONDS
            log.warning("cache-unreachable", error=str(error), consequence="nothing is cached or limited meanwhile")
            return otherwise
