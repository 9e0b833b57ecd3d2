"""The engine: songs with lyrics in fifty languages, covers, repaints, continuations, up to ten minutes."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from inference.engine import Cancelled, Capabilities, Context, Operation, Request, Result
from inference.engines.acestep import facts
from inference.engines.acestep.kinds import kind_of, seconds_of
from inference.engines.neural import models
from inference.engines.neural.batch import Job, grouped, only, outcomes, settle
from inference.engines.neural.settings import Settings, read_settings

if TYPE_CHECKING:
    from inference.engines.acestep.loading import Loaded

_DEFAULT_MODEL = "acestep-v15-xl-turbo"
_LARGEST_BATCH = 8


class AceStep:
    """ACE-Step 1.5; a model is loaded by the first song and kept."""

    name = "acestep"
    title = "ACE-Step"

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or read_settings()
        self._holder: models.Holder[Loaded] = models.Holder(_load)

    @property
    def version(self) -> str:
        """Of this engine, and of the library whose pipeline it drives."""
        return f"1 (diffusers {version('diffusers')})"

    @property
    def capabilities(self) -> Capabilities:
        """Of the model that this installation has chosen."""
        return Capabilities(
            operations=frozenset(Operation),
            sung=True,
            instrumental=True,
            languages=facts.LANGUAGES,
            controls=frozenset({"tempo", "key", "meter", "genre", "mood", "instruments", "seed"}),
            minimum_seconds=facts.MINIMUM_SECONDS,
            maximum_seconds=facts.MAXIMUM_SECONDS,
            sample_rate=facts.SAMPLE_RATE,
            device=self._settings.capability,
            memory_mb=16_000,
            licence=models.chosen(self._settings, self.name, _DEFAULT_MODEL).licence,
            credits_per_minute=4,
            meters=facts.METERS,
            batch=_LARGEST_BATCH,
        )

    def length_class(self, request: Request) -> str:
        """Songs of one pass are equally long, to the latent frame, and take equally many steps."""
        steps = request.parameters.get("steps", "")
        return f"{kind_of(request)}:{seconds_of(request):g}:{steps}"

    def generate(self, request: Request, context: Context) -> Result:
        """Make one song. Raises EngineError and Cancelled."""
        return only(self.generate_batch([(request, context)]))

    def generate_batch(self, items: Sequence[tuple[Request, Context]]) -> Sequence[Result | Exception]:
        """One outcome an item, in order.

        Each song is what it would be alone, up to rounding, whoever else is in the batch or leaves it; an item whose
        context raises `Cancelled` ends at that step and is computed no further. Requests of several length classes are
        made in as many passes.
        """
        jobs = [Job(request, context) for request, context in items]
        try:
            model = models.chosen(self._settings, self.name, _DEFAULT_MODEL)
            loaded, weights, ready = self._holder.get(model, self._settings, jobs)
        except Cancelled:
            return [job.outcome or Cancelled() for job in jobs]

        from inference.engines.acestep.passes import make

        for group in grouped(jobs, lambda job: self.length_class(job.request)):
            settle(group, lambda some: make(loaded, weights.label, some, ready), largest=_LARGEST_BATCH)
        return outcomes(jobs)


def _load(folder: Path, device: str) -> Loaded:
    from inference.engines.acestep.loading import load

    return load(folder, device)
