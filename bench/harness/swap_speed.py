"""How quickly whole songs are swapped, and in how much memory: `bench swap --speed`."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure
from bench.harness.memory import memory_of_children
from inference import registry
from inference.audio.decode import decode
from inference.audio.encode import FlacWriter
from inference.audio.streams import even
from inference.client import EngineProcess
from inference.engine import Request, Samples
from inference.performers import BUILT_IN
from inference.swapping import client
from inference.swapping.model import Span, SwapTask

LEAST_REAL_TIME_FACTOR, MOST_PREVIEW_SECONDS, MOST_OF_FIRST = 1.5, 8.0, 0.5
MOST_MEMORY_MB, MOST_MEMORY_GROWTH = 1200.0, 1.1
_RATE = 44_100
_PART_SECONDS = 60.0
_PREVIEW = Span(20.0, 10.0)
_LYRICS = """[verse]
The morning train is leaving and the platform fills with rain
I am counting all the windows as they carry you away
Every light along the river is a letter of your name
And the city keeps on moving like it never knew the day

[chorus]
Hold on, hold on, the summer is not gone
There is gold upon the water and a road that carries on
"""


def speed_figures(*, quick: bool) -> Iterator[Figure]:
    """A preview, a song and a second performer with an empty workshop; then a longer song.

    The song is composed and sung, and repeated until it is long enough.
    """
    seconds, longer = (30.0, 60.0) if quick else (240.0, 600.0)
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as temporary:
        folder = Path(temporary)
        part = _composed(folder, min(seconds, _PART_SECONDS))
        song = _repeated(part, folder / "song.flac", seconds)
        task = SwapTask(song, folder / "version", workshop=folder / "workshop")
        first, second = (replace(task, built_in=performer.name) for performer in BUILT_IN[:2])
        preview, _ = _timed(replace(first, span=_PREVIEW))
        yield _at_most("first preview of 10 s", preview, "s", MOST_PREVIEW_SECONDS)
        whole, memory = _timed(first)
        factor = seconds / whole
        least = LEAST_REAL_TIME_FACTOR
        yield Figure(f"a song of {seconds:g} s", round(factor, 2), "× real time", f"≥ {least:g}", factor >= least)
        again, _ = _timed(second)
        yield _at_most("a second performer, beside the first's time", again / whole, "×", MOST_OF_FIRST)
        yield _at_most(f"peak memory, {seconds:g} s", memory, "MB", MOST_MEMORY_MB)
        _, more = _timed(replace(first, source=_repeated(part, folder / "longer.flac", longer)))
        yield _at_most(f"peak memory, {longer:g} s", more, "MB", MOST_MEMORY_MB)
        yield _at_most("peak memory of the longer song beside the other", more / memory, "×", MOST_MEMORY_GROWTH)


def _timed(task: SwapTask) -> tuple[float, float]:
    """Seconds and the most memory, in MB, that a swap took; its files are removed."""
    with memory_of_children() as memory:
        start = time.monotonic()
        client.run(task)
        took = time.monotonic() - start
    shutil.rmtree(task.folder)
    return took, memory.peak_mb


def _composed(folder: Path, seconds: float) -> Path:
    with EngineProcess() as process:
        request = Request(
            prompt="warm folk ballad with acoustic guitar",
            seconds=seconds,
            seed=7,
            instrumental=False,
            lyrics=_LYRICS,
            language="en",
        )
        process.run(registry.DEFAULT, request, folder / "composed")
    return folder / "composed" / "master.flac"


def _repeated(part: Path, target: Path, seconds: float) -> Path:
    """The part over and over, cut at `seconds`."""

    def blocks() -> Iterator[Samples]:
        left = round(seconds * _RATE)
        while left:
            for piece in decode(part, _RATE):
                kept = piece[:left]
                left -= kept.shape[0]
                yield kept
                if not left:
                    return

    writer = FlacWriter(target, _RATE, 2)
    for block in even(blocks()):
        writer.push(block)
    writer.close()
    return target


def _at_most(metric: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(metric, round(value, 2), unit, f"≤ {limit:g}", value <= limit)
