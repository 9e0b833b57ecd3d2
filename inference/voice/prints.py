"""A voice print: what is learned of a performer, and the file that it is kept in."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.voice.analysis import BANDS, HIGHEST_HZ, LOWEST_HZ, Floats
from inference.voice.model import BadPrint

VERSION = 2
LEAST_FRAMES, MOST_FRAMES = 100, 1000
QUANTILES = 21

_MAGIC = b"RFVP"
_HEAD = struct.Struct("<4sHHffII")
_BIGGEST = 40.0
"""No logarithm of a power that a print holds is further from zero."""


@dataclass(frozen=True, slots=True, eq=False)
class VoicePrint:
    """A performer's pitch, colour and breath. Logarithms are natural, of power."""

    low: float
    """Lowest comfortable pitch, Hz."""
    high: float
    """Highest comfortable pitch, Hz."""
    pitches: Floats
    """Quantiles of the pitch in the recordings, in Hz, at even steps from lowest to highest, shape (QUANTILES,)."""
    frames: Floats
    """Envelopes of voiced moments in bands, louder ones higher, the mean of all zero, shape (frames, BANDS)."""
    hiss: Floats
    """The mean envelope of unvoiced sounds, its mean zero, shape (BANDS,)."""
    noise: Floats
    """The mean logarithm of the share of noise in voiced sounds, shape (BANDS,)."""


def to_bytes(voice: VoicePrint) -> bytes:
    """The print as a file."""
    values = np.concatenate([voice.pitches, voice.hiss, voice.noise, voice.frames.reshape(-1)])
    body = values.astype("<f2").tobytes()
    head = _HEAD.pack(_MAGIC, VERSION, BANDS, voice.low, voice.high, len(voice.frames), zlib.crc32(body))
    return head + body


def from_bytes(data: bytes) -> VoicePrint:
    """The print that `to_bytes` wrote; BadPrint for anything else."""
    if len(data) < _HEAD.size or data[:4] != _MAGIC:
        raise BadPrint("This file is not a voice print.")
    _, version, bands, low, high, count, checksum = _HEAD.unpack_from(data)
    if version != VERSION or bands != BANDS:
        raise BadPrint("This voice print was made by another version. Learn the voice again.")
    if not LEAST_FRAMES <= count <= MOST_FRAMES or len(data) != _HEAD.size + 2 * (QUANTILES + BANDS * (2 + count)):
        raise BadPrint("This voice print is not whole.")
    body = data[_HEAD.size :]
    if zlib.crc32(body) != checksum:
        raise BadPrint("This voice print is damaged.")
    values = np.frombuffer(body, "<f2").astype(np.float32)
    pitches, hiss, noise, frames = np.split(values, np.cumsum([QUANTILES, BANDS, BANDS]))
    voice = VoicePrint(low, high, pitches, frames.reshape(count, BANDS), hiss, noise)
    if not _possible(voice):
        raise BadPrint("This voice print holds impossible values.")
    return voice


def _possible(voice: VoicePrint) -> bool:
    def within(values: npt.NDArray[np.float32], low: float, high: float) -> bool:
        return bool(np.isfinite(values).all() and (values >= low).all() and (values <= high).all())

    ends = np.array([voice.low, voice.high], np.float32)
    colours = (voice.frames, voice.hiss, voice.noise)
    return (
        within(ends, LOWEST_HZ / 4, HIGHEST_HZ * 4)
        and voice.low < voice.high
        and within(voice.pitches, LOWEST_HZ / 4, HIGHEST_HZ * 4)
        and all(within(each, -_BIGGEST, _BIGGEST) for each in colours)
    )
