"""Songs that one loaded model makes together: who may share a batch does, and what happens to one stays its own."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from inference import stages
from inference.engine import BatchEngine, Cancelled, Capabilities, Context, Device, Engine, EngineError, Request, Result

FINISHING = 2
"""How many songs are encoded and measured at once: each holds its samples, and the next batch wants a processor too."""
NO_MEMORY = "There was not enough memory to make this song."
_CAREFUL_BATCHES = 20
_LOOK_SECONDS = 0.1

Outcome = Result | Exception
Kind = tuple[str, str, str]
"""Engine, operation and length class: songs of one kind may share a batch."""


def shares(capabilities: Capabilities) -> bool:
    """Whether one process with the engine loaded should serve many jobs: a model is too large to be loaded for each."""
    return capabilities.batch > 1 or capabilities.device is Device.GPU


@dataclass(eq=False, slots=True)
class _Item:
    engine: Engine
    request: Request
    context: Context
    kind: Kind
    alone: bool
    begun: bool = False
    outcome: Outcome | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def end(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.done.set()


@dataclass(slots=True)
class _Smaller:
    """What fitted when memory ran out, for the next batches: then a full one is tried again."""

    size: int
    batches: int = _CAREFUL_BATCHES


class Batches:
    """Takes songs from many threads and makes them, a batch at a time, in the one thread that calls `serve`."""

    def __init__(self, gather_seconds: float) -> None:
        """`gather_seconds`: how long the first song of a batch waits for others."""
        self._gather_seconds = gather_seconds
        self._changed = threading.Condition()
        self._waiting: list[_Item] = []
        self._smaller: dict[Kind, _Smaller] = {}
        self._finishing = threading.Semaphore(FINISHING)

    def serve(self) -> None:
        """Make batches for ever."""
        while True:
            self._run(self._next())

    def make(self, engine: Engine, request: Request, context: Context, *, alone: bool) -> Result:
        """The engine's result for this song, perhaps from a batch with others; raises what concerns this song."""
        item = _Item(engine, request, context, _kind(engine, request), alone)
        with self._changed:
            self._waiting.append(item)
            self._changed.notify_all()
        while not item.done.wait(_LOOK_SECONDS):
            if not item.begun:
                self._wait_on(item)
        outcome, item.outcome = item.outcome, None
        if isinstance(outcome, Exception):
            if out_of_memory(outcome):
                raise EngineError(NO_MEMORY, retryable=True) from outcome
            raise outcome
        assert outcome is not None
        return outcome

    @contextmanager
    def finishing(self, context: Context) -> Iterator[None]:
        """A turn at encoding and measuring."""
        while not self._finishing.acquire(timeout=_LOOK_SECONDS):
            context.progress(stages.WAITING, 1.0)
        try:
            yield
        finally:
            self._finishing.release()

    def _wait_on(self, item: _Item) -> None:
        try:
            item.context.progress(stages.WAITING, 0.0)
        except Cancelled:
            with self._changed:
                if item in self._waiting:
                    self._waiting.remove(item)
                    raise

    def _next(self) -> list[_Item]:
        """The songs that may go with the one that waits longest; empty when that one was cancelled meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            first = self._waiting[0]
            most = 1 if first.alone else self._most(first)
            if most > 1:
                self._changed.wait_for(lambda: len(self._like(first)) >= most, self._gather_seconds)
            batch = [first] if first.alone else self._like(first)[:most]
            for item in batch:
                item.begun = True
                self._waiting.remove(item)
            return batch

    def _most(self, item: _Item) -> int:
        smaller = self._smaller.get(item.kind)
        if smaller is None:
            return max(1, item.engine.capabilities.batch)
        smaller.batches -= 1
        if smaller.batches == 0:
            del self._smaller[item.kind]
        return smaller.size

    def _like(self, first: _Item) -> list[_Item]:
        return [item for item in self._waiting if item.kind == first.kind and not item.alone]

    def _run(self, batch: list[_Item]) -> None:
        items = [item for item in batch if _begin(item)]
        outcomes = self._outcomes(items) if items else []
        for item, outcome in zip(items, outcomes, strict=True):
            item.end(outcome)

    def _outcomes(self, items: Sequence[_Item]) -> list[Outcome]:
        """One an item; when memory runs out in the middle, again by halves."""
        outcomes = _attempt(items)
        if len(items) == 1 or not any(
            isinstance(outcome, Exception) and out_of_memory(outcome) for outcome in outcomes
        ):
            return outcomes
        # Nothing of the failed attempt may be held while the next one runs.
        short = [isinstance(outcome, Exception) and out_of_memory(outcome) for outcome in outcomes]
        again = [item for item, failed in zip(items, short, strict=True) if failed]
        kept = [None if failed else outcome for outcome, failed in zip(outcomes, short, strict=True)]
        del outcomes
        _give_memory_back()
        half = len(items) // 2
        self._smaller[items[0].kind] = _Smaller(half)
        made = iter([outcome for at in range(0, len(again), half) for outcome in self._outcomes(again[at : at + half])])
        return [next(made) if outcome is None else outcome for outcome in kept]


def _kind(engine: Engine, request: Request) -> Kind:
    if engine.capabilities.batch == 1:
        return engine.name, "", ""
    return engine.name, str(request.operation), cast(BatchEngine, engine).length_class(request)


def _begin(item: _Item) -> bool:
    try:
        item.context.progress(stages.STARTING, 0.0)
    except Exception as stopped:
        item.end(stopped)
        return False
    return True


def _attempt(items: Sequence[_Item]) -> list[Outcome]:
    engine = items[0].engine
    try:
        if engine.capabilities.batch == 1:
            return [engine.generate(item.request, item.context) for item in items]
        outcomes = list(cast(BatchEngine, engine).generate_batch([(item.request, item.context) for item in items]))
        if len(outcomes) != len(items):
            raise RuntimeError(f"{engine.name} made {len(outcomes)} outcomes of {len(items)} requests")
        return outcomes
    except Exception as error:
        if out_of_memory(error):
            # The frames it came through hold what there was no room for.
            return [MemoryError(str(error)) for _ in items]
        if isinstance(error, Cancelled) and len(items) > 1:
            return [EngineError("The engine failed unexpectedly.", retryable=True) for _ in items]
        return [error for _ in items]


def out_of_memory(error: Exception) -> bool:
    """Whether memory ran out, in the processor's or the accelerator's words."""
    return isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"


def _give_memory_back() -> None:
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
