"""What every engine besides the composer promises, on tiny random models of the real classes: operations, progress,
cancelling, batches, memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.figures import Figure
from bench.harness import processes, tiny
from inference.engine import BatchEngine, Cancelled, Operation, Parent, Request, Result
from inference.engines.neural.settings import Settings

MOST_GROWTH_MB = 20.0
"""Over the jobs after the first ten, in which allocators find their size."""
HEARD_DIFFERENCE = 1e-3
"""Of full scale: what a song may differ, sample by sample, in a batch and alone."""

_SECONDS = 2.0
_STEPS = {"steps": 8}
"""Of diffusion, also for the model that wants more: cancelling and memory are the same at each."""


def run(quick: bool) -> Iterator[Figure]:  # noqa: FBT001
    """Every engine in turn."""
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as temporary:
        yield from processes.command_figures(Path(temporary), 6 if quick else 50)
    if not _installed():
        yield Figure("neural engines, left out: pip install -r requirements/neural.txt", 0, "engines", "≥ 1", ok=False)
        return
    import torch

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as temporary:
        for name, make in NEURAL.items():
            yield from _engine(name, make(Path(temporary) / name), Path(temporary), 15 if quick else 50)
        yield from processes.process_figures(Path(temporary), 3 if quick else 50)


def _acestep(folder: Path) -> BatchEngine:
    from inference.engines.acestep.engine import AceStep

    tiny.save_acestep(folder / "ACE-Step--acestep-v15-xl-turbo-diffusers")
    return AceStep(Settings("cpu", folder, {}))


def _acestep_base(folder: Path) -> BatchEngine:
    from inference.engines.acestep.engine import AceStep

    tiny.save_acestep(folder / "ACE-Step--acestep-v15-xl-base-diffusers", turbo=False)
    return AceStep(Settings("cpu", folder, {"acestep": "acestep-v15-xl-base"}))


def _musicgen(folder: Path) -> BatchEngine:
    from inference.engines.musicgen.engine import MusicGen

    tiny.save_musicgen(folder / "facebook--musicgen-stereo-medium", channels=2)
    return MusicGen(Settings("cpu", folder, {}))


NEURAL: dict[str, Callable[[Path], BatchEngine]] = {
    "acestep turbo": _acestep,
    "acestep base": _acestep_base,
    "musicgen": _musicgen,
}


@dataclass(slots=True)
class Watch:
    """A context that notes what it is told; with `stop_at` it raises `Cancelled` at that fraction and from then on."""

    folder: Path
    stop_at: float = 2.0
    said: list[tuple[str, float]] = field(default_factory=list)

    def progress(self, stage: str, fraction: float) -> None:
        """Note it, or raise."""
        self.said.append((stage, fraction))
        if fraction >= self.stop_at:
            raise Cancelled

    @property
    def after_cancel(self) -> int:
        """How often it was told anything after it had raised."""
        return max(0, sum(fraction >= self.stop_at for _, fraction in self.said) - 1)


def _engine(name: str, engine: BatchEngine, folder: Path, jobs: int) -> Iterator[Figure]:
    parent = _parent(engine, folder / f"{name} parent")
    operations = sorted(engine.capabilities.operations)
    watches = [_made(engine, request_for(operation, parent), folder) for operation in operations]
    yield _count(f"{name}: operations that run", len([each for each in watches if each]), len(operations))
    monotone = [each for each in watches if each and each.said == sorted(each.said, key=lambda one: one[1])]
    yield _count(f"{name}: of them with monotone progress", len(monotone), len(operations))
    yield from _batch(name, engine, folder)
    yield _memory(name, engine, folder, jobs)


def request_for(operation: Operation, parent: Parent) -> Request:
    """A small request that an engine which declares the operation must be able to fulfil."""
    sung = operation in {Operation.NEW_LYRICS, Operation.COVER}
    return Request(
        prompt="warm folk with a fiddle",
        seconds=parent.request.seconds + (_SECONDS if operation is Operation.EXTEND else 0.0),
        seed=11,
        operation=operation,
        instrumental=not sung,
        lyrics="[verse]\nthe river knows my name" if sung else "",
        language="en" if sung else "",
        span=(0.5, parent.request.seconds - 0.3) if operation is Operation.REPAINT else None,
        parent=None if operation in {Operation.GENERATE, Operation.VARIATION} else parent,
        parameters=_STEPS,
    )


def _parent(engine: BatchEngine, folder: Path) -> Parent:
    from inference.audio.encode import write_flac

    folder.mkdir()
    request = Request(prompt="a slow waltz", seconds=_SECONDS, seed=3, parameters=_STEPS)
    result = engine.generate(request, Watch(folder))
    write_flac(folder / "master.flac", result.mix, result.sample_rate)
    return Parent(folder, request)


def _made(engine: BatchEngine, request: Request, folder: Path) -> Watch | None:
    watch = Watch(folder)
    result = engine.generate(request, watch)
    return watch if result.mix.shape[0] >= (request.seconds - 0.1) * result.sample_rate else None


def _batch(name: str, engine: BatchEngine, folder: Path) -> Iterator[Figure]:
    """Four at once, of which one is cancelled half-way."""
    import numpy as np

    requests = [
        Request(prompt="song " * (1 + seed), seconds=_SECONDS, seed=seed, parameters=_STEPS) for seed in range(4)
    ]
    alone = [engine.generate(request, Watch(folder)) for request in requests]
    watches = [Watch(folder, 0.5 if number == 2 else 2.0) for number in range(4)]
    outcomes = engine.generate_batch(list(zip(requests, watches, strict=True)))
    stopped = isinstance(outcomes[2], Cancelled)
    yield _count(f"{name}: songs of a batch cancelled as asked", int(stopped), 1)
    yield Figure(
        f"{name}: steps after the cancel", watches[2].after_cancel, "steps", "≤ 1", watches[2].after_cancel <= 1
    )
    others = [(outcome, alone[number]) for number, outcome in enumerate(outcomes) if number != 2]
    apart = [
        float(np.abs(outcome.mix - single.mix).max()) if isinstance(outcome, Result) else float("inf")
        for outcome, single in others
    ]
    right = sum(each <= HEARD_DIFFERENCE for each in apart)
    yield _count(f"{name}: right results of the other 3", right, 3)
    far = max(apart)
    yield Figure(
        f"{name}: farthest from the song alone", far, "of 1", f"≤ {HEARD_DIFFERENCE:g}", far <= HEARD_DIFFERENCE
    )


def _memory(name: str, engine: BatchEngine, folder: Path, jobs: int) -> Figure:
    """Resident memory at the end of `jobs` songs beside what it was after the first tenth of them."""
    settled = 0.0
    for number in range(jobs):
        engine.generate(Request(prompt="song", seconds=1.0, seed=number, parameters=_STEPS), Watch(folder))
        if number == max(4, jobs // 5):
            settled = _resident_mb()
    growth = max(0.0, _resident_mb() - settled)
    return Figure(
        f"{name}: memory grown over {jobs} jobs",
        round(growth, 1),
        "MB",
        f"≤ {MOST_GROWTH_MB:g}",
        growth <= MOST_GROWTH_MB,
    )


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _installed() -> bool:
    from inference.engines.neural.settings import available

    return available("torch", "diffusers", "transformers", environment={"REFRAIN_NEURAL_DEVICE": "cpu"})


def _count(metric: str, value: int, wanted: int) -> Figure:
    return Figure(metric, value, f"of {wanted}", f"= {wanted}", ok=value == wanted)
