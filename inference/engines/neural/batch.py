"""Several songs in one pass: each has its own outcome, and what goes wrong with one is not the others' affair."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inference.engine import Cancelled, Context, EngineError, Request, Result

_NO_MEMORY = "There was not enough memory on the device to make this song. A shorter one may fit."


@dataclass(slots=True)
class Job:
    """One song of a batch; `outcome` is set once, when it is known."""

    request: Request
    context: Context
    outcome: Result | Exception | None = None
    reached: float = 0.0

    @property
    def open(self) -> bool:
        """Whether its outcome is still to come."""
        return self.outcome is None

    def progress(self, stage: str, fraction: float) -> None:
        """Tell its context, never going back; raises what that raises."""
        self.reached = max(self.reached, min(1.0, fraction))
        self.context.progress(stage, self.reached)

    def report(self, stage: str, fraction: float) -> None:
        """As `progress`, but what is raised ends the job."""
        self.attempt(lambda: self.progress(stage, fraction))

    def attempt(self, work: Callable[[], None]) -> None:
        """Do what concerns this job alone; what goes wrong becomes its outcome, except a lack of memory."""
        if not self.open:
            return
        try:
            work()
        except Exception as error:
            if is_out_of_memory(error):
                raise
            self.outcome = error


def report(jobs: Sequence[Job], stage: str, fraction: float) -> None:
    """Tell every open job; raises `Cancelled` when none is left."""
    for job in jobs:
        if job.open:
            job.report(stage, fraction)
    if not any(job.open for job in jobs):
        raise Cancelled


def settle(jobs: Sequence[Job], work: Callable[[Sequence[Job]], None], *, largest: int) -> None:
    """Let `work` give every open job its outcome, at most `largest` at a time.

    When a pass fails, for want of memory or otherwise, its halves are tried apart, so that in the end a failure belongs
    to the job that fails by itself.
    """
    waiting = [list(jobs[start : start + largest]) for start in range(0, len(jobs), largest)]
    while waiting:
        group = [job for job in waiting.pop(0) if job.open]
        if not group:
            continue
        failure = _failure(group, work)
        left = [job for job in group if job.open]
        if failure is not None and len(group) > 1:
            waiting[:0] = [left[: len(left) // 2], left[len(left) // 2 :]]
        else:
            for job in left:
                job.outcome = failure or RuntimeError("the engine left a song without an outcome")


def outcomes(jobs: Sequence[Job]) -> Sequence[Result | Exception]:
    """Of jobs that all have one, in order."""
    return [job.outcome for job in jobs if job.outcome is not None]


def grouped(jobs: Sequence[Job], kind: Callable[[Job], str]) -> Sequence[Sequence[Job]]:
    """Jobs of the same kind together, in the order of their first."""
    groups: dict[str, list[Job]] = {}
    for job in jobs:
        groups.setdefault(kind(job), []).append(job)
    return list(groups.values())


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch, on any device, or Python itself could not have the memory it asked for."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)


def only(outcome: Sequence[Result | Exception]) -> Result:
    """The result of a batch of one, or raise what came instead."""
    (single,) = outcome
    if isinstance(single, Exception):
        raise single
    return single


def _failure(group: Sequence[Job], work: Callable[[Sequence[Job]], None]) -> Exception | None:
    """What the pass raised; None also when nobody wanted it any more."""
    try:
        work(group)
        return None
    except Cancelled as error:
        failure: Exception | None = error if any(job.open for job in group) else None
    except Exception as error:
        failure = EngineError(_NO_MEMORY, retryable=True) if is_out_of_memory(error) else error
    # Outside the handlers: the traceback held every tensor of the pass.
    _release()
    return failure


def _release() -> None:
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
