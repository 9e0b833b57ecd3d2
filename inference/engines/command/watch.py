"""Following a program through one song: its progress passed on, its silence and its appetite bounded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from inference import stages
from inference.engine import Context, EngineError
from inference.engines.command import conversation
from inference.engines.command.program import Running
from inference.engines.command.settings import Program
from inference.programs.running import folder_megabytes

GENERATED = 0.9
"""How much of the whole the program's part is."""
_STRICTER = 0.9
"""The program is given up before whoever watches this process gives up both."""
_FOLDER_EVERY_SECONDS = 1.0


class Watch:
    """Listens to a program for one song, passes its progress on, and gives up when it is silent or writes too much."""

    def __init__(self, program: Program, context: Context, folder: Path, clock: Callable[[], float]) -> None:
        self._program = program
        self._context = context
        self._folder = folder
        self._clock = clock
        self._stage, self._fraction = stages.STARTING, 0.0
        self._heard_at = self._weighed_at = clock()

    def description(self, running: Running) -> conversation.Described:
        """What it says of itself."""
        while True:
            message = self._next(running)
            if isinstance(message, conversation.Described):
                return message

    def answer(self, running: Running, song: str) -> conversation.Made | conversation.Failed | conversation.Cancelled:
        """How the song ended; raises Cancelled from the context."""
        self._heard_at = self._clock()
        while True:
            message = self._next(running)
            if message is None or isinstance(message, conversation.Described) or message.song != song:
                continue
            if not isinstance(message, conversation.Progress):
                return message
            self._stage = conversation.stage_of(message)
            self._fraction = max(self._fraction, message.fraction)
            self._heard_at = self._clock()

    def _next(self, running: Running) -> conversation.Heard | None:
        message = running.next()
        self._context.progress(self._stage, GENERATED * self._fraction)
        now = self._clock()
        patience = min(self._program.silence_seconds, _STRICTER * stages.deadline(self._stage))
        if now - self._heard_at > patience:
            raise EngineError(f"The engine's program said nothing for {patience:.0f} s.", retryable=True)
        if now - self._weighed_at > _FOLDER_EVERY_SECONDS:
            self._weighed_at = now
            if folder_megabytes(self._folder) > self._program.folder_megabytes:
                raise EngineError("The engine's program filled its folder.")
        return message
