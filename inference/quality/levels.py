"""How loud, how clean, and how near to what it was made from a sound is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import fft
from scipy.signal import windows

from inference.engine import Samples
from inference.quality.pitch import Track
from inference.quality.reading import Floats, stereo

RATE = 44_100
HIGHEST_SNR_DB = 60.0
"""More is not told apart: digital silence has no noise at all."""
SCORE_METHOD = (
    "the seed's proxy: 0.7 × SNR part + 0.3 × spectral similarity, against the song as it was; SNR part: 10·log10(song "
    "/ difference) from 0 to 30 dB; similarity: cosine of the mean spectra. Near 1 is little changed, not good"
)

_FULL_SNR_DB = 30.0
_BLOCK = 1 << 16
_FFT = 2048
_SMOOTH = 10
"""Frames of 5 ms whose power counts together as a pause."""
_PAUSES = 10
"""Per cent of the frames that are the quietest."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """How like its original a file is."""

    ratio_db: float | None
    """Power of the original over that of the difference; None when the original is silent."""
    similarity: float
    """0..1: cosine between the mean magnitude spectra."""
    seconds: float

    @property
    def score(self) -> float | None:
        """The seed's quality score, 0..1."""
        if self.ratio_db is None:
            return None
        return 0.7 * min(max(self.ratio_db / _FULL_SNR_DB, 0.0), 1.0) + 0.3 * self.similarity


def closeness(original: Path, other: Path) -> Closeness:
    """Both files side by side, from their starts; what only one has at its end is held against silence. Unreadable."""
    powers = np.zeros(2)
    spectra = np.zeros((2, _FFT // 2 + 1))
    frames = 0
    for one, another in _pairs(original, other):
        powers += [np.square(one, dtype=np.float64).sum(), np.square(one - another, dtype=np.float64).sum()]
        spectra += [_spectrum(one), _spectrum(another)]
        frames += one.shape[0]
    size = float(np.linalg.norm(spectra[0]) * np.linalg.norm(spectra[1]))
    return Closeness(
        ratio_db=_ratio(powers[0], powers[1]) if powers[0] > 0 else None,
        similarity=float(spectra[0] @ spectra[1]) / size if size > 0 else 0.0,
        seconds=frames / RATE,
    )


def rms_dbfs(path: Path) -> float | None:
    """Of both sides together, in dB of full scale; None for silence. Unreadable."""
    total, count = 0.0, 0
    for block in stereo(path, RATE, _BLOCK):
        total += float(np.square(block, dtype=np.float64).sum())
        count += block.size
    return 10 * math.log10(total / count) if count and total > 0 else None


def snr_proxy(track: Track) -> float | None:
    """Mean power of the voiced frames over that of the pauses, in dB; None when nothing is voiced.

    With no clean original at hand nobody knows the noise: the quietest tenth of the song is taken for it, over 50 ms
    each, so what never pauses looks noisier than it is.
    """
    if not track.voiced.any():
        return None
    power = 10 ** (track.level.astype(np.float64) / 10)
    smooth = np.convolve(power, np.full(_SMOOTH, 1 / _SMOOTH), mode="valid") if power.size > _SMOOTH else power
    return min(_ratio(float(power[track.voiced].mean()), float(np.percentile(smooth, _PAUSES))), HIGHEST_SNR_DB)


def hnr(track: Track) -> float | None:
    """Harmonics to noise (P. Boersma, 1993), in dB, the mean of the voiced frames; None without any."""
    return float(track.harmonicity[track.voiced].mean()) if track.voiced.any() else None


def _ratio(power: float, rest: float) -> float:
    return 10 * math.log10(power / max(rest, power * 1e-12))


def _pairs(one: Path, other: Path) -> Iterator[tuple[Samples, Samples]]:
    first, second = stereo(one, RATE, _BLOCK), stereo(other, RATE, _BLOCK)
    for block in first:
        beside = next(second, np.zeros((0, 2), np.float32))
        yield _as_long(block, beside), _as_long(beside, block)
    for block in second:
        yield np.zeros_like(block), block


def _as_long(block: Samples, beside: Samples) -> Samples:
    missing = max(0, beside.shape[0] - block.shape[0])
    return np.pad(block, ((0, missing), (0, 0))) if missing else block


def _spectrum(block: Samples) -> Floats:
    """Sum of the magnitudes of the frames."""
    mono = block.mean(axis=1)
    mono = np.pad(mono, (0, -mono.size % _FFT))
    total: Floats = np.abs(fft.rfft(mono.reshape(-1, _FFT) * windows.hann(_FFT, sym=False), axis=1)).sum(axis=0)
    return total
