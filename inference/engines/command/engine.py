"""The engine whose songs are made by a program in an environment of its own."""

from __future__ import annotations

import itertools
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inference.engine import Cancelled, Context, EngineError, Operation, Request, Result
from inference.engines.command import conversation
from inference.engines.command.program import Running
from inference.engines.command.settings import Program, describe, read_description
from inference.engines.command.watch import GENERATED, Watch
from inference.programs.manifest import ManifestError
from inference.programs.running import for_people

if TYPE_CHECKING:
    from inference.engine import Samples

_LONGEST_PARAMETERS = 20_000
_SPARE_SECONDS = 10.0
"""How much longer than asked a song may be."""


class CommandEngine:
    """Has songs made by a configured program, which it believes nothing."""

    def __init__(self, program: Program, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = program.name
        self.title = program.description.title
        self.version = program.description.version
        self.capabilities = program.description.capabilities
        self._program = program
        self._clock = clock
        self._running: Running | None = None
        self._songs = itertools.count(1)

    @property
    def process_id(self) -> int | None:
        """Of the program's leash; None when none runs."""
        return self._running.process_id if self._running is not None and self._running.alive else None

    def generate(self, request: Request, context: Context) -> Result:
        """Have the song made and master it; EngineError when the program fails in any way."""
        # Here, so that asking for the capabilities imports nothing heavy.
        from inference.engines.neural.finishing import finished

        self._check(request)
        parent = self._parent(request)
        made, samples = self._made(request, context, parent)
        if parent is not None and request.operation is Operation.EXTEND:
            samples = _continued(parent, samples, self.capabilities.sample_rate)
        result = finished(
            request,
            samples,
            self.capabilities.sample_rate,
            weights=for_people(made.weights),
            parameters=made.parameters,
            on_progress=lambda f: context.progress("mastering", GENERATED + (1 - GENERATED) * f),
        )
        return replace(
            result,
            tempo=made.tempo or result.tempo,
            key=for_people(made.key) or result.key,
            title=for_people(made.title) or result.title,
        )

    def close(self) -> None:
        """End the program; the next song starts it again."""
        running, self._running = self._running, None
        if running is not None:
            running.end()

    def _check(self, request: Request) -> None:
        can = self.capabilities
        if request.operation not in can.operations:
            raise EngineError(f"{self.title} cannot do “{request.operation.value.replace('_', ' ')}”.")
        if not can.minimum_seconds <= request.seconds <= can.maximum_seconds:
            raise EngineError(
                f"{self.title} makes songs from {can.minimum_seconds} to {can.maximum_seconds} seconds, "
                f"not {request.seconds:g}."
            )

    def _parent(self, request: Request) -> Samples | None:
        """The version to start from; for an extension without its ending, so that there is music to go on from."""
        if request.parent is None or request.operation in {Operation.GENERATE, Operation.VARIATION}:
            return None
        from inference.engines.neural.joining import going_on_from, parent_audio

        rate = self.capabilities.sample_rate
        samples = parent_audio(request.parent, rate)
        return samples[: going_on_from(samples, rate)] if request.operation is Operation.EXTEND else samples

    def _made(self, request: Request, context: Context, parent: Samples | None) -> tuple[conversation.Made, Samples]:
        from inference.programs import sound

        folder = context.folder / "program"
        folder.mkdir()
        try:
            try:
                made = self._song(
                    request, context, folder, _written(parent, self.capabilities.sample_rate, context.folder)
                )
            except conversation.Nonsense as error:
                raise EngineError("The engine's program said what it must not.", retryable=True) from error
            longest = request.seconds + _SPARE_SECONDS
            return made, sound.song(folder, made.audio, self.capabilities.sample_rate, longest)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _song(self, request: Request, context: Context, folder: Path, parent: Path | None) -> conversation.Made:
        """What the program answers. It stays if it answered, and is ended otherwise."""
        from inference.engines.neural.finishing import caption

        watch = Watch(self._program, context, folder, self._clock)
        song, answered = str(next(self._songs)), False
        try:
            running = self._ready(watch)
            running.say("run", {"song": song, "caption": caption(request), **_asked(request, folder, parent)})
            try:
                answer = watch.answer(running, song)
            except Cancelled:
                answered = self._let_go(running, song)
                raise
            answered = True
        finally:
            if not answered:
                self.close()
        if isinstance(answer, conversation.Made):
            if len(json.dumps(answer.parameters)) > _LONGEST_PARAMETERS:
                raise EngineError("The engine's program recorded too much.", retryable=True)
            return answer
        if isinstance(answer, conversation.Failed):
            message = for_people(answer.message) or "The engine's program failed."
            raise EngineError(message, retryable=answer.retryable)
        raise EngineError("The engine's program gave up the song.", retryable=True)

    def _ready(self, watch: Watch) -> Running:
        """The program, started when it is not there, and still what its description says."""
        if self._running is not None and self._running.alive:
            return self._running
        self.close()
        self._running = running = Running(self._program)
        running.say("describe", {})
        described = watch.description(running)
        try:
            same = describe(read_description(described.model_dump())) == describe(self._program.description)
        except ManifestError:
            same = False
        if not same:
            raise EngineError(f"{self.title} is not what its description says; it must be described again.")
        return running

    def _let_go(self, running: Running, song: str) -> bool:
        """Tell the program that the song is not wanted; whether it understood in time."""
        running.say("cancel", {"song": song})
        until = self._clock() + self._program.cancel_seconds
        while self._clock() < until:
            try:
                message = running.next()
            except EngineError:
                return False
            if isinstance(message, conversation.Made | conversation.Failed | conversation.Cancelled):
                return message.song == song
        return False


def _asked(request: Request, folder: Path, parent: Path | None) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "operation": request.operation.value,
        "prompt": request.prompt,
        "lyrics": request.lyrics,
        "language": request.language,
        "instrumental": request.instrumental,
        "seconds": request.seconds,
        "seed": request.seed,
        "tempo": request.tempo,
        "key": request.key,
        "meter": request.meter,
        "genre": request.genre,
        "mood": request.mood,
        "instruments": list(request.instruments),
        "energy": request.energy,
        "voice": request.voice,
        "span": list(request.span) if request.span else None,
        "parent": {"audio": str(parent)} if parent else None,
        "parameters": dict(request.parameters),
    }


def _written(samples: Samples | None, sample_rate: int, folder: Path) -> Path | None:
    """The version to start from as a file that any program can read, where the program does not write."""
    if samples is None:
        return None
    from scipy.io import wavfile

    path = folder / "parent.wav"
    wavfile.write(path, sample_rate, samples)
    return path


def _continued(parent: Samples, whole: Samples, sample_rate: int) -> Samples:
    """The version as it is, and what the program went on with."""
    from inference.engines.neural.joining import replaced

    if whole.shape[0] <= parent.shape[0]:
        raise EngineError("The engine did not go on from the version.", retryable=True)
    return replaced(parent, whole, parent.shape[0], whole.shape[0], sample_rate)
