"""Swapping as the worker sees it: a process for each song, watched, and ended for certain."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from inference.one_task.client import Program
from inference.swapping import messages
from inference.swapping.model import NoSpace, NoVocals, OnlyVocals, Silent, Swapped, SwapTask, TooShort
from inference.watching import OnProgress, never, nothing

_PROGRAM = Program(
    "inference.swapping.child",
    messages.CONVERSATION,
    cannot_start="This song cannot be worked on just now.",
    errors={
        messages.NO_VOCALS: lambda failed: NoVocals(part=failed.detail == messages.PART),
        messages.SILENT: lambda failed: Silent(part=failed.detail == messages.PART),
        messages.ONLY_VOCALS: lambda failed: OnlyVocals(),
        messages.TOO_SHORT: lambda failed: TooShort(),
        messages.NO_SPACE: lambda failed: NoSpace(),
    },
)


def run(
    task: SwapTask,
    *,
    on_progress: OnProgress = nothing,
    should_stop: Callable[[], bool] = never,
    clock: Callable[[], float] = time.monotonic,
) -> Swapped:
    """Have the song sung by another voice, or taken apart when the task names none, in a process of its own.

    `should_stop` is asked about ten times a second. Raises NoVocals, OnlyVocals, Silent, TooShort, NoSpace, and
    EngineError otherwise (with `retryable`), with its kinds Hung and Died; Cancelled. After each of them the process
    and the folder are gone; a workshop keeps the stages that were whole. ValueError when the folder holds something,
    FileNotFoundError when there is no such song.
    """
    task = replace(task, source=task.source.resolve(strict=True), folder=task.folder.resolve())
    done: Swapped = _PROGRAM.run(task, task.folder, on_progress=on_progress, should_stop=should_stop, clock=clock)
    return done
