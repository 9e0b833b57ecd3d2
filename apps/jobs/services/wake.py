"""Tell workers that a capability has work; only a hint, because the sweeper replaces lost ones."""

from __future__ import annotations

import atexit
import math
import threading
import time
from collections import Counter

import structlog
from celery import current_app
from django.db import DatabaseError, transaction
from django.utils import timezone

from apps.jobs.persistence import release_connection
from apps.jobs.selectors import free_slots

WAKE = "jobs.wake"
_EXPIRES_SECONDS = 60
_MOST_HOPS = 3
_KNOWN_FOR_SECONDS = 0.2
_APART_SECONDS = 0.02
_AT_EXIT_SECONDS = 2.0
_CONFIRM_SECONDS = 5.0
_ONE_MORE_TRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}

log = structlog.get_logger(__name__)


def wake(capability: str, *, hops: int = 0) -> None:
    """Send a wake soon, from a thread of its own: never an error, never a delay, whatever the broker does.

    One message is enough for any number of jobs, because whoever claims one wakes the next place.
    """
    _sender.send(capability, hops)


def wake_after_commit(capability: str) -> None:
    """Send a wake once the transaction around this commits."""
    transaction.on_commit(lambda: wake(capability), robust=True)


def pass_on(capability: str, *, hops: int = 0) -> None:
    """Every place here is busy: send the wake on when another worker has a free one."""
    if hops < _MOST_HOPS and _elsewhere.free(capability):
        wake(capability, hops=hops + 1)


class _Sender:
    """Sends the first wake of a capability at once and those that follow closely as one."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._pending: dict[str, int] = {}
        self._sending = False
        self._thread: threading.Thread | None = None

    def send(self, capability: str, hops: int) -> None:
        with self._lock:
            self._pending[capability] = min(hops, self._pending.get(capability, hops))
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="waker", daemon=True)
                self._thread.start()
                atexit.register(self.flush)
            self._lock.notify_all()

    def flush(self, seconds: float = _AT_EXIT_SECONDS) -> bool:
        """Wait until nothing is pending; whether that was so in time."""
        with self._lock:
            return self._lock.wait_for(lambda: not self._pending and not self._sending, seconds)

    def _serve(self) -> None:
        while True:
            with self._lock:
                self._sending = False
                self._lock.notify_all()
                self._lock.wait_for(lambda: bool(self._pending))
                wakes, self._pending = self._pending, {}
                self._sending = True
            for capability, hops in wakes.items():
                _publish(capability, hops)
            time.sleep(_APART_SECONDS)


def _publish(capability: str, hops: int) -> None:
    try:
        current_app.send_task(
            WAKE,
            args=(capability, hops),
            queue=capability,
            expires=_EXPIRES_SECONDS,
            retry_policy=_ONE_MORE_TRY,
            confirm_timeout=_CONFIRM_SECONDS,
        )
    except Exception as error:  # whatever a broker's client raises: the job is safe in the database
        log.warning("job_wake_lost", capability=capability, error=str(error))


class _Elsewhere:
    """Whether any worker has a free place, asked of the database a few times a second at most."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = -math.inf
        self._places: Counter[str] = Counter()

    def free(self, capability: str) -> bool:
        """By what is known; what is missed in between, the sweeper finds."""
        with self._lock:
            if time.monotonic() > self._asked + _KNOWN_FOR_SECONDS:
                try:
                    self._places = free_slots(timezone.now())
                except DatabaseError as error:
                    log.warning("free_places_unknown", error=str(error).strip())
                finally:
                    release_connection()
                self._asked = time.monotonic()
            return self._places[capability] > 0


_sender = _Sender()
_elsewhere = _Elsewhere()


def flush_wakes() -> bool:
    """Wait a moment until every wake is sent; whether it was."""
    return _sender.flush()
