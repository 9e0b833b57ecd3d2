"""The parent's side of an engine process: start it, give it songs to make, and never be dragged down by it."""

from __future__ import annotations

import itertools
import shutil
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
from inference.watching import Died, Exited, Hung, OnProgress, Watch, never, nothing

__all__ = ["Died", "EngineProcess", "Hung"]

_CANCEL_GRACE_SECONDS = 1.0
_ROOT = Path(__file__).resolve().parent.parent


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
        on_progress: OnProgress = nothing,
        should_stop: Callable[[], bool] = never,
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
            song = self._join(run.song, Watch(on_progress, should_stop, clock))
            try:
                return song.made(run)
            except Died:
                if not song.bystander:
                    raise
                run = replace(run, song=str(next(self._names)))
            finally:
                with self._lock:
                    song.leave(folder)

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

    def _join(self, song: str, watch: _Watch) -> _Song:
        with self._lock:
            if self._child is None or not self._child.alive:
                self._child = _Child(self._command)
            if not self._shared and self._child.songs:
                raise RuntimeError("this engine process is making another song")
            return _Song(self._child, song, watch)


_Heard = wire.Progress | wire.Finished | wire.Failed | wire.Stopped
_Watch = Watch[_Heard]


class _Child:
    """A running process, and the songs it has in hand."""

    def __init__(self, command: list[str]) -> None:
        self.songs: dict[str, _Watch] = {}
        self._strays: set[str] = set()
        """Songs that nobody waits for any more and that the process has not let go of."""
        self._exit: Exited | None = None
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

    def join(self, song: str, watch: _Watch) -> None:
        """Tell `watch` what the process says about a song from now on."""
        with self._lock:
            if self._exit is not None:
                watch.tell(self._exit)
            self.songs[song] = watch

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
            watch = self.songs.get(event.song)
        if watch is not None:
            watch.tell(event)

    def _told_end(self, code: int) -> None:
        with self._lock:
            self._exit = Exited(code)
            for watch in self.songs.values():
                watch.tell(self._exit)


class _Song:
    """One song in the hands of a process, from the command to its end."""

    def __init__(self, child: _Child, name: str, watch: _Watch) -> None:
        self._child = child
        self._name = name
        self._watch = watch
        self._company = bool(child.songs)
        self._begun = False
        self._ended = False
        self._made = False
        child.join(name, watch)

    @property
    def bystander(self) -> bool:
        """Whether the process died over others' songs before it began this one."""
        return self._company and not self._begun and not self._watch.unwanted

    def made(self, run: wire.Run) -> Production:
        """Have the song made; call `leave` afterwards, whatever happened."""
        self._child.send(run)
        try:
            production = self._watch.follow(
                self._heard,
                ask_to_stop=lambda: self._child.send(wire.Cancel(self._name)),
                grace_seconds=_CANCEL_GRACE_SECONDS,
            )
        except Hung:
            self._child.kill()
            raise
        self._made = True
        return production

    def leave(self, folder: Path) -> None:
        """Let go of the process, and of the folder unless the song is in it."""
        if not self._ended and not self._watch.unwanted:
            self._child.send(wire.Cancel(self._name))
        self._child.leave(self._name, ended=self._ended)
        if not self._made:
            # Nobody else may be left to clear away what is half-written.
            shutil.rmtree(folder, ignore_errors=True)

    def _heard(self, event: _Heard) -> Production | None:
        self._ended = not isinstance(event, wire.Progress)
        match event:
            case wire.Progress(_, stage, fraction):
                self._begun = self._begun or stage != stages.WAITING
                self._watch.progressed(stage, fraction)
                return None
            case _ if self._watch.unwanted:
                raise Cancelled
            case wire.Finished(_, production):
                return production
            case wire.Failed(_, message, retryable):
                raise EngineError(message, retryable=retryable)
            case wire.Stopped():
                raise Cancelled
