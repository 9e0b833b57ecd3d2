"""Vocals and accompaniment of a song, from the workshop where it was taken apart before, or taken apart now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from inference import stages
from inference.separation import blend, centre, demucs
from inference.separation.model import ACCOMPANIMENT, VOCALS, Report, Separated
from inference.separation.separating import separate
from inference.stage_cache import Part, StageCache, digest_of
from inference.swapping import source
from inference.swapping.model import Span, SwapTask, TooShort
from inference.swapping.source import SHORTEST_SECONDS, SONG, Source, progress

_SEPARATED = TypeAdapter(Separated)
_NOTE = "separated.json"
_MARGIN_SECONDS = 4.0
"""Of the song around a preview that separating it hears as well."""
_USUAL_SECONDS = 240.0
_DECODED = 0.1


@dataclass(frozen=True, slots=True)
class Stems:
    """Where the song and its stems lie, as float32 WAV, and how they were made."""

    song: Path
    vocals: Path
    accompaniment: Path
    source: Source
    separated: Separated
    key: tuple[Part, ...]
    """Of whatever is made of them alone and kept."""


def stems_of(task: SwapTask, cache: StageCache, scratch: Path, report: Report) -> Stems:
    """The stems of the song, or of its span; what has to be made is kept in `cache`.

    Raises Silent, TooShort, EngineError, and what `report` raises.
    """
    digest = digest_of(task.source)
    if task.span is None:
        return _stems(task, cache, digest, None, report)
    if cache.has("separated", *_key(task, digest, None)):
        return _cut(_stems(task, cache, digest, None, report), task.span, scratch)
    start = max(0.0, task.span.start - _MARGIN_SECONDS)
    end = task.span.start + task.span.seconds + _MARGIN_SECONDS
    wide = _stems(task, cache, digest, Span(start, end - start), report)
    return _cut(wide, Span(task.span.start - start, task.span.seconds), scratch)


def _key(task: SwapTask, digest: str, span: Span | None) -> tuple[Part, ...]:
    versions = (source.VERSION, centre.VERSION, blend.VERSION, demucs.VERSION)
    return (*versions, task.method, digest, *((span.start, span.seconds) if span else ()))


def _stems(task: SwapTask, cache: StageCache, digest: str, span: Span | None, report: Report) -> Stems:
    """Of the song, or of a span, as it is kept."""

    def decode(folder: Path) -> None:
        seconds = span.start + span.seconds if span else _USUAL_SECONDS
        source.write_source(task.source, folder, span, seconds, progress(report, 0.0, _DECODED))

    def take_apart(folder: Path) -> None:
        told = progress(report, _DECODED, 1.0)
        separated = separate(decoded / SONG, folder, method=task.method, report=told)
        (folder / _NOTE).write_bytes(_SEPARATED.dump_json(separated))

    decoded = cache.get_or_make(
        "decoded",
        *(source.VERSION, digest, *((span.start, span.seconds) if span else ())),
        make=decode,
        waiting=lambda: report(stages.WAITING, 0.0),
    )
    heard = source.read_source(decoded, part=span is not None)
    apart = cache.get_or_make(
        "separated",
        *_key(task, digest, span),
        make=take_apart,
        waiting=lambda: report(stages.WAITING, _DECODED),
    )
    separated = _SEPARATED.validate_json((apart / _NOTE).read_bytes())
    return Stems(decoded / SONG, apart / VOCALS, apart / ACCOMPANIMENT, heard, separated, _key(task, digest, span))


def _cut(stems: Stems, span: Span, scratch: Path) -> Stems:
    """The stems of a part of what they are of; TooShort when it lies beyond the end."""
    if stems.source.seconds - span.start < SHORTEST_SECONDS:
        raise TooShort
    parts = {path: scratch / f"part-{path.name}" for path in (stems.song, stems.vocals, stems.accompaniment)}
    for path, part in parts.items():
        source.cut(path, part, span)
    return Stems(
        parts[stems.song],
        parts[stems.vocals],
        parts[stems.accompaniment],
        replace(stems.source, seconds=min(span.seconds, stems.source.seconds - span.start)),
        stems.separated,
        (*stems.key, "part", span.start, span.seconds),
    )
