"""The program's own side: reads its task from its input, tells events on its output, and ends.

It is told that the task is no longer wanted by the end of its input.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from inference.disk import is_full
from inference.engine import Cancelled, EngineError
from inference.framing import Messages
from inference.one_task.messages import Conversation, Failed, Progress, Stopped

_PR_SET_PDEATHSIG = 1
_LIKELY_VICTIM = "600"
"""When memory runs out the kernel should end this process, which can be started again, and not the database."""
_SMALLEST_STEP = 0.002
"""Of progress, below which nothing is said."""
_OPEN_FILES = 256


@dataclass(frozen=True, slots=True)
class Limits:
    """What the kernel lets the process have."""

    file_bytes: int
    cpu_seconds: int
    memory_bytes: int | None = None
    """Private and writable, threads' stacks included; None for what keeps to its memory in other ways."""


class Teller:
    """Tells progress, until it is not wanted any more."""

    def __init__(self, output: BinaryIO, events: Messages) -> None:
        self._output = output
        self._events = events
        self._saying = threading.Lock()
        self._said = Progress("", 0.0)
        self.unwanted = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def report(self, stage: str, fraction: float) -> None:
        """Pass progress on, unless it is too little to be worth a line; Cancelled when nobody wants the result."""
        if self.unwanted.is_set():
            raise Cancelled
        if stage != self._said.stage or fraction >= self._said.fraction + _SMALLEST_STEP:
            self._said = Progress(stage, fraction)
            self.say(self._said)

    def say(self, event: object) -> None:
        """Say it; the end of the process when nobody listens."""
        try:
            with self._saying:
                self._output.write(self._events.line(event))
                self._output.flush()
        except BrokenPipeError:
            os._exit(0)

    def _listen(self) -> None:
        sys.stdin.buffer.read()
        self.unwanted.set()


def serve(
    conversation: Conversation,
    work: Callable[[Any, Teller], object],
    *,
    limits: Limits,
    failure: Callable[[Exception], Failed | None],
    no_space: str,
    unexpected: str,
) -> None:
    """Do what the first line of the input says with `work`, which returns the result.

    `failure` knows the program's own errors, and returns None for all others; `no_space` and `unexpected` are the
    sentences for people when the disk is full, and for what nobody thought of.
    """
    _tie_to_parent()
    output = os.fdopen(os.dup(1), "wb")
    # Whatever else prints goes to standard error.
    os.dup2(2, 1)
    task = conversation.tasks.read(sys.stdin.buffer.readline())
    _limit(limits)
    teller = Teller(output, conversation.events)
    teller.say(_ending(task, teller, work, failure, no_space, unexpected))


def _ending(
    task: object,
    teller: Teller,
    work: Callable[[Any, Teller], object],
    failure: Callable[[Exception], Failed | None],
    no_space: str,
    unexpected: str,
) -> object:
    try:
        return work(task, teller)
    except Cancelled:
        return Stopped()
    except Exception as error:
        if (told := failure(error)) is not None:
            return told
        if isinstance(error, EngineError):
            return Failed(str(error), error.retryable)
        traceback.print_exception(error)
        if is_full(error):
            return Failed(no_space, retryable=True)
        return Failed(unexpected, retryable=True)


def _tie_to_parent() -> None:
    """Die when the parent does."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_LIKELY_VICTIM, encoding="ascii")


def _limit(limits: Limits) -> None:
    for what, most in (
        (resource.RLIMIT_DATA, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        if most is not None:
            hard = resource.getrlimit(what)[1]
            resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard),) * 2)
