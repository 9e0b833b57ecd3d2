"""The engine: instrumental music from text, at 32 kHz; its weights' licence forbids selling what they make."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from inference.engine import Cancelled, Capabilities, Context, EngineError, Operation, Request, Result
from inference.engines.neural import models
from inference.engines.neural.batch import Job, grouped, only, outcomes, settle
from inference.engines.neural.settings import Settings, read_settings

if TYPE_CHECKING:
    from inference.engines.musicgen.loading import Loaded

_DEFAULT_MODEL = "musicgen-stereo-medium"
_LARGEST_BATCH = 8


class MusicGen:
    """MusicGen; a model is loaded by the first song and kept."""

    name = "musicgen"
    title = "MusicGen"

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or read_settings()
        self._holder: models.Holder[Loaded] = models.Holder(_load)

    @property
    def version(self) -> str:
        """Of this engine, and of the library whose model it drives."""
        return f"1 (transformers {version('transformers')})"

    @property
    def capabilities(self) -> Capabilities:
        """Of the model that this installation has chosen."""
        return Capabilities(
            operations=frozenset({Operation.GENERATE, Operation.VARIATION, Operation.EXTEND}),
            sung=False,
            instrumental=True,
            languages=frozenset(),
            controls=frozenset({"tempo", "key", "genre", "mood", "instruments", "seed"}),
            minimum_seconds=2,
            maximum_seconds=300,
            sample_rate=32_000,
            device=self._settings.capability,
            memory_mb=9_000,
            licence=models.chosen(self._settings, self.name, _DEFAULT_MODEL).licence,
            credits_per_minute=4,
            batch=_LARGEST_BATCH,
        )

    def length_class(self, request: Request) -> str:
        """Songs of one pass are equally long, and go on from equally much."""
        before = request.parent.request.seconds if request.operation is Operation.EXTEND and request.parent else 0.0
        return f"{before:g}:{request.seconds:g}"

    def generate(self, request: Request, context: Context) -> Result:
        """Make one song. Raises EngineError and Cancelled."""
        return only(self.generate_batch([(request, context)]))

    def generate_batch(self, items: Sequence[tuple[Request, Context]]) -> Sequence[Result | Exception]:
        """One outcome an item, in order.

        Every song draws from random numbers of its own, so that it is the same song whoever else is in the batch, but
        for a token that rounding tips. An item whose context raises `Cancelled` ends at that token; its place in the
        running window is computed on and thrown away, and the next window does without it.
        """
        jobs = [Job(request, context) for request, context in items]
        try:
            model = models.chosen(self._settings, self.name, _DEFAULT_MODEL)
            loaded, weights, ready = self._holder.get(model, self._settings, jobs)
        except Cancelled:
            return [job.outcome or Cancelled() for job in jobs]
        from inference.engines.musicgen.passes import make

        for job in jobs:
            job.attempt(lambda job=job: _check(job.request))  # type: ignore[misc]
        for group in grouped(jobs, lambda job: self.length_class(job.request)):
            settle(group, lambda some: make(loaded, weights.label, some, ready), largest=_LARGEST_BATCH)
        return outcomes(jobs)


def _load(folder: Path, device: str) -> Loaded:
    from inference.engines.musicgen.loading import load

    return load(folder, device)


def _check(request: Request) -> None:
    if not request.instrumental:
        raise EngineError("MusicGen makes instrumental music. Choose another engine for lyrics.")
    if request.operation not in {Operation.GENERATE, Operation.VARIATION, Operation.EXTEND}:
        raise EngineError("MusicGen cannot do this with a version.")
