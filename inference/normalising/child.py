"""The child process that normalises one file: reads its task from its input, tells events on its output, and ends.

It is told that the file is no longer wanted by the end of its input.
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
from pathlib import Path
from typing import BinaryIO

from inference.decoding.model import DecoderFailed, Refused
from inference.engine import Cancelled, EngineError
from inference.normalising import messages

_PR_SET_PDEATHSIG = 1
_LIKELY_VICTIM = "600"
"""When memory runs out the kernel should end this process, which can be started again, and not the database."""
_MEMORY_BYTES = 900 * 1024**2
"""Private and writable, threads' stacks included: more than twice what the longest file needs."""
_FILE_BYTES = 300 * 1024**2
_OPEN_FILES = 256
_CPU_SECONDS = 1200
_SMALLEST_STEP = 0.002
"""Of progress, below which nothing is said."""


def main() -> None:
    """Do what the first line of the input says."""
    _tie_to_parent()
    output = os.fdopen(os.dup(1), "wb")
    # Whatever else prints goes to standard error.
    os.dup2(2, 1)
    task = messages.read_task(sys.stdin.buffer.readline())
    _limit()
    event = _ending(task, _Teller(output))
    _say(output, event)


class _Teller:
    """Tells progress, until it is not wanted any more."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self._said = messages.Progress("", 0.0)
        self.unwanted = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def report(self, stage: str, fraction: float) -> None:
        if self.unwanted.is_set():
            raise Cancelled
        if stage != self._said.stage or fraction >= self._said.fraction + _SMALLEST_STEP:
            self._said = messages.Progress(stage, fraction)
            _say(self._output, self._said)

    def _listen(self) -> None:
        sys.stdin.buffer.read()
        self.unwanted.set()


def _ending(task: messages.Task, teller: _Teller) -> messages.Event:
    try:
        # Imported late: what is heavy loads after the first word.
        from inference.normalising.normalise import normalise

        done = normalise(
            task.source,
            task.folder,
            report=teller.report,
            should_stop=teller.unwanted.is_set,
            limits=task.limits,
        )
        return messages.Finished(done)
    except Refused as error:
        return messages.NotTaken(error.reason, str(error))
    except Cancelled:
        return messages.Stopped()
    except DecoderFailed as error:
        return messages.Failed(str(error), retryable=True, decoder=True)
    except EngineError as error:
        return messages.Failed(str(error), error.retryable)
    except Exception as error:
        traceback.print_exception(error)
        return messages.Failed("This file could not be prepared.", retryable=True)


def _say(output: BinaryIO, event: messages.Event) -> None:
    """Say it; the end of the process when nobody listens."""
    try:
        output.write(messages.line(event))
        output.flush()
    except BrokenPipeError:
        os._exit(0)


def _tie_to_parent() -> None:
    """Die when the parent does."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_LIKELY_VICTIM, encoding="ascii")


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_DATA, _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard),) * 2)


if __name__ == "__main__":
    main()
