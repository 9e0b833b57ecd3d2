"""Listening for protected voices as the worker sees it: a process for each recording or song."""

from __future__ import annotations

from collections.abc import Callable

from inference.decoding.model import DecoderFailed, Reason, Refused
from inference.likeness.messages import CONVERSATION, DECODER, NOT_TAKEN, REFUSED
from inference.likeness.model import Answer, Fault, NotTaken, Task
from inference.one_task.client import Program
from inference.watching import OnProgress, never, nothing

_PROGRAM = Program(
    "inference.likeness.child",
    CONVERSATION,
    cannot_start="Nobody can listen to this just now.",
    errors={
        NOT_TAKEN: lambda failed: NotTaken(Fault(failed.detail), failed.message),
        REFUSED: lambda failed: Refused(Reason(failed.detail), failed.message),
        DECODER: lambda failed: DecoderFailed(failed.message),
    },
)


def run(task: Task, *, on_progress: OnProgress = nothing, should_stop: Callable[[], bool] = never) -> Answer:
    """Do the task in a process of its own.

    Raises NotTaken when a recording cannot stand for a voice, Refused when it cannot be read, DecoderFailed when
    another try may succeed, EngineError (with `retryable`) and its kinds Hung and Died, and Cancelled.
    """
    done: Answer = _PROGRAM.run(task, task.folder, on_progress=on_progress, should_stop=should_stop)
    return done
