"""Normalising as the worker sees it: a process for each file, watched, limited, and ended for certain."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from inference.decoding.model import DecoderFailed, Limits, Reason, Refused
from inference.normalising.messages import CONVERSATION, DECODER, REFUSED, Task
from inference.normalising.model import Normalised
from inference.one_task.client import Program
from inference.watching import OnProgress, never, nothing

_PROGRAM = Program(
    "inference.normalising.child",
    CONVERSATION,
    cannot_start="This file cannot be prepared just now.",
    errors={
        REFUSED: lambda failed: Refused(Reason(failed.detail), failed.message),
        DECODER: lambda failed: DecoderFailed(failed.message),
    },
)


def run(
    source: Path,
    folder: Path,
    *,
    on_progress: OnProgress = nothing,
    should_stop: Callable[[], bool] = never,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    clock: Callable[[], float] = time.monotonic,
) -> Normalised:
    """Normalise `source` into `folder`, which must be empty or missing, in a process of its own.

    `should_stop` is asked about ten times a second. Raises Refused, when the file is not taken; DecoderFailed, when
    another try may succeed; EngineError (with `retryable`, as for too little space on the disk) and its kinds Hung and
    Died; Cancelled. After each of them the process, its decoder, and the folder are gone. ValueError when the folder
    holds something, FileNotFoundError when there is no such file.
    """
    task = Task(source.resolve(strict=True), folder.resolve(), limits)
    done: Normalised = _PROGRAM.run(task, task.folder, on_progress=on_progress, should_stop=should_stop, clock=clock)
    return done
