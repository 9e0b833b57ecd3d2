"""The side of whoever wants the task done: the program is watched, and ended for certain."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.child import Child, environment
from inference.engine import Cancelled, EngineError
from inference.one_task.messages import Conversation, Failed, Progress, Stopped
from inference.watching import Exited, OnProgress, Watch, never, nothing

_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {
    "PYTHONPATH": str(_ROOT),
    "PYTHONUNBUFFERED": "1",
    "PYTHONFAULTHANDLER": "1",
    # Its threads hand blocks to one another: an arena for each would keep what all of them once needed.
    "MALLOC_ARENA_MAX": "2",
}


@dataclass(frozen=True)
class Program:
    """A module that calls `child.serve` with the same conversation."""

    module: str
    conversation: Conversation
    cannot_start: str
    """The sentence for people when the process cannot be started."""
    errors: Mapping[str, Callable[[Failed], Exception]]
    """What to raise for each kind of its own errors."""

    def run(
        self,
        task: object,
        folder: Path,
        *,
        on_progress: OnProgress = nothing,
        should_stop: Callable[[], bool] = never,
        clock: Callable[[], float] = time.monotonic,
    ) -> Any:
        """Have `task` done, whose files go into `folder`, which must be empty or missing; the result.

        `should_stop` is asked about ten times a second. Raises the program's own errors; EngineError (with
        `retryable`) and its kinds Hung and Died; Cancelled. After each of them the process, all that it started, and
        the folder are gone. ValueError when the folder holds something.
        """
        if folder.exists() and any(folder.iterdir()):
            raise ValueError(f"{folder} is not empty")
        watch: Watch[Any] = Watch(on_progress, should_stop, clock)
        try:
            child = self._started(watch)
            try:
                child.send(self.conversation.tasks.line(task))
                return watch.follow(lambda event: self._answered(event, watch))
            finally:
                # What it started ends with it.
                child.kill()
        except BaseException:
            # The process may have been ended before it could clear away what is half-written.
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _started(self, watch: Watch[Any]) -> Child:
        events = self.conversation.events
        try:
            return Child(
                (sys.executable, "-m", self.module),
                folder=_ROOT,
                environment=environment(_ENVIRONMENT),
                hear=lambda text: watch.tell(events.read(text)),
                ended=lambda code: watch.tell(Exited(code)),
            )
        except OSError as error:
            raise EngineError(self.cannot_start, retryable=True) from error

    def _answered(self, event: Any, watch: Watch[Any]) -> Any:
        match event:
            case Progress(stage, fraction):
                watch.progressed(stage, fraction)
                return None
            case Failed(_, _, kind) if kind in self.errors:
                raise self.errors[kind](event)
            case Failed(message, retryable):
                raise EngineError(message, retryable=retryable)
            case Stopped():
                raise Cancelled
        return event
