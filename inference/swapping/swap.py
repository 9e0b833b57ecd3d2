"""The whole way of a song: taken apart, sung by another, put together, and judged."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import av

from inference import stages
from inference.disk import is_full
from inference.files import files_of, filling
from inference.separation.model import Report, Singing
from inference.stage_cache import StageCache
from inference.swapping.hearing import heard_in
from inference.swapping.judging import card_of_removal, card_of_swap
from inference.swapping.mixing import Mixed, Parts, matching_gain, write_preview, write_version
from inference.swapping.model import Fact, NoSpace, NoVocals, OnlyVocals, Swapped, SwapTask
from inference.swapping.performing import voice_of
from inference.swapping.placing import lead_of
from inference.swapping.singing import sing
from inference.swapping.source import progress
from inference.swapping.stems import Stems, stems_of
from inference.voice.model import Converted, NothingSung
from inference.voice.transposing import transpose

_SCRATCH = ".scratch"
"""What lies in the folder only while it is filled."""
_SPARE_BYTES = 64 * 1024**2
_BYTES_A_SECOND = 44_100 * 8 * 6
"""Of the song as floats, its stems, what is sung, and all that is made of them."""
_FEW_SECONDS = 60.0
_UNSUNG_DB = -35.0
"""Relative to the song, what is left in vocals that nobody sings."""
_SEPARATED, _APART, _HEARD, _CONVERTED, _TRANSPOSED, _MIXED = 0.3, 0.32, 0.52, 0.7, 0.74, 0.88


@dataclass(frozen=True, slots=True)
class _Desk:
    """What one piece of work has at hand."""

    task: SwapTask
    cache: StageCache
    scratch: Path
    report: Report

    @property
    def part(self) -> bool:
        return self.task.span is not None


def swap(task: SwapTask, report: Report) -> Swapped:
    """Have the task's performer sing the song, and leave in its folder exactly the files of the result.

    A preview is one file; a version has its renditions, both stems, and its quality card with pictures. When anything
    goes wrong the folder is removed. Raises NoVocals, Silent, TooShort, NoSpace, EngineError, and what `report` raises.
    """
    return _done(task, report, _swapped)


def take_apart(task: SwapTask, report: Report) -> Swapped:
    """Leave the song without its vocals, and both stems, in the task's folder: `swap` with nobody to sing.

    Raises OnlyVocals, and what `swap` does.
    """
    return _done(task, report, _taken_apart)


def _done(task: SwapTask, report: Report, work: Callable[[_Desk], Swapped]) -> Swapped:
    """Do the work at a desk that is cleared afterwards."""
    report = _forward(report)
    with _space_told(), filling(task.folder):
        seconds = task.span.seconds if task.span else _FEW_SECONDS
        if shutil.disk_usage(task.folder).free < seconds * _BYTES_A_SECOND + _SPARE_BYTES:
            raise NoSpace
        report(stages.DECODING, 0.0)
        scratch = task.folder / _SCRATCH
        scratch.mkdir()
        with StageCache(task.workshop or scratch / "workshop", task.workshop_bytes) as cache:
            swapped = work(_Desk(task, cache, scratch, report))
        shutil.rmtree(scratch)
        swapped = replace(swapped, files=tuple(files_of(task.folder)))
        report(stages.MEASURING, 1.0)
        return swapped


def _swapped(desk: _Desk) -> Swapped:
    task = desk.task
    voice = voice_of(task)
    stems = stems_of(task, desk.cache, desk.scratch, progress(desk.report, 0.0, _SEPARATED))
    _check_sung(stems, part=desk.part)
    lead, place = lead_of(stems, desk.cache, progress(desk.report, _SEPARATED, _APART))
    try:
        heard = heard_in(lead, desk.cache, progress(desk.report, _APART, _HEARD))
    except NothingSung as error:
        raise NoVocals(part=desk.part) from error
    sung = desk.scratch / "sung.wav"
    told = progress(desk.report, _HEARD, _CONVERTED)
    converter, converted = sing(task, lead.vocals, sung, voice.print, heard, told)
    parts = Parts(_in_key(lead, converted, desk), sung, matching_gain(lead.vocals, sung), place)
    mixed = _mixed(parts, lead, desk)
    told = progress(desk.report, _MIXED, 1.0)
    card = None if desk.part else card_of_swap(task, lead, sung, converted.semitones, voice.likeness, told)
    facts: dict[str, Fact] = {
        "lead_side": place.side,
        "lead_beside_db": place.beside_db,
        "conversion_gain_db": round(parts.gain_db, 2),
        **_named("conversion", converted.facts),
    }
    return Swapped(
        measured=mixed.measured,
        files=(),
        engine=converter.name,
        engine_version=converter.version,
        weights=stems.separated.weights,
        licence=converter.licence.name,
        commercial=converter.licence.commercial,
        method=stems.separated.method,
        reason=stems.separated.reason,
        voice_semitones=converted.semitones,
        accompaniment_semitones=converted.accompaniment_semitones,
        facts={**_facts(stems, mixed), **facts},
        card=card,
    )


def _taken_apart(desk: _Desk) -> Swapped:
    stems = stems_of(desk.task, desk.cache, desk.scratch, progress(desk.report, 0.0, _TRANSPOSED))
    _check_sung(stems, part=desk.part)
    if stems.separated.singing is Singing.ALONE:
        raise OnlyVocals
    mixed = _mixed(Parts(stems.accompaniment, stems.vocals, heard=False), stems, desk)
    told = progress(desk.report, _MIXED, 1.0)
    card = None if desk.part else card_of_removal(desk.task, stems, told)
    return Swapped(
        measured=mixed.measured,
        files=(),
        engine=f"separation-{stems.separated.method}",
        engine_version=stems.separated.version,
        weights=stems.separated.weights,
        licence="",
        commercial=True,
        method=stems.separated.method,
        reason=stems.separated.reason,
        facts=_facts(stems, mixed),
        card=card,
    )


def _forward(report: Report) -> Report:
    """A report that never goes back, though a stage may be begun again."""
    furthest = 0.0

    def tell(stage: str, fraction: float) -> None:
        nonlocal furthest
        furthest = max(furthest, fraction)
        report(stage, furthest)

    return tell


@contextmanager
def _space_told() -> Iterator[None]:
    """A full disk is told as NoSpace."""
    try:
        yield
    except (OSError, av.FFmpegError) as error:
        if is_full(error):
            raise NoSpace from error
        raise


def _check_sung(stems: Stems, *, part: bool) -> None:
    level = stems.separated.facts.get("vocal_db")
    heard = isinstance(level, int | float) and level >= _UNSUNG_DB
    if not heard or stems.separated.singing is Singing.NONE:
        raise NoVocals(part=part)


def _in_key(stems: Stems, converted: Converted, desk: _Desk) -> Path:
    """The accompaniment that fits the voice."""
    if not converted.accompaniment_semitones:
        return stems.accompaniment
    target = desk.scratch / "accompaniment.wav"
    told = progress(desk.report, _CONVERTED, _TRANSPOSED)
    transpose(stems.accompaniment, target, converted.accompaniment_semitones, told)
    return target


def _mixed(parts: Parts, stems: Stems, desk: _Desk) -> Mixed:
    told = progress(desk.report, _TRANSPOSED, _MIXED)
    write = write_preview if desk.part else write_version
    seconds = desk.task.span.seconds if desk.task.span else stems.source.seconds
    return write(parts, desk.task.folder, seconds, told)


def _facts(stems: Stems, mixed: Mixed) -> dict[str, Fact]:
    heard = stems.source
    return {
        "source_peak": round(heard.peak, 4),
        "source_lufs": None if heard.lufs is None else round(heard.lufs, 2),
        "source_clipped": round(heard.clipped, 6),
        "mix_overs": float(mixed.overs),
        **_named("separation", stems.separated.facts),
    }


def _named(of: str, facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {f"{of}_{name}": value for name, value in facts.items()}
