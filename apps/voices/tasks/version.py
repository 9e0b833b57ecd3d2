"""From what a pipeline delivered to what the library records of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from apps.jobs.handlers import Permanent
from apps.library.models import Rendition, Version
from apps.library.paths import prefix_of
from apps.library.provenance import source_type_changed, source_type_made
from apps.library.services.version_create import NewVersion, SectionFact, WordFact
from apps.library.storage import storage
from apps.voices.models import Swap
from inference import engine, wire
from inference.swapping.model import Swapped

_SAME_KEY = 0.01
"""Semitones that the accompaniment may be off and still be in its key."""


def new_version(swap: Swap, source: Version, made: Swapped, job: UUID) -> NewVersion:
    """What the library records: words, sections and tempo are the source's, since only the voice is another."""
    measured = made.measured
    karaoke = swap.kind == Swap.Kind.KARAOKE
    same_key = abs(made.accompaniment_semitones) < _SAME_KEY
    return NewVersion(
        job=job,
        operation=swap.kind,
        source_type=source_type_changed(source) if karaoke else source_type_made(source, trained=True),
        engine=made.engine,
        engine_version=made.engine_version,
        weights=made.weights,
        licence=_licence(source, made)[:120],
        commercial=source.commercial and made.commercial,
        seed=source.seed,
        parameters=_parameters(swap, made),
        prompt=source.prompt,
        lyrics=source.lyrics,
        instrumental=karaoke,
        genre=source.track.genre,
        mood=source.track.mood,
        request=_request(source, measured.key, instrumental=karaoke),
        understood={},
        tempo=source.tempo,
        key=source.key if same_key else "",
        meter=source.meter,
        sections=tuple(SectionFact(each["name"], each["start"], each["end"]) for each in source.sections),
        words=tuple(WordFact(each["text"], each["start"], each["end"], each["line"]) for each in source.words),
        seconds=measured.seconds,
        sample_rate=measured.sample_rate,
        channels=measured.channels,
        loudness_lufs=measured.loudness_lufs,
        true_peak_dbtp=measured.true_peak_dbtp,
        measured_tempo=measured.tempo,
        measured_key=measured.key,
        energy=measured.energy,
        brightness=measured.brightness,
        vocal_presence=measured.vocal_presence,
    )


def captions_along(source: Version, folder: Path) -> None:
    """The words in time stay as they are: nothing moves in time."""
    kept = source.renditions.filter(role=Rendition.Role.CAPTIONS).values_list("path", flat=True)
    for path in kept:
        if not (folder / path).exists():
            storage().fetch(f"{prefix_of(source.id)}/{path}", folder / path)


def master_of(source: Version, target: Path) -> Path:
    """The source's master on this machine; it is copied to `target` unless the storage lies here."""
    name = f"{prefix_of(source.id)}/master.flac"
    here = storage().local_path(name)
    if here is not None:
        return here
    try:
        storage().fetch(name, target)
    except FileNotFoundError:
        raise Permanent("The song to start from is gone.", kind="gone") from None
    return target


def _licence(source: Version, made: Swapped) -> str:
    return source.licence if made.licence in {"", source.licence} else f"{source.licence}; {made.licence}"


def _parameters(swap: Swap, made: Swapped) -> Mapping[str, Any]:
    told: dict[str, Any] = {"separation": str(made.method)}
    if swap.kind != Swap.Kind.KARAOKE:
        told |= {"performer": swap.performer_title, "handling": swap.handling, "semitones": made.voice_semitones}
        if swap.registered is not None:
            # the consent that the voice is used under
            told["consent"] = str(swap.registered.id)
        else:
            told["built_in"] = swap.built_in
    return told


def _request(source: Version, key: str, *, instrumental: bool) -> Mapping[str, Any]:
    """What an engine that starts from this version takes for its wishes."""
    asked = engine.Request(
        prompt=source.prompt,
        seconds=source.seconds,
        seed=source.seed,
        instrumental=instrumental,
        lyrics="" if instrumental else source.lyrics,
        genre=source.track.genre,
        mood=source.track.mood,
        tempo=source.tempo or source.measured_tempo,
        key=key,
        meter=source.meter,
    )
    return wire.request_to_json(asked)
