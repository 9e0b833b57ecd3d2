"""Webhooks: signed as Stripe signs them, and everything that can go wrong on the way."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.stripe.world import Object

Send = Callable[[bytes, str], int]
"""Takes the body and the `Stripe-Signature`; returns the status of the answer."""


def body_of(event: Object) -> bytes:
    """An event as it goes over the wire."""
    return json.dumps(event).encode()


def signature(body: bytes, secret: str, *, at: int) -> str:
    """The `Stripe-Signature` header: HMAC-SHA256 over `{at}.{body}`, as
    https://docs.stripe.com/webhooks#verify-manually describes it."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest},v0={'0' * 64}"


def send_to(url: str) -> Send:
    """Deliveries by HTTP, over a real socket."""

    def send(body: bytes, header: str) -> int:
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": header}
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    return send


@dataclass
class Outbox:
    """Events on their way to one endpoint. Nothing leaves before `deliver` is called, unless `automatic`."""

    secret: str
    send: Send
    wall_clock: Callable[[], float]
    """Real time: what a signature is checked against."""
    waiting: list[Object] = field(default_factory=list)
    late: list[Object] = field(default_factory=list)
    """Held back until `release`."""
    lost: list[Object] = field(default_factory=list)
    """Never delivered; `/v1/events` still lists them."""
    sent: int = 0
    automatic: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def take(self, event: Object) -> None:
        """An event has happened."""
        with self._lock:
            self.waiting.append(event)
        if self.automatic:
            threading.Thread(target=self.deliver, daemon=True).start()

    def deliver(self) -> int:
        """Send everything that waits, in its order; what is not answered with 2xx waits for the next call."""
        with self._lock:
            todo, self.waiting = self.waiting, []
        refused = [event for event in todo if not 200 <= self.post(event) < 300]
        with self._lock:
            self.waiting = refused + self.waiting
        return len(todo) - len(refused)

    def post(self, event: Object) -> int:
        """Send one event now, signed now; the status of the answer."""
        body = body_of(event)
        self.sent += 1
        return self.send(body, signature(body, self.secret, at=int(self.wall_clock())))

    def lose(self, count: int | None = None) -> None:
        """The oldest `count` that wait, or all, never arrive."""
        with self._lock:
            count = len(self.waiting) if count is None else count
            self.lost += self.waiting[:count]
            del self.waiting[:count]

    def double(self) -> None:
        """Everything that waits comes twice."""
        with self._lock:
            self.waiting = [event for event in self.waiting for _ in range(2)]

    def delay(self, count: int | None = None) -> None:
        """The oldest `count` that wait, or all, stay away until `release`."""
        with self._lock:
            count = len(self.waiting) if count is None else count
            self.late += self.waiting[:count]
            del self.waiting[:count]

    def release(self) -> None:
        """What was delayed waits again."""
        with self._lock:
            self.waiting += self.late
            self.late = []

    def shuffle(self, chance: random.Random) -> None:
        """What waits comes in any order."""
        with self._lock:
            chance.shuffle(self.waiting)

    def storm(self, chance: random.Random, *, lose: float, double: float, delay: float) -> None:
        """Each waiting event is lost, doubled or delayed with these chances; the rest is shuffled."""
        with self._lock:
            kept: list[Object] = []
            for event in self.waiting:
                dice = chance.random()
                if dice < lose:
                    self.lost.append(event)
                elif dice < lose + delay:
                    self.late += [event] * (2 if chance.random() < double else 1)
                else:
                    kept += [event] * (chance.choice((2, 3)) if chance.random() < double else 1)
            chance.shuffle(kept)
            self.waiting = kept
