"""The child process that holds the engines: reads commands from its input, answers with events on its output.

It makes one song at a time or, with `--gather`, lets songs share batches. It keeps engines loaded between songs, and
ends when its input closes.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import importlib
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from inference import stages, wire
from inference.batching import NO_MEMORY, Batches, out_of_memory
from inference.disk import is_full
from inference.engine import Cancelled, Context, Engine, EngineError, Request, Result

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
    parser.add_argument("--gather", type=float, help="share batches; how many seconds a song waits for others")
    options = parser.parse_args(arguments)
    registry = cast(Registry, importlib.import_module(options.registry))
    _tie_to_parent()
    host = _Host(registry, _take_standard_output())
    if options.gather is None:
        host.serve_one_by_one()
    else:
        host.serve_together(Batches(options.gather))


class _Song:
    """A song in hand, and whether it is still wanted."""

    def __init__(self, run: wire.Run, host: _Host) -> None:
        self.run = run
        self.cancelled = threading.Event()
        self._host = host
        self._said = wire.Progress(run.song, "", 0.0)
        self._moved = 0

    def report(self, stage: str, fraction: float) -> None:
        """Pass progress on, unless it is too little to be worth a line; Cancelled when the song is not wanted."""
        if self.cancelled.is_set():
            raise Cancelled
        host, said = self._host, self._said
        if stage == stages.WAITING:
            news = host.moved != self._moved
            self._moved = host.moved
        else:
            news = stage != said.stage or fraction >= said.fraction + _SMALLEST_STEP
            host.moved += 1
        if news:
            self._said = wire.Progress(self.run.song, stage, fraction)
            host.send(self._said)


class _Host:
    def __init__(self, registry: Registry, output: BinaryIO) -> None:
        self._registry = registry
        self._output = output
        self._sending = threading.Lock()
        self._songs: dict[str, _Song] = {}
        self.moved = 0
        """Grows whenever any song gets on: who waits may go on waiting."""

    def serve_one_by_one(self) -> None:
        """Make each song in this thread, alone."""
        runs: queue.SimpleQueue[_Song] = queue.SimpleQueue()
        self._start(runs.put)
        while True:
            self._answer(runs.get(), lambda engine, song: engine)

    def serve_together(self, batches: Batches) -> None:
        """Let songs meet in batches, which are made in this thread; the rest of a song is done in one of its own."""

        def begin(song: _Song) -> None:
            threading.Thread(target=self._answer_shared, args=(song, batches), daemon=True).start()

        self._start(begin)
        batches.serve()

    def send(self, event: wire.Event) -> None:
        """Say it; the end of the process when nobody listens."""
        try:
            with self._sending:
                self._output.write(wire.line(event))
                self._output.flush()
        except BrokenPipeError:
            os._exit(0)

    def _start(self, begin: Callable[[_Song], None]) -> None:
        threading.Thread(target=self._listen, args=(begin,), daemon=True).start()
        self.send(wire.Ready(os.getpid()))

    def _listen(self, begin: Callable[[_Song], None]) -> None:
        """Read commands, in a thread, so that a cancellation is heard while an engine works."""
        try:
            for text in sys.stdin.buffer:
                command = wire.read_command(text)
                if isinstance(command, wire.Run):
                    song = self._songs[command.song] = _Song(command, self)
                    begin(song)
                elif (unwanted := self._songs.get(command.song)) is not None:
                    unwanted.cancelled.set()
        except wire.WireError:
            traceback.print_exc()
            os._exit(2)
        os._exit(0)

    def _answer_shared(self, song: _Song, batches: Batches) -> None:
        with ExitStack() as turn:
            self._answer(song, lambda engine, song: cast(Engine, _Shared(engine, batches, song.run.alone, turn)))

    def _answer(self, song: _Song, prepare: Callable[[Engine, _Song], Engine]) -> None:
        """Say exactly one result, error or cancellation."""
        event = self._ending(song, prepare)
        self._songs.pop(song.run.song, None)
        self.send(event)

    def _ending(self, song: _Song, prepare: Callable[[Engine, _Song], Engine]) -> wire.Event:
        run = song.run
        try:
            engine = self._registry.get(run.engine)
        except KeyError:
            return wire.Failed(run.song, f"There is no engine called {run.engine!r}.", retryable=False)
        try:
            # Imported late: what is heavy loads as part of a song, under its deadline, and not before the first word.
            from inference.produce import produce

            return wire.Finished(run.song, produce(prepare(engine, song), run.request, run.folder, song.report))
        except Cancelled:
            return wire.Stopped(run.song)
        except Exception as error:
            return _failure(run.song, error)


class _Shared:
    """An engine as one song of many sees it: `generate` waits for the song's batch, and then for its turn to finish."""

    def __init__(self, engine: Engine, batches: Batches, alone: bool, turn: ExitStack) -> None:  # noqa: FBT001
        self._engine = engine
        self._batches = batches
        self._alone = alone
        self._turn = turn

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def generate(self, request: Request, context: Context) -> Result:
        """The song's own result; a turn that it had is given up while it waits for another."""
        self._turn.close()
        result = self._batches.make(self._engine, request, context, alone=self._alone)
        self._turn.enter_context(self._batches.finishing(context))
        return result


def _failure(song: str, error: Exception) -> wire.Failed:
    if isinstance(error, EngineError):
        return wire.Failed(song, str(error), error.retryable)
    if out_of_memory(error):
        return wire.Failed(song, NO_MEMORY, retryable=True)
    traceback.print_exception(error)
    if is_full(error):
        return wire.Failed(song, "There is no space left to store this song.", retryable=True)
    return wire.Failed(song, "The engine failed unexpectedly.", retryable=True)


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
