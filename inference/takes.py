"""One song, or the better of two: a result that misses what was asked for is tried once more with another seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from inference import stages
from inference.audio.measure import measure
from inference.engine import Engine, EngineError, Request, Result
from inference.hearing.comparing import Hearing, compare
from inference.production import Measured
from inference.provenance.watermarks import watermarked

Report = Callable[[str, float], None]
"""Told the stage and the fraction of all takes; raises `Cancelled` when the work is no longer wanted."""

_MEASURING_SHARE = 0.08
_SECOND_SHARE = 0.08
"""Of the progress that a second take has, as it is seldom needed: what is shown must never go back."""


@dataclass(frozen=True, slots=True)
class Take:
    """A result, what was measured of it, and how that compares with what was asked for."""

    result: Result
    measured: Measured
    hearing: Hearing
    again: Mapping[str, Any] | None = None
    """How the second try went, as JSON values; None when there was none."""

    def heard(self) -> dict[str, Any]:
        """What `Production.heard` records."""
        return self.hearing.as_json() | ({"again": dict(self.again)} if self.again else {})


@dataclass(frozen=True, slots=True)
class _Context:
    folder: Path
    report: Report
    start: float
    end: float

    def progress(self, stage: str, fraction: float) -> None:
        self.report(stage, self.start + (self.end - self.start) * fraction)


def best_take(engine: Engine, request: Request, scratch: Path, report: Report) -> Take:
    """Make the song; when tempo or key that were asked for are missed, and `other_seed` allows, once more.

    The better one is kept, the first when they are as good; its stems lie in `scratch`. Raises what the engine and
    `report` raise for the first take, and EngineError for a result that no file can hold; a second one that fails
    leaves the first.
    """
    if request.other_seed is None:
        return _take(engine, request, scratch / "1", report, 0.0, 1.0)
    turn = 1.0 - _SECOND_SHARE
    first = _take(engine, request, scratch / "1", report, 0.0, turn)
    if not first.hearing.missed:
        return first
    # Two songs in memory at once would be too much.
    spilled = scratch / "first.npy"
    np.save(spilled, first.result.mix)
    first = replace(first, result=replace(first.result, mix=np.zeros((0, 2), np.float32)))
    try:
        other = replace(request, seed=request.other_seed, other_seed=None)
        second = _take(engine, other, scratch / "2", report, turn, 1.0)
    except EngineError as error:
        return _restored(first, spilled, _again(first, None, f"it failed: {error}"))
    if second.hearing.distance < first.hearing.distance:
        return replace(second, again=_again(first, second, "it was nearer"))
    return _restored(first, spilled, _again(first, second, "it was no nearer"))


def _take(engine: Engine, request: Request, folder: Path, report: Report, start: float, end: float) -> Take:
    folder.mkdir(parents=True)
    measuring = end - _MEASURING_SHARE * (end - start)
    result = engine.generate(request, _Context(folder, report, start, measuring))
    _check(result)
    result = watermarked(result, trained=engine.capabilities.trained)
    tell = _Context(folder, report, measuring, end)
    measured = measure(result.mix, result.sample_rate, lambda fraction: tell.progress(stages.MEASURING, fraction))
    return Take(result, measured, compare(request, result, measured))


def _check(result: Result) -> None:
    shape = result.mix.shape
    if len(shape) != 2 or shape[1] not in {1, 2} or shape[0] < result.sample_rate / 10:
        raise EngineError("The engine returned no audio.", retryable=True)
    if not math.isfinite(float(np.sum(result.mix, dtype=np.float64))):
        raise EngineError("The engine returned damaged audio.", retryable=True)


def _restored(first: Take, spilled: Path, again: Mapping[str, Any]) -> Take:
    mix = np.load(spilled)
    spilled.unlink()
    return replace(first, result=replace(first.result, mix=mix), again=again)


def _again(first: Take, second: Take | None, why: str) -> dict[str, Any]:
    takes = {"first": first, "second": second}
    return {
        "kept": "second" if second is not None and second.hearing.distance < first.hearing.distance else "first",
        "why": why,
        "seeds": {name: take.result.seed for name, take in takes.items() if take is not None},
        "heard": {
            name: {"tempo": take.hearing.tempo.heard, "key": take.hearing.key.heard}
            for name, take in takes.items()
            if take is not None
        },
    }
