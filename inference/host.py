"""The child process that holds the engines: reads commands from its input, answers with events on its output.

It makes one song at a time, keeps engines loaded between songs, and ends when its input closes.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import errno
import importlib
import os
import queue
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from inference import wire
from inference.engine import Cancelled, Engine, EngineError

_PR_SET_PDEATHSIG = 1
_SMALLEST_STEP = 0.001
"""Of progress, below which nothing is said."""
_LIKELY_VICTIM = "500"
"""When memory runs out the kernel should end this process, which can be replaced, and not the database."""


class Registry(Protocol):
    """What a module given as `--registry` offers."""

    def get(self, name: str) -> Engine: ...


def main(arguments: list[str] | None = None) -> None:
    """Serve until the input closes."""
    parser = argparse.ArgumentParser(prog="python -m inference.host", description=__doc__)
    parser.add_argument("--registry", default="inference.registry", help="module whose get(name) returns engines")
    registry = cast(Registry, importlib.import_module(parser.parse_args(arguments).registry))
    _tie_to_parent()
    _Host(registry, _take_standard_output()).serve()


class _Host:
    def __init__(self, registry: Registry, output: BinaryIO) -> None:
        self._registry = registry
        self._output = output
        self._runs: queue.SimpleQueue[wire.Run] = queue.SimpleQueue()
        self._cancelled = threading.Event()
        self._said = wire.Progress("", 0.0)

    def serve(self) -> None:
        """Answer each run with exactly one result, error or cancellation."""
        threading.Thread(target=self._listen, daemon=True).start()
        self._send(wire.Ready(os.getpid()))
        while True:
            self._send(self._answer(self._runs.get()))

    def _listen(self) -> None:
        """Read commands, in a thread, so that a cancellation is heard while an engine works."""
        try:
            for text in sys.stdin.buffer:
                command = wire.read_command(text)
                if isinstance(command, wire.Cancel):
                    self._cancelled.set()
                else:
                    # A cancellation that came too late for the song before must not hit this one.
                    self._cancelled.clear()
                    self._runs.put(command)
        except wire.WireError:
            traceback.print_exc()
            os._exit(2)
        os._exit(0)

    def _answer(self, run: wire.Run) -> wire.Event:
        self._said = wire.Progress("", 0.0)
        try:
            engine = self._registry.get(run.engine)
        except KeyError:
            return wire.Failed(f"There is no engine called {run.engine!r}.", retryable=False)
        try:
            # Imported late: what is heavy loads as part of a song, under its deadline, and not before the first word.
            from inference.produce import produce

            production = produce(engine, run.request, run.folder, self._report)
        except Cancelled:
            return wire.Stopped()
        except EngineError as error:
            return wire.Failed(str(error), error.retryable)
        except MemoryError:
            return wire.Failed("There was not enough memory to make this song.", retryable=True)
        except Exception as error:
            traceback.print_exc()
            if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
                return wire.Failed("There is no space left to store this song.", retryable=True)
            return wire.Failed("The engine failed unexpectedly.", retryable=True)
        return wire.Finished(production)

    def _report(self, stage: str, fraction: float) -> None:
        if self._cancelled.is_set():
            raise Cancelled
        if stage != self._said.stage or fraction >= self._said.fraction + _SMALLEST_STEP:
            self._said = wire.Progress(stage, fraction)
            self._send(self._said)

    def _send(self, event: wire.Event) -> None:
        try:
            self._output.write(wire.line(event))
            self._output.flush()
        except BrokenPipeError:
            os._exit(0)


def _take_standard_output() -> BinaryIO:
    """The real standard output, for events alone; whatever else prints goes to standard error from here on."""
    sys.stdout.flush()
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return output


def _tie_to_parent() -> None:
    """Die when the parent does, even when another process holds the other end of the input open."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_LIKELY_VICTIM, encoding="ascii")


if __name__ == "__main__":
    main()
