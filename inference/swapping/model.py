"""What a swap is asked and what comes of it; imports nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from inference.engine import EngineError, Word
from inference.production import Measured, ProducedFile
from inference.quality.model import Card
from inference.separation.model import Method
from inference.voice.model import KeyHandling

VOCALS, INSTRUMENTAL = "stems/vocals.flac", "stems/instrumental.flac"
PREVIEW = "track.mp3"
"""The only file of a preview."""
MOST_BYTES = 6 * 1024**3
"""Of what a workshop keeps: the stages of about twenty songs of four minutes."""

Fact = float | str | bool | None


class NoVocals(EngineError):
    """Nobody sings in the song, or in the part of it that was asked for."""

    def __init__(self, *, part: bool) -> None:
        super().__init__(
            "We hear no singing in this part of the song. Choose another part."
            if part
            else "We hear no singing in this song, so there is no voice to work on."
        )
        self.part = part


class OnlyVocals(EngineError):
    """Nothing would be left without the vocals."""

    def __init__(self) -> None:
        super().__init__("This recording is a voice alone: nothing would be left without it.")


class Silent(EngineError):
    """There is nothing to hear."""

    def __init__(self, *, part: bool) -> None:
        super().__init__("This part of the song is silent." if part else "This song is silent.")
        self.part = part


class TooShort(EngineError):
    """There is too little sound to work on."""

    def __init__(self) -> None:
        super().__init__("There is less than half a second of sound to work on.")


class NoSpace(EngineError):
    """There is too little room on the disk to work; another try may succeed."""

    def __init__(self) -> None:
        super().__init__("There is too little free space here to work on this song.", retryable=True)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a song."""

    start: float
    """Seconds."""
    seconds: float


@dataclass(frozen=True, slots=True)
class SwapTask:
    """One song to work on. Without a performer it is only taken apart."""

    source: Path
    """The master, as the library keeps it."""
    folder: Path
    """For the files of the version; must be empty or missing."""
    built_in: str = ""
    """The name of a performer that comes built in."""
    voice: Path | None = None
    """The voice print of any other performer."""
    reference: Path | None = None
    """A recording of that performer, for what works from sound."""
    converter: str = ""
    """The configured program that is to convert; empty for the embedded converter."""
    handling: KeyHandling = KeyHandling.KEEP
    method: Method | None = None
    """How the vocals are taken out; None lets the song decide."""
    span: Span | None = None
    """For a preview."""
    lyrics: str = ""
    words: tuple[Word, ...] = ()
    """When they are sung, where that is known."""
    language: str = ""
    """ISO 639-1, of the lyrics."""
    workshop: Path | None = None
    """Where stages are kept from song to song; None keeps none."""
    workshop_bytes: int = MOST_BYTES

    @property
    def sung(self) -> bool:
        """Whether somebody is to sing it."""
        return bool(self.built_in) or self.voice is not None


@dataclass(frozen=True, slots=True)
class Swapped:
    """What was made; the files are in the task's folder."""

    measured: Measured
    """Of the master, or of the preview."""
    files: tuple[ProducedFile, ...]
    engine: str
    """Whoever converted, or took apart when nobody sings."""
    engine_version: str
    weights: str
    licence: str
    commercial: bool
    method: Method
    """How the vocals were taken out."""
    reason: str
    """Why so, for people."""
    voice_semitones: float = 0.0
    accompaniment_semitones: float = 0.0
    """How far each was transposed."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """What was found out on the way; the names say of what: "source_…", "separation_…", "conversion_…", "mix_…"."""
    card: Card | None = None
