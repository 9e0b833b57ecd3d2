"""What a voice converter is: a song's vocal goes in, the same melody, timing and words in another voice come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from inference.engine import Device, EngineError, Licence

if TYPE_CHECKING:
    # Capabilities are asked for where nothing heavy is imported.
    from inference.voice.prints import VoicePrint
    from inference.voice.surveying import Survey

SAMPLE_RATE = 44_100
"""Hz, of every vocal that goes in or comes out."""

Report: TypeAlias = Callable[[str, float], None]
"""Told the stage and the fraction done, 0..1, about every second; raises `inference.engine.Cancelled` to end it all."""


class KeyHandling(StrEnum):
    """What happens to the key when a performer's range is not that of the singer before."""

    KEEP = "keep"
    """The melody stays where it is."""
    OCTAVE = "octave"
    """The voice moves by whole octaves, so that it still fits the accompaniment."""
    FIT = "fit"
    """The voice moves into the performer's range and the accompaniment moves with it."""


class NothingSung(EngineError):
    """The vocal holds no voice that could be converted."""


class BadRecording(EngineError):
    """A performer cannot be learned from these recordings; the message says what is wrong with them."""


class BadPrint(EngineError):
    """These bytes are no voice print, or one of another version."""


@dataclass(frozen=True, slots=True)
class Converted:
    """How a vocal was converted."""

    semitones: float
    """How far the voice was transposed."""
    accompaniment_semitones: float
    """How far the accompaniment must be transposed to fit: whole octaves of the voice leave it where it is."""
    facts: Mapping[str, float | str | bool | None]
    """What was measured on the way, for the curious and for the quality card."""


class Converter(Protocol):
    """One way of converting. Instances are cheap; what is heavy is loaded by the first `convert` and kept."""

    @property
    def name(self) -> str:
        """Stable identifier, as stored with versions."""

    @property
    def title(self) -> str:
        """As people see it."""

    @property
    def version(self) -> str:
        """Changes whenever the same vocal would come out otherwise."""

    @property
    def device(self) -> Device:
        """Where it runs."""

    @property
    def licence(self) -> Licence:
        """Of its weights or samples."""

    def convert(
        self,
        vocals: Path,
        target: Path,
        voice: VoicePrint,
        *,
        handling: KeyHandling,
        report: Report,
        reference: Path | None = None,
        heard: Survey | None = None,
    ) -> Converted:
        """Write to `target` what is sung in `vocals`, by `voice`.

        Both are float32 WAV files of 44.1 kHz stereo and the same length. `reference` is a recording of the performer,
        for converters that work from sound and not from the print; `heard` is what a survey of `vocals` found, where
        there was one. Raises NothingSung, EngineError, and what `report` raises; `target` is then unfinished.
        """
