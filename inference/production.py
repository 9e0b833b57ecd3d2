"""What becomes of a result: the files of a version and the facts about them, as the rest of the house stores them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from inference.engine import Section, Word


class Role(StrEnum):
    """What a file of a version is for."""

    MASTER = "master"
    ORIGINAL = "original"
    """An uploaded file, byte for byte."""
    MP3 = "mp3"
    HLS = "hls"
    PEAKS = "peaks"
    STEM = "stem"
    SCORE = "score"
    MIDI = "midi"
    SHEET = "sheet"
    """Lead sheets: ChordPro and MusicXML."""
    CAPTIONS = "captions"
    """The words in time: LRC and WebVTT."""
    QUALITY = "quality"
    """What a result was measured to be worth: the card and its pictures."""


@dataclass(frozen=True, slots=True)
class ProducedFile:
    """A file, relative to the version's folder."""

    role: Role
    path: str
    """One of "master.flac", "track.mp3", "peaks.json", "score.json", "hls/index.m3u8", "hls/init.mp4", "hls/000.m4s"…
    "stems/drums.flac"…, and "song.mid", "song.musicxml", "song.cho", "song.lrc", "song.vtt".
    """
    bytes: int
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured from the master itself, whoever made it; None where it cannot be measured."""

    seconds: float
    sample_rate: int
    channels: int
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    tempo: float | None
    key: str
    """As "E minor"; empty when it has none."""
    energy: float
    """0..1."""
    brightness: float
    """0..1."""
    vocal_presence: float | None = None
    """0..1: how much of the time somebody seems to sing."""


@dataclass(frozen=True, slots=True)
class Production:
    """Everything a version records about how it was made and what was measured."""

    engine: str
    engine_version: str
    weights: str
    licence: str
    commercial: bool
    seed: int
    parameters: Mapping[str, Any]
    understood: Mapping[str, Any]
    title: str
    genre: str
    mood: str
    tempo: float | None
    key: str
    meter: str
    sections: tuple[Section, ...]
    words: tuple[Word, ...]
    measured: Measured
    files: tuple[ProducedFile, ...]
    heard: Mapping[str, Any] = field(default_factory=dict)
    """What was asked for beside what was measured: {"tempo": {"asked", "heard", "tolerance", "hit", "why"?}, …} for
    tempo, key, length, loudness, peak and words; "again" tells of a second try.
    """
    trained: bool = True
    """As `engine.Capabilities.trained`."""
