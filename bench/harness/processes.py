"""Figures of what stands between a worker and its engines: the command engine, and batches in the engine process."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from bench.figures import Figure
from bench.harness import program, tiny
from inference.client import EngineProcess
from inference.engine import Cancelled, Operation, Parent, Request
from inference.engines.command.engine import CommandEngine
from inference.engines.command.settings import VARIABLE, configured
from inference.production import Production

MOST_GROWTH_MB = 20.0
"""Over the jobs after the first fifth, in which allocators find their size."""
HEARD_DIFFERENCE = 1e-3
"""Of full scale: what a song may differ, sample by sample, in a batch and alone."""
_STEP_SECONDS = 0.25
_BATCH = 4
_UNWANTED = 2
_SECONDS = 2.0


def command_figures(folder: Path, jobs: int) -> Iterator[Figure]:
    """The command engine with a program of its own language: operations, progress, cancelling, memory."""
    slow, quick = _tone(folder / "slow", _STEP_SECONDS), _tone(folder / "quick", 0.0)
    try:
        parent = _parent(quick, folder / "parent")
        operations = sorted(quick.capabilities.operations)
        heard = [_song(quick, operation, parent, folder / operation) for operation in operations]
        monotone = sum(all(earlier <= later for earlier, later in pairwise(each)) for each in heard if each)
        yield _count("command: operations that run", sum(bool(each) for each in heard), len(operations))
        yield _count("command: of them with monotone progress", monotone, len(operations))
        after = _steps_after_cancel(slow, folder / "slow", folder / "cancelled")
        yield Figure("command: steps after the cancel", after, "steps", "≤ 1", after <= 1)
        yield _growth("command", lambda number: _job(quick, folder / f"job {number}", number), jobs, quick)
    finally:
        slow.close()
        quick.close()


def process_figures(folder: Path, jobs: int) -> Iterator[Figure]:
    """A batch of four in the real engine process with a tiny MusicGen, of which one is cancelled half-way."""
    tiny.save_musicgen(folder / "weights" / "facebook--musicgen-stereo-medium", channels=2)
    with _neural(folder / "weights"), EngineProcess(gather_seconds=1.0) as process:
        kept = [seed for seed in range(_BATCH) if seed != _UNWANTED]
        for seed in kept:
            _production(process, folder / f"alone {seed}", seed)
        made = _together(process, folder)
        apart = [_apart(folder / f"alone {seed}", folder / f"together {seed}") for seed in kept if seed in made]
        right = sum(each <= HEARD_DIFFERENCE for each in apart)
        yield _count("process: right results of the other 3", right, _BATCH - 1)
        yield _count("process: songs of a batch cancelled as asked", int(_UNWANTED not in made), 1)
        yield _growth("process", lambda number: _production(process, folder / f"job {number}", number), jobs, process)


@dataclass(slots=True)
class _Watch:
    folder: Path
    stop_at: float = 2.0
    fractions: list[float] = field(default_factory=list)

    def progress(self, stage: str, fraction: float) -> None:
        self.fractions.append(fraction)
        if fraction >= self.stop_at:
            raise Cancelled


def _tone(folder: Path, step_seconds: float) -> CommandEngine:
    folder.mkdir()
    command = [sys.executable, program.__file__, str(step_seconds), str(folder / "log")]
    (folder / "tone.json").write_text(json.dumps(program.DESCRIPTION))
    text = f'[engines.tone]\ncommand = {json.dumps(command)}\ndescription = "tone.json"\n'
    (folder / "engines.toml").write_text(text)
    return CommandEngine(configured({VARIABLE: str(folder / "engines.toml")})["tone"])


def _parent(engine: CommandEngine, folder: Path) -> Parent:
    from inference.audio.encode import write_flac

    folder.mkdir()
    request = Request("a tone", 2.0, 1)
    result = engine.generate(request, _Watch(folder))
    write_flac(folder / "master.flac", result.mix, result.sample_rate)
    return Parent(folder, request)


def _song(engine: CommandEngine, operation: Operation, parent: Parent, folder: Path) -> list[float]:
    """The progress of a song that came out as long as asked; empty when it did not."""
    folder.mkdir()
    alone = operation in {Operation.GENERATE, Operation.VARIATION}
    seconds = 4.0 if operation is Operation.EXTEND else 2.0
    watch = _Watch(folder)
    result = engine.generate(
        Request("a tone", seconds, 2, operation=operation, parent=None if alone else parent), watch
    )
    return watch.fractions if result.mix.shape[0] == round(seconds * result.sample_rate) else []


def _steps_after_cancel(engine: CommandEngine, home: Path, folder: Path) -> int:
    """Steps that the program began after the one in which it was cancelled, by its own account."""
    folder.mkdir()
    try:
        engine.generate(Request("a tone", 2.0, 3), _Watch(folder, stop_at=0.4))
    except Cancelled:
        noted = (home / "log").read_text().split()
        # Cancelled at this progress, it is in the step that it had announced with it.
        announced = next(step for step in range(program.STEPS) if 0.9 * step / program.STEPS >= 0.4) + 1
        return noted.count("step") - announced
    return program.STEPS


def _job(engine: CommandEngine, folder: Path, number: int) -> None:
    folder.mkdir()
    engine.generate(Request("a tone", 1.0, number), _Watch(folder))


def _production(process: EngineProcess, folder: Path, seed: int) -> Production:
    return process.run("musicgen", Request("warm folk", _SECONDS, seed), folder, alone=True)


def _together(process: EngineProcess, folder: Path) -> set[int]:
    """The seeds of the songs that were made, when one of them is cancelled half-way."""
    half = threading.Event()

    def run(seed: int) -> bool:
        def on_progress(stage: str, fraction: float) -> None:
            if seed == _UNWANTED and fraction > 0.35:
                half.set()

        try:
            process.run(
                "musicgen",
                Request("warm folk", _SECONDS, seed),
                folder / f"together {seed}",
                on_progress=on_progress,
                should_stop=lambda: seed == _UNWANTED and half.is_set(),
            )
        except Cancelled:
            return False
        return True

    with ThreadPoolExecutor(_BATCH) as pool:
        return {seed for seed, made in enumerate(pool.map(run, range(_BATCH))) if made}


def _apart(one: Path, other: Path) -> float:
    import numpy as np

    from inference.audio.decode import read

    return float(np.abs(read(one / "master.flac", 32_000) - read(other / "master.flac", 32_000)).max())


def _growth(name: str, job: Callable[[int], object], jobs: int, maker: CommandEngine | EngineProcess) -> Figure:
    """Resident memory of this process and the maker's after all jobs, beside what it was after the first fifth."""
    settled = 0.0
    for number in range(jobs):
        job(number)
        if number == jobs // 5:
            settled = _resident_mb(maker.process_id)
    growth = max(0.0, _resident_mb(maker.process_id) - settled)
    metric = f"{name}: memory grown over {jobs} jobs"
    return Figure(metric, round(growth, 1), "MB", f"≤ {MOST_GROWTH_MB:g}", growth <= MOST_GROWTH_MB)


def _resident_mb(process_id: int | None) -> float:
    pages = [
        int(Path(f"/proc/{each}/statm").read_text(encoding="ascii").split()[1])
        for each in ("self", process_id)
        if each is not None
    ]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def _neural(weights: Path) -> Iterator[None]:
    """Engine processes started meanwhile find these weights and run them on the processor."""
    before = dict(os.environ)
    os.environ |= {"REFRAIN_NEURAL_DEVICE": "cpu", "REFRAIN_NEURAL_WEIGHTS": str(weights)}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before


def _count(metric: str, value: int, wanted: int) -> Figure:
    return Figure(metric, value, f"of {wanted}", f"= {wanted}", ok=value == wanted)
