"""How quickly one core makes a whole version of 60 s, played or sung, renditions included, and in how much memory."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import Figure
from inference import registry
from inference.client import EngineProcess
from inference.engine import Capabilities, Context, Engine, Request, Result
from inference.production import Production

SECONDS = 60.0
LEAST_REAL_TIME_FACTOR, LEAST_SUNG_FACTOR = 10.0, 4.0
MOST_MEMORY_MB = 700.0
LOUDNESS_LUFS, LOUDNESS_TOLERANCE_LU = -14.0, 0.5
HIGHEST_TRUE_PEAK_DBTP = -1.0

_PROMPTS = (
    "calm acoustic folk with fingerpicked guitar",
    "driving techno, 132 bpm, dark",
    "slow bossa nova with piano and soft drums",
    "epic orchestral film score, heroic",
    "lo-fi hip hop, rainy evening, mellow keys",
)
_SEED = 20
_VERSE = """[verse]
The morning train is leaving and the platform fills with rain
I am counting all the windows as they carry you away
Every light along the river is a letter of your name
And the city keeps on moving like it never knew the day

[chorus]
Hold on, hold on, the summer is not gone
There is gold upon the water and a road that carries on
Hold on, hold on, I will sing you home
Till the stars are tired of shining and the night has turned to stone
"""
_LYRICS = f"{_VERSE}\n{_VERSE}\n[bridge]\nAnd the days go by\nAnd the days go by\n\n{_VERSE}"
_SUNG = ("warm folk ballad with acoustic guitar", "upbeat synth pop, 116 bpm")


def run(quick: bool) -> Iterator[Figure]:  # noqa: FBT001
    """The default engine beside one that costs nothing, which leaves encoding and measuring alone."""
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as temporary, _one_core():
        folder = Path(temporary)
        with EngineProcess(registry=__name__) as bare:
            _timed(bare, "noise", _request("", 10.0), folder / "warm-up")
            floor, _ = _timed(bare, "noise", _request(""), folder / "noise")
        with EngineProcess() as process:
            cold, _ = _timed(process, registry.DEFAULT, _request(_PROMPTS[0], 10.0), folder / "cold")
            yield Figure("first song of 10 s, engine not loaded", round(cold, 2), "s")
            played = [_request(prompt) for prompt in _PROMPTS[: 2 if quick else None]]
            yield from _made(process, played, floor, folder / "played", "", LEAST_REAL_TIME_FACTOR)
            if registry.get(registry.DEFAULT).capabilities.sung:
                sung = [_sung(prompt) for prompt in _SUNG[: 1 if quick else None]]
                _timed(process, registry.DEFAULT, _sung(_SUNG[0], 12.0), folder / "first sung")
                yield from _made(process, sung, floor, folder / "sung", ", sung", LEAST_SUNG_FACTOR)
            if not quick:
                yield from _longest(process, folder)


def _made(
    process: EngineProcess, requests: list[Request], floor: float, folder: Path, kind: str, least: float
) -> Iterator[Figure]:
    """Songs of 60 s: how quickly, in how much memory, how loud."""
    before = _processor_seconds(process)
    songs = [
        _timed(process, registry.DEFAULT, request, folder / str(number)) for number, request in enumerate(requests)
    ]
    worked = (_processor_seconds(process) - before) / len(songs)
    yield _speed(kind, [seconds for seconds, _ in songs], floor, least)
    # Apart from the figure above when something else wants the core as well.
    yield Figure(f"the same by processor time{kind}", round(SECONDS / worked, 2), "×")
    yield _at_most(f"peak memory{kind}", _peak_memory_mb(process), "MB", MOST_MEMORY_MB)
    yield from _mastering([production for _, production in songs], kind)


def _longest(process: EngineProcess, folder: Path) -> Iterator[Figure]:
    longest = registry.get(registry.DEFAULT).capabilities.maximum_seconds
    _timed(process, registry.DEFAULT, _request(_PROMPTS[0], longest), folder / "longest")
    yield _at_most(f"peak memory, {longest} s", _peak_memory_mb(process), "MB", MOST_MEMORY_MB)
    if registry.get(registry.DEFAULT).capabilities.sung:
        _timed(process, registry.DEFAULT, _sung(_SUNG[0], longest), folder / "longest sung")
        yield _at_most(f"peak memory, {longest} s, sung", _peak_memory_mb(process), "MB", MOST_MEMORY_MB)


def get(name: str) -> Engine:
    """This module is the registry of its own baseline."""
    return {"noise": _Noise()}[name]


class _Noise:
    """Hands out noise at once, so that only the rest of the production costs anything."""

    name = "noise"
    title = "Noise"
    version = "1"

    @property
    def capabilities(self) -> Capabilities:
        return registry.get(registry.DEFAULT).capabilities

    def generate(self, request: Request, context: Context) -> Result:
        import numpy as np

        rate = self.capabilities.sample_rate
        frames = round(request.seconds * rate)
        mix = np.random.default_rng(request.seed).standard_normal((frames, 2), dtype=np.float32)
        mix *= np.linspace(0.02, 0.2, frames, dtype=np.float32)[:, None]
        return Result(
            mix=mix,
            sample_rate=rate,
            seed=request.seed,
            tempo=None,
            key="",
            meter="",
            genre="",
            mood="",
            title="Noise",
            stems={},
            score=None,
            sections=(),
            words=(),
            understood={},
            weights="none",
            parameters={},
        )


def _request(prompt: str, seconds: float = SECONDS) -> Request:
    return Request(prompt=prompt, seconds=seconds, seed=_SEED)


def _sung(prompt: str, seconds: float = SECONDS) -> Request:
    return Request(prompt=prompt, seconds=seconds, seed=_SEED, instrumental=False, lyrics=_LYRICS, language="en")


def _timed(process: EngineProcess, engine: str, request: Request, folder: Path) -> tuple[float, Production]:
    """Seconds from the request to the production."""
    start = time.monotonic()
    production = process.run(engine, request, folder)
    return time.monotonic() - start, production


@contextmanager
def _one_core() -> Iterator[None]:
    """What is started meanwhile inherits a single core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _peak_memory_mb(process: EngineProcess) -> float:
    """The most resident memory that the process ever had."""
    status = Path(f"/proc/{process.process_id}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _processor_seconds(process: EngineProcess) -> float:
    """Processor time, user and system, that the process has used."""
    after_name = Path(f"/proc/{process.process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _speed(kind: str, seconds: list[float], floor: float, least: float) -> Figure:
    factor, baseline = SECONDS / statistics.median(seconds), SECONDS / floor
    return Figure(
        f"real-time factor on one core{kind}",
        round(factor, 2),
        "×",
        target=f"≥ {least:g}",
        ok=factor >= least,
        baseline=round(baseline, 2),
        ratio=round(factor / baseline, 3),
    )


def _mastering(productions: list[Production], kind: str) -> Iterator[Figure]:
    """Every song is as loud as promised and leaves room for codecs."""
    levels = [production.measured.loudness_lufs for production in productions]
    peaks = [production.measured.true_peak_dbtp for production in productions]
    off = max(abs(level - LOUDNESS_LUFS) if level is not None else float("inf") for level in levels)
    yield _at_most(f"distance from {LOUDNESS_LUFS:g} LUFS, worst{kind}", off, "LU", LOUDNESS_TOLERANCE_LU)
    highest = max(peak if peak is not None else 0.0 for peak in peaks)
    yield _at_most(f"true peak, highest{kind}", highest, "dBTP", HIGHEST_TRUE_PEAK_DBTP)


def _at_most(metric: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(metric, round(value, 2), unit, target=f"≤ {limit:g}", ok=value <= limit)
