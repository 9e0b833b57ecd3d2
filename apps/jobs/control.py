"""What a running job and its worker say to each other: progress one way, "stop" the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

FIRST_DEADLINE_SECONDS = 60.0
"""How long a handler may take to its first word."""


class StopReason(StrEnum):
    """Why a running job should stop."""

    CANCELLED = "cancelled"
    LOST = "lost"
    """The lease went to somebody else: nothing this run makes counts any more."""
    SHUTDOWN = "shutdown"
    HUNG = "hung"
    """A stage made no progress within its deadline."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job is: the name of its stage and how much of the whole is done, 0..1."""

    stage: str = ""
    fraction: float = 0.0


class Control:
    """One run's line to its worker; every method is cheap and may be called from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._latest = Progress()
        self._deadline = clock() + FIRST_DEADLINE_SECONDS
        self._reason: StopReason | None = None

    def progress(self, stage: str, fraction: float, deadline_seconds: float = FIRST_DEADLINE_SECONDS) -> None:
        """Say where the job is; unless it says more within `deadline_seconds`, it counts as hung."""
        with self._lock:
            self._latest = Progress(stage[:60], min(1.0, max(0.0, fraction)))
            self._deadline = self._clock() + deadline_seconds

    def should_stop(self) -> bool:
        """Whether the handler should raise Cancelled as soon as it can; see `reason`."""
        return self.reason is not None

    @property
    def reason(self) -> StopReason | None:
        """Why to stop; the first reason stays."""
        with self._lock:
            if self._reason is None and self._clock() > self._deadline:
                self._reason = StopReason.HUNG
            return self._reason

    @property
    def latest(self) -> Progress:
        """What was said last."""
        with self._lock:
            return self._latest

    @property
    def overdue(self) -> float:
        """Seconds since the stage's deadline; negative before it."""
        with self._lock:
            return self._clock() - self._deadline

    def stop(self, reason: StopReason) -> None:
        """Ask the run to stop. Losing the lease overrides any other reason, since nothing counts after it."""
        with self._lock:
            if self._reason is None or reason is StopReason.LOST:
                self._reason = reason
