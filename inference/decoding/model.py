"""What is known about a stranger's file, why one is refused, and what its decoding may cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SAMPLE_RATE = 44_100
CHANNELS = 2


class Reason(StrEnum):
    """Why a file is refused; stable, for programs."""

    NOT_AUDIO = "not-audio"
    UNSUPPORTED = "unsupported-format"
    DAMAGED = "damaged"
    EMPTY = "empty"
    TOO_LONG = "too-long"
    TOO_LARGE = "too-large"
    TOO_COSTLY = "too-costly"
    """It wanted more memory, time or output than any honest file of its size."""


class Refused(Exception):
    """The file cannot be taken; the message is a sentence for the person who sent it."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class DecoderFailed(Exception):
    """The decoder itself could not run here: nothing is said about the file, and another try may succeed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child may use; past any of them the file is refused as too costly or too long."""

    seconds: float = 600.0
    """Of audio."""
    memory_bytes: int = 300 * 1024**2
    cpu_seconds: float = 120.0
    silent_seconds: float = 10.0
    """Of wall clock without any output."""


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What the file says about itself and what its decoder saw; texts are cleaned and short."""

    container: str
    """One of "mp3", "wav", "flac"."""
    codec: str
    """As FFmpeg names it: "mp3float", "pcm_s16le", "flac"."""
    sample_rate: int
    channels: int
    claimed_seconds: float | None
    """By the file's own headers."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Of "title", "artist", "album", "genre", "date", "comment", "track"; absent when the file does not say."""
