"""The parent's side of an engine process: start it, give it songs to make, and never be dragged down by it."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from inference import stages, wire
from inference.engine import Cancelled, EngineError, Request
from inference.production import Production

_POLL_SECONDS = 0.1
_CANCEL_GRACE_SECONDS = 1.0
_CLOSE_GRACE_SECONDS = 2.0
_ROOT = Path(__file__).resolve().parent.parent
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
# An engine has no business with secrets: only what a program needs to run at all is handed down.
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "XDG_CACHE_HOME")
_INHERITED_PREFIXES = ("CUDA_", "NVIDIA_", "HF_", "TORCH_")


class Hung(EngineError):
    """A stage made no progress within its deadline; the process was killed."""

    def __init__(self, stage: str, seconds: float) -> None:
        super().__init__(f"The engine made no progress for {seconds:.0f} s ({stage}).", retryable=True)
        self.stage = stage


class Died(EngineError):
    """The process ended in the middle of a song; `exit_code` is negative for a signal, as `subprocess` has it."""

    def __init__(self, exit_code: int) -> None:
        reason = f"signal {signal.Signals(-exit_code).name}" if exit_code < 0 else f"exit code {exit_code}"
        super().__init__(f"The engine stopped working ({reason}).", retryable=True)
        self.exit_code = exit_code


class EngineProcess:
    """One engine process, started when first needed and again after it died. One song at a time."""

    def __init__(self, *, registry: str = "inference.registry", python: str = sys.executable) -> None:
        """`registry` names a module whose `get(name)` returns engines."""
        self._command = [python, "-m", "inference.host", "--registry", registry]
        self._child: _Child | None = None
        self._busy = threading.Lock()

    @property
    def process_id(self) -> int | None:
        """Of the running process; None when there is none."""
        child = self._child
        return child.process_id if child is not None and child.alive else None

    def run(
        self,
        engine: str,
        request: Request,
        folder: Path,
        *,
        on_progress: Callable[[str, float], None] = lambda stage, fraction: None,
        should_stop: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> Production:
        """Make one song in `folder`, which must be empty or missing, and return what was made.

        `should_stop` is asked about ten times a second. Raises EngineError (with `retryable`), its kinds Hung and Died,
        and Cancelled, after which the folder is gone; RuntimeError when another song is being made, ValueError when the
        folder holds something.
        """
        folder = folder.resolve()
        if folder.exists() and any(folder.iterdir()):
            raise ValueError(f"{folder} is not empty")
        if not self._busy.acquire(blocking=False):
            raise RuntimeError("this engine process is making another song")
        try:
            watch = _Watch(self._living_child(), on_progress, should_stop, clock)
            return watch.song(wire.Run(engine, request, folder))
        finally:
            self._busy.release()

    def close(self) -> None:
        """End the process; a song that is being made fails with Died. A later `run` starts it again."""
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _living_child(self) -> _Child:
        if self._child is None or not self._child.alive:
            self._child = _Child(self._command)
        return self._child


@dataclass(frozen=True, slots=True)
class _Exited:
    code: int


class _Child:
    """A running process and the thread that hears it."""

    def __init__(self, command: list[str]) -> None:
        self._events: queue.SimpleQueue[wire.Event | _Exited] = queue.SimpleQueue()
        self._started: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._live, args=(command,), daemon=True, name="engine process")
        self._thread.start()
        started = self._started.get()
        if isinstance(started, OSError):
            raise EngineError("The engine cannot be started.", retryable=True) from started
        self._process = started

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, command: wire.Command) -> None:
        """Write a command; a process that is gone is noticed by `next_event`."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._process.stdin.write(wire.line(command))
            self._process.stdin.flush()

    def next_event(self) -> wire.Event | _Exited | None:
        """What the process said; None when it was silent for a moment."""
        try:
            return self._events.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            return None

    def kill(self) -> None:
        self._process.kill()
        self._thread.join()

    def close(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._thread.join(_CLOSE_GRACE_SECONDS)
        self.kill()

    def _live(self, command: list[str]) -> None:
        """Start the process and hear it to its end.

        The process asks the kernel to be killed when the *thread* that started it ends, so that is this one.
        """
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=_ROOT,
                env=_environment(),
                # A signal to the worker's group must not end a song that the worker wants to hand back in order.
                start_new_session=True,
            )
        except OSError as error:
            self._started.put(error)
            return
        self._started.put(process)
        assert process.stdout is not None
        with process.stdout:
            for text in process.stdout:
                try:
                    self._events.put(wire.read_event(text))
                except wire.WireError:
                    process.kill()
                    break
        self._events.put(_Exited(process.wait()))


class _Watch:
    """Follows one song from the command to its end."""

    def __init__(
        self,
        child: _Child,
        on_progress: Callable[[str, float], None],
        should_stop: Callable[[], bool],
        clock: Callable[[], float],
    ) -> None:
        self._child = child
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._clock = clock
        self._stage = stages.STARTING
        self._progressed_at = clock()
        self._cancelled_at: float | None = None

    def song(self, run: wire.Run) -> Production:
        """Leaves the process idle or dead, never at work."""
        idle = False
        try:
            self._child.send(run)
            while True:
                event = self._child.next_event()
                idle = isinstance(event, wire.Finished | wire.Failed | wire.Stopped)
                production = self._heard(event)
                if production is not None:
                    return production
                self._check_wanted()
                self._check_deadline()
        finally:
            if not idle:
                self._child.kill()
                # Nobody else is left to clear away what is half-written.
                shutil.rmtree(run.folder, ignore_errors=True)

    def _heard(self, event: wire.Event | _Exited | None) -> Production | None:
        match event:
            case wire.Progress(stage, fraction):
                self._stage, self._progressed_at = stage, self._clock()
                self._on_progress(stage, fraction)
            case _Exited() | wire.Finished() | wire.Failed() | wire.Stopped() if self._cancelled_at is not None:
                raise Cancelled
            case wire.Finished(production):
                return production
            case wire.Failed(message, retryable):
                raise EngineError(message, retryable=retryable)
            case wire.Stopped():
                raise Cancelled
            case _Exited(code):
                raise Died(code)
        return None

    def _check_wanted(self) -> None:
        if self._cancelled_at is not None:
            if self._clock() - self._cancelled_at >= _CANCEL_GRACE_SECONDS:
                raise Cancelled
        elif self._should_stop():
            self._cancelled_at = self._clock()
            self._child.send(wire.Cancel())

    def _check_deadline(self) -> None:
        silent = self._clock() - self._progressed_at
        if silent > stages.deadline(self._stage):
            raise Hung(self._stage, silent)


def _environment() -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)
    }
    # One song uses one core, so that as many songs as there are cores do not get in each other's way.
    threads = dict.fromkeys(_ONE_THREAD, "1")
    return kept | threads | {"PYTHONPATH": str(_ROOT), "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}
