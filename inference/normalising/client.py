"""Normalising as the worker sees it: a process for each file, watched, limited, and ended for certain."""

from __future__ import annotations

import queue
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from inference import stages
from inference.child import Child, environment
from inference.client import Died, Hung
from inference.decoding.model import DecoderFailed, Limits, Refused
from inference.engine import Cancelled, EngineError
from inference.normalising import messages
from inference.normalising.model import Normalised

_ROOT = Path(__file__).resolve().parents[2]
_COMMAND = (sys.executable, "-m", "inference.normalising.child")
_ENVIRONMENT = {
    "PYTHONPATH": str(_ROOT),
    "PYTHONUNBUFFERED": "1",
    "PYTHONFAULTHANDLER": "1",
    # Its threads hand blocks to one another: an arena for each would keep what all of them once needed.
    "MALLOC_ARENA_MAX": "2",
}
_POLL_SECONDS = 0.1


class _Exited(int):
    """The exit code of a process that ended."""


def run(
    source: Path,
    folder: Path,
    *,
    on_progress: Callable[[str, float], None] = lambda stage, fraction: None,
    should_stop: Callable[[], bool] = lambda: False,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    clock: Callable[[], float] = time.monotonic,
) -> Normalised:
    """Normalise `source` into `folder`, which must be empty or missing, in a process of its own.

    `should_stop` is asked about ten times a second. Raises Refused, when the file is not taken; DecoderFailed, when
    another try may succeed; EngineError (with `retryable`, as for too little space on the disk) and its kinds Hung and
    Died; Cancelled. After each of them the process, its decoder, and the folder are gone. ValueError when the folder
    holds something, FileNotFoundError when there is no such file.
    """
    source, folder = source.resolve(strict=True), folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty")
    watch = _Watch(on_progress, clock)
    try:
        normalised = watch.ending(messages.Task(source, folder, limits), should_stop)
    except BaseException:
        # The process may have been ended before it could clear away what is half-written.
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return normalised


class _Watch:
    """A process at work on one file."""

    def __init__(self, on_progress: Callable[[str, float], None], clock: Callable[[], float]) -> None:
        self._on_progress = on_progress
        self._clock = clock
        self._said: queue.SimpleQueue[messages.Event | _Exited] = queue.SimpleQueue()
        self._stage = stages.STARTING
        self._progressed_at = clock()

    def ending(self, task: messages.Task, should_stop: Callable[[], bool]) -> Normalised:
        """Have it done; the process has ended afterwards, whatever happened."""
        try:
            child = Child(
                _COMMAND,
                folder=_ROOT,
                environment=environment(_ENVIRONMENT),
                hear=lambda text: self._said.put(messages.read_event(text)),
                ended=lambda code: self._said.put(_Exited(code)),
            )
        except OSError as error:
            raise EngineError("This file cannot be prepared just now.", retryable=True) from error
        try:
            child.send(messages.task_line(task))
            while True:
                normalised = self._heard()
                if normalised is not None:
                    return normalised
                if should_stop():
                    raise Cancelled
                silent = self._clock() - self._progressed_at
                if silent > stages.deadline(self._stage):
                    raise Hung(self._stage, silent)
        finally:
            # Its decoder ends with it.
            child.kill()

    def _heard(self) -> Normalised | None:
        """What came of it, once that is said."""
        try:
            event = self._said.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            return None
        match event:
            case messages.Progress(stage, fraction):
                self._stage, self._progressed_at = stage, self._clock()
                self._on_progress(stage, fraction)
            case messages.Finished(normalised):
                return normalised
            case messages.NotTaken(reason, message):
                raise Refused(reason, message)
            case messages.Failed(message, _, True):
                raise DecoderFailed(message)
            case messages.Failed(message, retryable):
                raise EngineError(message, retryable=retryable)
            case messages.Stopped():
                raise Cancelled
            case _Exited():
                raise Died(int(event))
        return None
