"""How often one user or address may ask: a sliding window in Redis, which lets everybody pass when Redis is away."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apps.common.addresses import client_address

if TYPE_CHECKING:
    # at run time it would be a circle: the views name their throttles
    from rest_framework.views import APIView

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds."""

    amount: int
    seconds: int

    @classmethod
    def read(cls, text: str) -> Rate:
        """From "20/minute"."""
        amount, unit = text.split("/")
        return cls(int(amount), _UNITS[unit])


def overdue(scope: str, who: str, rate: Rate, now: float) -> float | None:
    """Count one more by `who`; None when it may pass, else the seconds to wait.

    Two fixed windows stand for a sliding one: the last window counts by the part of it that is still in sight. What is
    refused does not count.
    """
    window, gone = divmod(now, rate.seconds)
    stem = f"throttle:{scope}:{rate.seconds}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
    current, previous = f"{stem}:{window:.0f}", f"{stem}:{window - 1:.0f}"
    counts = cache.get_many([current, previous])
    in_sight = int(counts.get(previous, 0)) * (1 - gone / rate.seconds)
    if in_sight + int(counts.get(current, 0)) + 1 > rate.amount:
        return max(1.0, rate.seconds - gone)
    cache.add(current, 0, rate.seconds * 2)
    try:
        cache.incr(current)
    except ValueError:
        return None  # it was evicted between the two calls; one uncounted request does no harm
    return None


class ScopedThrottle(BaseThrottle):
    """Every request counts in "api" (or "api-anonymous"); a change also in the view's `throttle_scope`.

    The rates are `settings.THROTTLES`; a scope that has none is not limited.
    """

    def __init__(self) -> None:
        self._wait: float | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether the request may pass."""
        user = request.user
        known = bool(user and user.is_authenticated)
        who = f"user:{user.pk}" if known else f"address:{client_address(request._request)}"
        scopes = ["api" if known else "api-anonymous"]
        own: str = getattr(view, "throttle_scope", "")
        if own and request.method not in SAFE_METHODS:
            scopes.append(own)
        return all(self._passes(scope, who) for scope in scopes)

    def wait(self) -> float | None:
        """Seconds until it is worth asking again."""
        return None if self._wait is None else ceil(self._wait)

    def _passes(self, scope: str, who: str) -> bool:
        text = settings.THROTTLES.get(scope)
        if not text:
            return True
        self._wait = overdue(scope, who, Rate.read(text), time.time())
        return self._wait is None


def too_many(request: HttpRequest, scope: str) -> float | None:
    """For pages: None when the request may pass in `scope`, else the seconds to wait."""
    text = settings.THROTTLES.get(scope)
    if not text:
        return None
    user = request.user
    who = f"user:{user.pk}" if user.is_authenticated else f"address:{client_address(request)}"
    return overdue(scope, who, Rate.read(text), time.time())
