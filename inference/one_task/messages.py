"""What such a program says, in lines of JSON; its input is the task, in one line, and then stays open while the result
is wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inference.framing import Messages


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the whole task is, 0..1."""

    stage: str
    fraction: float


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be done; the message is for the person who asked."""

    message: str
    retryable: bool
    kind: str = ""
    """Which of the program's own errors this is; empty for an `EngineError` and for what nobody expected."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """It was no longer wanted."""


@dataclass(frozen=True)
class Conversation:
    """The two sides of a program: `task` and `result` are dataclasses that JSON can hold."""

    task: type[Any]
    result: type[Any]

    @property
    def tasks(self) -> Messages:
        """What it is told."""
        return Messages("task", {"task": self.task})

    @property
    def events(self) -> Messages:
        """What it says."""
        return Messages("event", {"progress": Progress, "result": self.result, "failed": Failed, "stopped": Stopped})
