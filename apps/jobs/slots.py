"""The places of a worker: a wake fills a free one, and a place claims until nothing is left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Slots:
    """Up to `count` threads that call `work(capability)` until it returns False, and `rest()` before they end."""

    def __init__(self, count: int, work: Callable[[str], bool], *, rest: Callable[[], None]) -> None:
        self._count = count
        self._work = work
        self._before_rest = rest
        self._lock = threading.Condition()
        self._busy = 0
        self._missed: set[str] = set()
        self._closed = False

    def wake(self, capability: str) -> bool:
        """Fill a free place; False when there is none, and then a busy one looks again before it rests."""
        with self._lock:
            if self._closed:
                return False
            if self._busy >= self._count:
                self._missed.add(capability)
                return False
            self._busy += 1
        threading.Thread(target=self._serve, args=(capability,), name=f"slot-{capability}", daemon=True).start()
        return True

    def close(self) -> None:
        """Start nothing any more."""
        with self._lock:
            self._closed = True

    def wait_idle(self, seconds: float) -> bool:
        """Whether every place is free within `seconds`."""
        deadline = time.monotonic() + seconds
        with self._lock:
            return self._lock.wait_for(lambda: self._busy == 0, max(0.0, deadline - time.monotonic()))

    def _serve(self, capability: str) -> None:
        next_capability: str | None = capability
        while next_capability is not None:
            with self._lock:
                self._missed.discard(next_capability)
            try:
                while not self._closed and self._work(next_capability):
                    pass
            finally:
                self._before_rest()
                next_capability = self._rest()

    def _rest(self) -> str | None:
        """A capability whose wake came while every place was busy; without one the place is free."""
        with self._lock:
            if self._missed and not self._closed:
                return self._missed.pop()
            self._busy -= 1
            self._lock.notify_all()
            return None
