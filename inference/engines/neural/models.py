"""A model that is fetched, checked and loaded once, by whichever song comes first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from inference import stages
from inference.engine import EngineError
from inference.engines.neural.batch import Job, report
from inference.engines.neural.settings import Settings
from inference.weights.hub import from_environment
from inference.weights.manifest import MODELS, Model
from inference.weights.store import Weights, ensure

Loaded = TypeVar("Loaded")

_READY = 0.3
"""Of the whole, when the model had to be fetched or loaded first."""


def chosen(settings: Settings, engine: str, default: str) -> Model:
    """The model that this installation wants for an engine; EngineError when it names none that is known."""
    name = settings.models.get(engine, default)
    known = sorted(each for each in MODELS if each.split("-")[0] == engine)
    if name not in known:
        raise EngineError(f"There is no model called {name!r}; known are {', '.join(known)}.")
    return MODELS[name]


@dataclass(slots=True)
class Holder(Generic[Loaded]):
    """Keeps what `load` made of a model's folder, and which weights those were."""

    load: Callable[[Path, str], Loaded]
    _kept: tuple[Loaded, Weights] | None = field(default=None)

    def get(self, model: Model, settings: Settings, jobs: Sequence[Job]) -> tuple[Loaded, Weights, float]:
        """The model, its weights, and the fraction of the jobs that this took. Raises EngineError and Cancelled."""
        if self._kept is not None:
            return *self._kept, 0.0
        from inference.engines.neural.devices import check_device

        report(jobs, stages.LOADING, 0.0)
        check_device(settings.device)
        weights = ensure(
            model,
            settings.weights,
            from_environment(),
            lambda stage, fraction: report(jobs, stage, 0.8 * _READY * fraction),
        )
        report(jobs, stages.LOADING, 0.8 * _READY)
        self._kept = self.load(weights.folder, settings.device), weights
        report(jobs, stages.LOADING, _READY)
        return *self._kept, _READY
