"""The work that a child program does for somebody, watched to its end, whatever that is."""

from __future__ import annotations

import queue
import signal
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from inference import stages
from inference.engine import Cancelled, EngineError

_POLL_SECONDS = 0.1

OnProgress = Callable[[str, float], None]
"""Told the stage and the fraction of the whole, 0..1."""


class Hung(EngineError):
    """A stage made no progress within its deadline; the process was killed."""

    def __init__(self, stage: str, seconds: float) -> None:
        super().__init__(f"The engine made no progress for {seconds:.0f} s ({stage}).", retryable=True)
        self.stage = stage


class Died(EngineError):
    """The process ended in the middle of its work; `exit_code` is negative for a signal, as `subprocess` has it."""

    def __init__(self, exit_code: int) -> None:
        reason = f"signal {signal.Signals(-exit_code).name}" if exit_code < 0 else f"exit code {exit_code}"
        super().__init__(f"The engine stopped working ({reason}).", retryable=True)
        self.exit_code = exit_code


class Exited(int):
    """The exit code of a process that ended."""


def nothing(stage: str, fraction: float) -> None:
    """The progress that nobody wants to hear of."""


def never() -> bool:
    """The answer of whoever wants the work to go on."""
    return False


Event = TypeVar("Event")
Result = TypeVar("Result")


class Watch(Generic[Event]):
    """Follows one piece of work; what the program says about it is told from another thread."""

    def __init__(
        self,
        on_progress: OnProgress = nothing,
        should_stop: Callable[[], bool] = never,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`should_stop` is asked about ten times a second."""
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._clock = clock
        self._said: queue.SimpleQueue[Event | Exited] = queue.SimpleQueue()
        self._stage = stages.STARTING
        self._progressed_at = clock()
        self._unwanted_at: float | None = None

    @property
    def unwanted(self) -> bool:
        """Whether the program was asked to stop."""
        return self._unwanted_at is not None

    def tell(self, event: Event | Exited) -> None:
        """Something was said, or the process ended, which is told last."""
        self._said.put(event)

    def progressed(self, stage: str, fraction: float) -> None:
        """The work got on."""
        self._stage, self._progressed_at = stage, self._clock()
        self._on_progress(stage, fraction)

    def follow(
        self,
        answer: Callable[[Event], Result | None],
        *,
        ask_to_stop: Callable[[], None] = lambda: None,
        grace_seconds: float = 0.0,
    ) -> Result:
        """What `answer` returns once it returns something; it gets every event, and may raise.

        When the work is not wanted, `ask_to_stop` is called once and the program may still end it for the grace.
        Raises Died, Hung, and Cancelled.
        """
        while True:
            event = self._next()
            if isinstance(event, Exited):
                raise Cancelled if self.unwanted else Died(int(event))
            if event is not None and (result := answer(event)) is not None:
                return result
            self._check_wanted(ask_to_stop, grace_seconds)
            silent = self._clock() - self._progressed_at
            if silent > stages.deadline(self._stage):
                raise Hung(self._stage, silent)

    def _next(self) -> Event | Exited | None:
        """None when the program was silent for a moment."""
        try:
            return self._said.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            return None

    def _check_wanted(self, ask_to_stop: Callable[[], None], grace_seconds: float) -> None:
        if self._unwanted_at is None:
            if not self._should_stop():
                return
            self._unwanted_at = self._clock()
            ask_to_stop()
        if self._clock() - self._unwanted_at >= grace_seconds:
            raise Cancelled
