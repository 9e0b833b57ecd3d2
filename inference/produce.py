"""From a request to the files of a version: run the engine, encode, measure, and account for every file."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inference import stages
from inference.audio.encode import write_flac, write_mp3
from inference.audio.hls import write_hls
from inference.audio.peaks import write_peaks
from inference.engine import Engine, Request, Result
from inference.exports.write import LRC, MIDI, NOTES, SHEET, VTT, write_exports
from inference.hearing.words import heard_words
from inference.production import ProducedFile, Production, Role
from inference.takes import Take, best_take

Report = Callable[[str, float], None]
"""Told the stage and the fraction of the whole job; raises `Cancelled` when the work is no longer wanted."""

_SCRATCH = "scratch"
_TAKEN, _MASTERED, _SEGMENTED, _ENCODED = 0.75, 0.79, 0.87, 0.99
_STEM_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_MEDIA_TYPES = {
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mp4": "audio/mp4",
    ".m4s": "audio/mp4",
    ".json": "application/json",
    ".mid": "audio/midi",
    ".musicxml": "application/vnd.recordare.musicxml+xml",
    ".cho": "text/plain; charset=utf-8",
    ".lrc": "text/plain; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
}


def produce(engine: Engine, request: Request, folder: Path, report: Report) -> Production:
    """Make the song and leave in `folder` exactly the files of the production.

    `folder` is made when missing and must be empty. When anything goes wrong it is removed, with all that is in it.
    Raises what the engine and `report` raise; EngineError also for a result that no file can hold.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty")
    with _removed_on_failure(folder):
        scratch = folder / _SCRATCH
        scratch.mkdir()
        forward = _Forward(report)
        take = best_take(engine, request, scratch, lambda stage, fraction: forward(stage, _TAKEN * fraction))
        result = take.result
        forward(stages.MEASURING, _TAKEN)
        heard = take.heard() | ({} if request.instrumental else {"words": heard_words(request, result)})
        _keep_stems(result, scratch, folder / "stems")
        shutil.rmtree(scratch)
        _encode(result, folder, forward)
        files = tuple(_files(folder))
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


@contextmanager
def _removed_on_failure(folder: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _keep_stems(result: Result, scratch: Path, folder: Path) -> None:
    for name, path in result.stems.items():
        if not _STEM_NAME.fullmatch(name) or path.suffix != ".flac" or not path.resolve().is_relative_to(scratch):
            raise ValueError(f"stem {name!r} at {path} is not a FLAC file of the engine's own folder")
        folder.mkdir(exist_ok=True)
        path.replace(folder / f"{name}.flac")


def _encode(result: Result, folder: Path, forward: _Forward) -> None:
    mix, rate = result.mix, result.sample_rate
    write_flac(folder / "master.flac", mix, rate, forward.part(stages.ENCODING, _TAKEN, _MASTERED))
    (folder / "hls").mkdir()
    write_hls(folder / "hls", mix, rate, forward.part(stages.ENCODING, _MASTERED, _SEGMENTED))
    write_mp3(folder / "track.mp3", mix, rate, forward.part(stages.ENCODING, _SEGMENTED, _ENCODED))
    write_peaks(folder / "peaks.json", mix, rate)
    if result.score is not None:
        score = json.dumps(result.score, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
        (folder / "score.json").write_text(score, encoding="utf-8")
    write_exports(folder, result)


def _files(folder: Path) -> Iterator[ProducedFile]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        relative = path.relative_to(folder)
        yield ProducedFile(
            role=_role(relative),
            path=relative.as_posix(),
            bytes=path.stat().st_size,
            sha256=digest,
            media_type=_MEDIA_TYPES[path.suffix],
        )


def _role(path: Path) -> Role:
    folders = {"hls": Role.HLS, "stems": Role.STEM}
    names = {
        "master.flac": Role.MASTER,
        "track.mp3": Role.MP3,
        "peaks.json": Role.PEAKS,
        "score.json": Role.SCORE,
        MIDI: Role.MIDI,
        SHEET: Role.SHEET,
        NOTES: Role.SHEET,
        LRC: Role.CAPTIONS,
        VTT: Role.CAPTIONS,
    }
    return folders[path.parts[0]] if len(path.parts) > 1 else names[path.name]


def _production(engine: Engine, take: Take, heard: Mapping[str, Any], files: tuple[ProducedFile, ...]) -> Production:
    result = take.result
    licence = engine.capabilities.licence
    return Production(
        engine=engine.name,
        engine_version=engine.version,
        weights=result.weights,
        licence=licence.name,
        commercial=licence.commercial,
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
