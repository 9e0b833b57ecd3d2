"""What becomes of an upload."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Base64Bytes

from inference.decoding.model import SourceFacts
from inference.production import Measured, ProducedFile


@dataclass(frozen=True, slots=True)
class Normalised:
    """The files in the folder and everything that was found out on the way."""

    source: SourceFacts
    measured: Measured
    files: tuple[ProducedFile, ...]
    """master.flac (44.1 kHz, stereo, loudness untouched), track.mp3, hls/… and peaks.json; the original is added by
    whoever has it.
    """
    audio_sha256: str
    """Of the decoded samples as 16-bit little-endian stereo: the same recording in a lossless wrapper has the same."""
    picture: Base64Bytes | None = None
    """A cover found in the file, written anew as JPEG of at most 1000 x 1000 pixels; None without a usable one."""
    overs: int = 0
    """How many frames of the file went beyond full scale; there, and just around them, the master is turned down."""
