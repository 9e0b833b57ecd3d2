"""The Redis Stream in which heard plays wait to be counted, and the limits on its way, in one round trip.

While Redis is away beacons are not taken: players keep them, and send them again later, for a day.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError
from redis.retry import Retry

from apps.common.throttles import Rate

STREAM = "plays"
FIELD = "n"
MOST_WAITING = 2_000_000
"""About 260 MB of Redis; past it the oldest are dropped, which takes workers that are away for long."""
CONNECT_SECONDS = 0.3
ANSWER_SECONDS = 1.0
UNREACHABLE = -1
"""Instead of seconds to wait: nobody knows how long."""

SCRIPT = """
for place = 2, 3 do
  local most, seconds = tonumber(ARGV[place * 2 - 1]), tonumber(ARGV[place * 2])
  if most > 0 then
    local count = redis.call('INCR', KEYS[place])
    if count == 1 then redis.call('EXPIRE', KEYS[place], seconds) end
    if count > most then return math.max(1, redis.call('TTL', KEYS[place])) end
  end
end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'n', ARGV[1])
return 0
"""
_SCRIPT_SHA = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Beacon:
    """A nonce that may be counted, and who sends it."""

    sealed: str
    listener: bytes
    network: bytes

    def call(self) -> tuple[Any, ...]:
        """The script's call: count it for network and listener and, unless either sends too many, append it."""
        rates = [limit for scope in ("plays", "plays-listener") for limit in _limit(settings.THROTTLES.get(scope, ""))]
        keys = (STREAM, f"plays:network:{self.network.hex()}", f"plays:listener:{self.listener.hex()}")
        return (_SCRIPT_SHA, 3, *keys, self.sealed, MOST_WAITING, *rates)


@lru_cache(maxsize=8)
def _limit(text: str) -> tuple[int, int]:
    if not text:
        return 0, 0
    rate = Rate.read(text)
    return rate.amount, rate.seconds


def append(beacon: Beacon) -> int:
    """Append it; 0, or the seconds to wait when the sender is too fast, or UNREACHABLE."""
    try:
        return int(_append(beacon))
    except redis.RedisError as error:
        not_taken(1, error)
        return UNREACHABLE


def not_taken(count: int, error: Exception) -> None:
    """Tell the operator, who alone can do something about it."""
    log.warning("plays_not_taken", count=count, error=str(error), consequence="players send them again")


def _append(beacon: Beacon) -> Any:
    client = connected(settings.REDIS_URL)
    try:
        return client.evalsha(*beacon.call())
    except NoScriptError:
        client.script_load(SCRIPT)
        return client.evalsha(*beacon.call())


@cache
def connected(url: str) -> redis.Redis:
    """This process's connections to the Redis at `url`."""
    return redis.Redis.from_url(
        url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS, retry=Retry(NoBackoff(), 1)
    )
