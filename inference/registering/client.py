"""Taking up a voice as the worker sees it: a process for each registration."""

from __future__ import annotations

from collections.abc import Callable

from inference.decoding.model import DecoderFailed, Reason, Refused
from inference.one_task.client import Program
from inference.registering.messages import CONVERSATION, DECODER, NOT_TAKEN, REFUSED
from inference.registering.model import Fault, NotTaken, Registered, Task
from inference.watching import OnProgress, never, nothing

_PROGRAM = Program(
    "inference.registering.child",
    CONVERSATION,
    cannot_start="Recordings cannot be checked just now.",
    errors={
        NOT_TAKEN: lambda failed: NotTaken(Fault(failed.detail), failed.message),
        REFUSED: lambda failed: Refused(Reason(failed.detail), failed.message),
        DECODER: lambda failed: DecoderFailed(failed.message),
    },
)


def run(task: Task, *, on_progress: OnProgress = nothing, should_stop: Callable[[], bool] = never) -> Registered:
    """Check the recordings and learn the voice, in a process of its own.

    Raises NotTaken when the voice is not, Refused when a file is not, DecoderFailed when another try may succeed,
    EngineError (with `retryable`) and its kinds Hung and Died, and Cancelled. After each of them the folder is gone.
    """
    done: Registered = _PROGRAM.run(task, task.folder, on_progress=on_progress, should_stop=should_stop)
    return done
