"""From rows to what an engine is asked, and from what it made to what the library stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from apps.jobs.handlers import ClaimedJob, Permanent, Retryable
from apps.library.models import Rendition, Version
from apps.library.provenance import source_type_made
from apps.library.services.version_create import NewVersion, SectionFact, WordFact
from apps.library.storage import StorageAway, StorageFull
from apps.library.version_folder import version_folder
from apps.studio.models import GenerationRequest
from inference import engine, wire
from inference.production import Production

_READ = (Rendition.Role.MASTER, Rendition.Role.STEM, Rendition.Role.SCORE)
"""What engines read of the version they start from."""


def engine_request(job: ClaimedJob, made: GenerationRequest, scratch: Path) -> engine.Request:
    """What the engine is asked for one take; files it is to read come to `scratch` unless they are on this machine.

    Permanent when the version to start from is gone, Retryable when the storage is away or has no room.
    """
    return engine.Request(
        prompt=made.prompt,
        seconds=made.seconds,
        seed=job.payload["seed"],
        operation=engine.Operation(made.operation),
        instrumental=made.instrumental,
        lyrics=made.lyrics,
        genre=made.genre,
        mood=made.mood,
        tempo=made.tempo,
        key=made.musical_key,
        meter=made.meter,
        instruments=tuple(made.instruments),
        energy=made.energy,
        voice=made.voice,
        language=made.language,
        span=(made.span_start, made.span_end) if made.span_start is not None and made.span_end is not None else None,
        other_seed=job.payload.get("other_seed"),
        parent=_parent(made.parent, scratch / "parent") if made.parent else None,
    )


def new_version(
    production: Production, job: ClaimedJob, asked: engine.Request, parent: Version | None = None
) -> NewVersion:
    """What the library records of a production."""
    measured = production.measured
    return NewVersion(
        job=job.id,
        source_type=source_type_made(parent, trained=production.trained),
        operation=str(asked.operation),
        engine=production.engine,
        engine_version=production.engine_version,
        weights=production.weights,
        licence=production.licence,
        commercial=production.commercial,
        seed=production.seed,
        parameters=production.parameters,
        prompt=asked.prompt,
        lyrics=asked.lyrics,
        instrumental=asked.instrumental,
        genre=production.genre,
        mood=production.mood,
        request=_recorded(asked),
        reference=UUID(job.payload["reference"]) if "reference" in job.payload else None,
        understood=production.understood,
        heard=production.heard,
        tempo=production.tempo,
        key=production.key,
        meter=production.meter,
        sections=tuple(SectionFact(each.name, each.start, each.end) for each in production.sections),
        words=tuple(WordFact(each.text, each.start, each.end, each.line) for each in production.words),
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


def _recorded(asked: engine.Request) -> Mapping[str, Any]:
    """The request as JSON. The parent is the version's own column: its folder lies elsewhere on another machine."""
    return wire.request_to_json(replace(asked, parent=None))


def _parent(version: Version, target: Path) -> engine.Parent:
    try:
        folder = version_folder(version, _READ, target)
    except FileNotFoundError as missing:
        raise Permanent("The version to start from is gone.") from missing
    except StorageAway as away:
        raise Retryable("The storage with the version to start from did not answer.") from away
    except StorageFull as full:
        raise Retryable("There was no room for the version to start from.") from full
    return engine.Parent(folder=folder, request=wire.request_from_json(version.request))
