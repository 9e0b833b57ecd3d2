"""From a request to the files of a version: run the engine, encode, measure, and account for every file."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from inference import stages
from inference.audio.encode import channels_of
from inference.audio.streams import blocks, feed
from inference.engine import Engine, Request, Result
from inference.exports.write import write_exports
from inference.files import SCORE, STEMS, files_of, filling
from inference.hearing.words import heard_words
from inference.production import ProducedFile, Production
from inference.provenance.watermarks import stem_watermarked
from inference.renditions import renditions
from inference.takes import Take, best_take

Report = Callable[[str, float], None]
"""Told the stage and the fraction of the whole job; raises `Cancelled` when the work is no longer wanted."""

_SCRATCH = "scratch"
_TAKEN, _ENCODED = 0.75, 0.99
_STEM_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def produce(engine: Engine, request: Request, folder: Path, report: Report) -> Production:
    """Make the song and leave in `folder` exactly the files of the production.

    `folder` is made when missing and must be empty. When anything goes wrong it is removed, with all that is in it.
    Raises what the engine and `report` raise; EngineError also for a result that no file can hold.
    """
    with filling(folder):
        scratch = folder / _SCRATCH
        scratch.mkdir()
        forward = _Forward(report)
        take = best_take(engine, request, scratch, lambda stage, fraction: forward(stage, _TAKEN * fraction))
        result = take.result
        forward(stages.MEASURING, _TAKEN)
        heard = take.heard() | ({} if request.instrumental else {"words": heard_words(request, result)})
        _keep_stems(result, scratch, folder / STEMS, trained=engine.capabilities.trained)
        shutil.rmtree(scratch)
        _encode(result, folder, forward)
        files = tuple(files_of(folder))
        forward(stages.ENCODING, 1.0)
        return _production(engine, take, heard, files)


class _Forward:
    """Passes progress on, never backwards."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._reached = 0.0

    def __call__(self, stage: str, fraction: float) -> None:
        self._reached = max(self._reached, min(1.0, fraction))
        self._report(stage, self._reached)

    def part(self, stage: str, start: float, end: float) -> Callable[[float], None]:
        """Progress of one step as a part of the whole."""
        return lambda fraction: self(stage, start + (end - start) * fraction)


def _keep_stems(result: Result, scratch: Path, folder: Path, *, trained: bool) -> None:
    for name, path in result.stems.items():
        if not _STEM_NAME.fullmatch(name) or path.suffix != ".flac" or not path.resolve().is_relative_to(scratch):
            raise ValueError(f"stem {name!r} at {path} is not a FLAC file of the engine's own folder")
        folder.mkdir(exist_ok=True)
        stem_watermarked(path.replace(folder / f"{name}.flac"), result.sample_rate, trained=trained)


def _encode(result: Result, folder: Path, forward: _Forward) -> None:
    mix, rate = result.mix, result.sample_rate
    song = blocks(mix, forward.part(stages.ENCODING, _TAKEN, _ENCODED))
    feed(song, renditions(folder, rate, channels_of(mix)))
    if result.score is not None:
        score = json.dumps(result.score, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
        (folder / SCORE).write_text(score, encoding="utf-8")
    write_exports(folder, result)


def _production(engine: Engine, take: Take, heard: Mapping[str, Any], files: tuple[ProducedFile, ...]) -> Production:
    result = take.result
    licence = engine.capabilities.licence
    return Production(
        engine=engine.name,
        engine_version=engine.version,
        weights=result.weights,
        licence=licence.name,
        commercial=licence.commercial,
        trained=engine.capabilities.trained,
        seed=result.seed,
        parameters=result.parameters,
        understood=result.understood,
        title=result.title,
        genre=result.genre,
        mood=result.mood,
        tempo=result.tempo,
        key=result.key,
        meter=result.meter,
        sections=result.sections,
        words=result.words,
        measured=take.measured,
        files=files,
        heard=heard,
    )
