"""From what was found in a file to what the library records of it."""

from __future__ import annotations

from collections.abc import Mapping

from apps.library.models import TITLE_LENGTH
from apps.library.services.version_create import NewVersion
from apps.uploads.filenames import title_from
from apps.uploads.models import Upload
from inference import engine, wire
from inference.decoding.model import SourceFacts
from inference.normalising.model import Normalised
from inference.production import Measured

OPERATION = "upload"
ENGINE = "normaliser"
ENGINE_VERSION = "1"
LICENCE = "The uploader’s own rights"
SUNG = 0.5
"""Vocal presence from which on a recording counts as sung."""
_SHOWN_TAGS = ("title", "artist", "album", "date", "track", "genre")


def new_version(upload: Upload, made: Normalised) -> NewVersion:
    """What the library records; nothing of it names the file or its sender."""
    measured = made.measured
    genre = made.source.tags.get("genre", "").lower()[:40]
    instrumental = measured.vocal_presence is None or measured.vocal_presence < SUNG
    return NewVersion(
        job=upload.job_id,
        operation=OPERATION,
        engine=ENGINE,
        engine_version=ENGINE_VERSION,
        weights="",
        licence=LICENCE,
        commercial=True,
        seed=0,
        parameters=_parameters(made.source),
        prompt="",
        instrumental=instrumental,
        genre=genre,
        request=wire.request_to_json(_request(measured, genre, instrumental=instrumental)),
        understood={name: made.source.tags[name] for name in _SHOWN_TAGS if made.source.tags.get(name)},
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


def title_of(upload: Upload, tags: Mapping[str, str]) -> str:
    """By the file's own tags, else by its name."""
    return (tags.get("title", "").strip() or title_from(upload.filename))[:TITLE_LENGTH]


def _parameters(source: SourceFacts) -> dict[str, str | int | float]:
    """What the file was before it was normalised."""
    return {
        "container": source.container,
        "codec": source.codec,
        "sample_rate": source.sample_rate,
        "channels": source.channels,
    }


def _request(measured: Measured, genre: str, *, instrumental: bool) -> engine.Request:
    """What an engine that starts from this recording takes for its wishes."""
    return engine.Request(
        prompt="",
        seconds=measured.seconds,
        seed=0,
        instrumental=instrumental,
        genre=genre,
        tempo=measured.tempo,
        key=measured.key,
        energy=measured.energy,
    )
