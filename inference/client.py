"""The parent's side of an engine process: start it, give it songs to make, and never be dragged down by it."""

from __future__ import annotations

import itertools
import queue
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from inference import stages, wire
from inference.child import Child, environment
from inference.engine import Cancelled, EngineError, Request
from inference.production import Production

_POLL_SECONDS = 0.1
_CANCEL_GRACE_SECONDS = 1.0
_ROOT = Path(__file__).resolve().parent.parent


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
    """One engine process, started when first needed and again after it died.

    It makes one song at a time or, when it is shared, those of many threads, together when they may share a batch.
    """

    def __init__(
        self,
        *,
        registry: str = "inference.registry",
        python: str = sys.executable,
        gather_seconds: float | None = None,
    ) -> None:
        """`registry` names a module whose `get(name)` returns engines.

        With `gather_seconds` the process is shared, and the first song of a batch waits that long for others.
        """
        self._command = [python, "-m", "inference.host", "--registry", registry]
        self._shared = gather_seconds is not None
        if gather_seconds is not None:
            self._command += ["--gather", str(gather_seconds)]
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._names = itertools.count(1)

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
        alone: bool = False,
        on_progress: Callable[[str, float], None] = lambda stage, fraction: None,
        should_stop: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> Production:
        """Make one song in `folder`, which must be empty or missing, and return what was made.

        `alone` keeps it out of batches. `should_stop` is asked about ten times a second. Raises EngineError (with
        `retryable`), its kinds Hung and Died, and Cancelled, after which the folder is gone; RuntimeError when another
        song is being made and the process is not shared, ValueError when the folder holds something.
        """
        folder = folder.resolve()
        if folder.exists() and any(folder.iterdir()):
            raise ValueError(f"{folder} is not empty")
        run = wire.Run(str(next(self._names)), engine, request, folder, alone)
        while True:
            watch = self._join(run.song, on_progress, should_stop, clock)
            try:
                return watch.song(run)
            except Died:
                if not watch.bystander:
                    raise
                run = replace(run, song=str(next(self._names)))
            finally:
                with self._lock:
                    watch.leave(folder)

    def close(self) -> None:
        """End the process; songs that are being made fail with Died. A later `run` starts it again."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _join(
        self,
        song: str,
        on_progress: Callable[[str, float], None],
        should_stop: Callable[[], bool],
        clock: Callable[[], float],
    ) -> _Watch:
        with self._lock:
            if self._child is None or not self._child.alive:
                self._child = _Child(self._command)
            if not self._shared and self._child.songs:
                raise RuntimeError("this engine process is making another song")
            return _Watch(self._child, song, on_progress, should_stop, clock)


class _Exited(int):
    """The exit code of a process that ended."""


_Heard = wire.Progress | wire.Finished | wire.Failed | wire.Stopped | _Exited
_Events = queue.SimpleQueue[_Heard]


class _Child:
    """A running process, and the songs it has in hand."""

    def __init__(self, command: list[str]) -> None:
        self.songs: dict[str, _Events] = {}
        self._strays: set[str] = set()
        """Songs that nobody waits for any more and that the process has not let go of."""
        self._exit: _Exited | None = None
        self._lock = threading.Lock()
        more = {"PYTHONPATH": str(_ROOT), "PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}
        try:
            self._process = Child(
                command, folder=_ROOT, environment=environment(more), hear=self._hear, ended=self._told_end
            )
        except OSError as error:
            raise EngineError("The engine cannot be started.", retryable=True) from error

    @property
    def process_id(self) -> int:
        return self._process.process_id

    @property
    def alive(self) -> bool:
        return self._process.alive

    def join(self, song: str) -> _Events:
        """What the process says about a song from now on; its end is told last."""
        events = _Events()
        with self._lock:
            if self._exit is not None:
                events.put(self._exit)
            self.songs[song] = events
        return events

    def leave(self, song: str, *, ended: bool) -> None:
        """Nobody waits for the song any more; the process goes on for the others, and never works for nobody."""
        with self._lock:
            self.songs.pop(song, None)
            if not ended:
                self._strays.add(song)
            unwatched = not self.songs and bool(self._strays)
        if unwatched:
            self._process.kill()

    def send(self, command: wire.Command) -> None:
        """Write a command; that the process is gone is told as an event."""
        self._process.send(wire.line(command))

    def kill(self) -> None:
        """End the process; every song in it hears of that."""
        self._process.kill()

    def close(self) -> None:
        self._process.close()

    def _hear(self, text: bytes) -> None:
        event = wire.read_event(text)
        if isinstance(event, wire.Ready):
            return
        with self._lock:
            if not isinstance(event, wire.Progress):
                self._strays.discard(event.song)
            events = self.songs.get(event.song)
        if events is not None:
            events.put(event)

    def _told_end(self, code: int) -> None:
        with self._lock:
            self._exit = _Exited(code)
            for events in self.songs.values():
                events.put(self._exit)


class _Watch:
    """Follows one song from the command to its end."""

    def __init__(
        self,
        child: _Child,
        song: str,
        on_progress: Callable[[str, float], None],
        should_stop: Callable[[], bool],
        clock: Callable[[], float],
    ) -> None:
        self._child = child
        self._name = song
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._clock = clock
        self._company = bool(child.songs)
        self._events = child.join(song)
        self._stage = stages.STARTING
        self._progressed_at = clock()
        self._cancelled_at: float | None = None
        self._begun = False
        self._ended = False
        self._made = False

    @property
    def bystander(self) -> bool:
        """Whether the process died over others' songs before it began this one."""
        return self._company and not self._begun and self._cancelled_at is None

    def song(self, run: wire.Run) -> Production:
        """Have the song made; call `leave` afterwards, whatever happened."""
        self._child.send(run)
        while True:
            production = self._heard(self._next_event())
            if production is not None:
                self._made = True
                return production
            self._check_wanted()
            self._check_deadline()

    def leave(self, folder: Path) -> None:
        """Let go of the process, and of the folder unless the song is in it."""
        if not self._ended and self._cancelled_at is None:
            self._child.send(wire.Cancel(self._name))
        self._child.leave(self._name, ended=self._ended)
        if not self._made:
            # Nobody else may be left to clear away what is half-written.
            shutil.rmtree(folder, ignore_errors=True)

    def _next_event(self) -> _Heard | None:
        """What the process said; None when it was silent for a moment."""
        try:
            event = self._events.get(timeout=_POLL_SECONDS)
        except queue.Empty:
            return None
        self._ended = isinstance(event, wire.Finished | wire.Failed | wire.Stopped)
        return event

    def _heard(self, event: _Heard | None) -> Production | None:
        match event:
            case wire.Progress(_, stage, fraction):
                self._stage, self._progressed_at = stage, self._clock()
                self._begun = self._begun or stage != stages.WAITING
                self._on_progress(stage, fraction)
            case _Exited() | wire.Finished() | wire.Failed() | wire.Stopped() if self._cancelled_at is not None:
                raise Cancelled
            case wire.Finished(_, production):
                return production
            case wire.Failed(_, message, retryable):
                raise EngineError(message, retryable=retryable)
            case wire.Stopped():
                raise Cancelled
            case _Exited():
                raise Died(int(event))
        return None

    def _check_wanted(self) -> None:
        if self._cancelled_at is not None:
            if self._clock() - self._cancelled_at >= _CANCEL_GRACE_SECONDS:
                raise Cancelled
        elif self._should_stop():
            self._cancelled_at = self._clock()
            self._child.send(wire.Cancel(self._name))

    def _check_deadline(self) -> None:
        silent = self._clock() - self._progressed_at
        if silent > stages.deadline(self._stage):
            self._child.kill()
            raise Hung(self._stage, silent)
