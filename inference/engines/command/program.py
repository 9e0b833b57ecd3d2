"""A configured program at work: started on a leash, heard in a thread, and ended for certain."""

from __future__ import annotations

import contextlib
import queue
from typing import IO, Any

from inference.child import Child, environment
from inference.engine import EngineError
from inference.engines.command import conversation
from inference.engines.command.settings import Program
from inference.programs.running import Quoted, leashed

_POLL_SECONDS = 0.1
_END_GRACE_SECONDS = 2.0
_MOST_UNHEARD = 1000
_LONGEST_PRINTED = 2000


class Running:
    """One process of a program; it dies with this one."""

    def __init__(self, program: Program) -> None:
        """Start it; EngineError when it cannot be."""
        self._quoted = Quoted(program.name)
        self._heard: queue.Queue[conversation.Heard | conversation.Ended] = queue.Queue(_MOST_UNHEARD)
        self._ended: conversation.Ended | None = None
        self._nonsense = ""
        try:
            self._child = Child(
                leashed(program.command),
                folder=program.folder,
                environment=environment(program.environment),
                hear=self._hear,
                ended=self._told_end,
                longest_line=conversation.LONGEST_LINE,
                errors=self._log,
            )
        except OSError as error:
            raise EngineError("The engine's program cannot be started.", retryable=True) from error

    @property
    def alive(self) -> bool:
        return self._ended is None and self._child.alive

    @property
    def process_id(self) -> int:
        """Of the leash, whose child the program is."""
        return self._child.process_id

    def say(self, name: str, body: dict[str, Any]) -> None:
        """Send a message."""
        self._quoted.renewed()
        self._child.send(conversation.said(name, body))

    def next(self) -> conversation.Heard | None:
        """What it said; None when it was silent for a moment. EngineError when it has ended and said all."""
        with contextlib.suppress(queue.Empty):
            message = self._heard.get(timeout=_POLL_SECONDS)
            if not isinstance(message, conversation.Ended):
                return message
        if self._ended is not None and self._heard.empty():
            reason = "said what it must not" if self._nonsense else f"ended with code {self._ended.code}"
            raise EngineError(f"The engine's program {reason}.", retryable=True)
        return None

    def end(self) -> None:
        """End it, with all that it started."""
        self._child.terminate(_END_GRACE_SECONDS)

    def _hear(self, line: bytes) -> None:
        try:
            message = conversation.heard(line)
        except conversation.Nonsense as error:
            self._nonsense = str(error)
            self._quoted.say(f"nonsense: {error}")
            raise
        try:
            self._heard.put_nowait(message)
        except queue.Full:
            # Progress that nobody had time to hear is no loss.
            if not isinstance(message, conversation.Progress):
                raise conversation.Nonsense("it says more than anybody hears") from None

    def _told_end(self, code: int) -> None:
        self._ended = conversation.Ended(code)
        with contextlib.suppress(queue.Full):
            self._heard.put_nowait(self._ended)

    def _log(self, errors: IO[bytes]) -> None:
        with errors:
            while line := errors.readline(_LONGEST_PRINTED):
                self._quoted.line(line.decode(errors="replace"))
