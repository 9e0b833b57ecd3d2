"""How far the colour of a voice has moved: distances between cepstra, frame by frame, of the exact variants named.

Neither is good or bad in itself where the voice was meant to change.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.signal import windows

from inference.engine import Samples
from inference.quality.candidates import LOWEST_HZ
from inference.quality.pitch import HOP, Track
from inference.quality.reading import RATE, Floats, overlapping

MCD_METHOD = (
    "10/ln 10 · √(2·Σ(Δc)²), c1–c39, WORLD's envelope (CheapTrick) warped to α 0.466, 24 kHz, 5 ms, frames above "
    "−20 dB of both, no time warping"
)
MFCC_METHOD = (
    "mean Euclidean distance of c1–c12, 40 Slaney bands to 8 kHz, Hann of 25 ms each 10 ms, dB, orthonormal DCT, "
    "24 kHz, frames above −20 dB of both, no time warping"
)

_ORDER, _ALPHA = 39, 0.466
_MOST_FRAMES = 8000
"""Looked at for MCD, spread evenly: 40 s of the loud frames of a long song tell as much as all."""
_PIECE_FRAMES = 2048
_MARGIN = 2048
_FFT, _WINDOW = 1024, round(0.025 * RATE)
_BANDS, _HIGHEST_HZ, _COEFFICIENTS = 40, 8000.0, 13
_FLOOR = 1e-10


@dataclass(frozen=True, slots=True)
class Distances:
    """Means over the frames that are loud in both; None without any."""

    mcd: float | None
    """dB."""
    mfcc: float | None


def compare(source: Path, result: Path, tracks: tuple[Track, Track], tell: Callable[[float], None]) -> Distances:
    """The two vocals, whose tracks these are; `tell` hears the share done. Unreadable."""
    count = min(track.level.size for track in tracks)
    loud = np.flatnonzero(tracks[0].loud[:count] & tracks[1].loud[:count])
    chosen = np.zeros(count, bool)
    chosen[loud[:: max(1, math.ceil(loud.size / _MOST_FRAMES))]] = True
    even = np.zeros(count, bool)
    even[loud[loud % 2 == 0]] = True
    sums, frames = np.zeros(2), np.zeros(2)
    # The same levels, so that the envelope's own floor lies equally deep in both.
    gains = [10 ** (-_mean_level(track, loud) / 20) for track in tracks]
    pieces = zip(*(overlapping(path, RATE, _PIECE_FRAMES * HOP, _MARGIN) for path in (source, result)), strict=False)
    for start, pair in zip(range(0, count, _PIECE_FRAMES), pieces, strict=False):
        span = slice(start, min(start + _PIECE_FRAMES, count))
        levelled = [np.asarray(piece, np.float64) * gain for piece, gain in zip(pair, gains, strict=True)]
        for place, (mask, of) in enumerate(((chosen[span], _mel_cepstra), (even[span], _mfcc))):
            at = np.flatnonzero(mask)
            if at.size:
                one, other = (of(piece, at, track.f0[span][at]) for piece, track in zip(levelled, tracks, strict=True))
                sums[place] += np.sqrt(np.square(one - other).sum(axis=1)).sum()
                frames[place] += at.size
        tell(span.stop / count)
    return Distances(
        mcd=float(10 / math.log(10) * math.sqrt(2) * sums[0] / frames[0]) if frames[0] else None,
        mfcc=float(sums[1] / frames[1]) if frames[1] else None,
    )


def _mean_level(track: Track, frames: npt.NDArray[np.intp]) -> float:
    return float(np.mean(track.level[frames])) if frames.size else 0.0


def _mel_cepstra(piece: Floats, at: npt.NDArray[np.intp], f0: Samples) -> Floats:
    """c1–c39 of the frames `at`, counted from where the margin ends."""
    import pyworld

    times = (_MARGIN + at * HOP) / RATE
    # CheapTrick takes what has no pitch for 500 Hz by itself.
    envelope = pyworld.cheaptrick(piece, f0.astype(np.float64), times, RATE, f0_floor=LOWEST_HZ + 11)
    cepstra: Floats = 0.5 * np.log(np.maximum(envelope, 1e-16)) @ warping(envelope.shape[1])
    return cepstra


def _mfcc(piece: Floats, at: npt.NDArray[np.intp], f0: Samples) -> Floats:
    del f0
    frames = np.lib.stride_tricks.sliding_window_view(piece, _WINDOW)
    shown = frames[_MARGIN + at * HOP - _WINDOW // 2] * windows.hann(_WINDOW, sym=False)
    return mfcc(np.abs(fft.rfft(shown, _FFT, axis=1)) ** 2)


def mfcc(power: Floats) -> Floats:
    """c1–c12 of power spectra, shape (frames, 513)."""
    bands = 10 * np.log10(np.maximum(power @ mel_bands().T, _FLOOR))
    cepstra: Floats = fft.dct(bands, type=2, norm="ortho", axis=1)[:, 1:_COEFFICIENTS]
    return cepstra


@cache
def warping(bins: int) -> Floats:
    """What turns log amplitudes at `bins` even frequencies into c1–c39 on the warped axis, shape (bins, 39).

    The cepstrum, and the frequency transform of K. Tokuda et al., "Recursive calculation of mel-cepstrum from LP
    coefficients" (1994), which is linear, so that both are one matrix.
    """
    cepstrum = fft.irfft(np.eye(bins), axis=1)[:, :bins]
    cepstrum[:, 1 : bins - 1] *= 2
    matrix: Floats = cepstrum @ _frequency_transform(bins)
    return matrix[:, 1:]


def _frequency_transform(count: int) -> Floats:
    """Shape (count, 40): how each coefficient of a cepstrum spreads over those of the warped one."""
    table = np.zeros((_ORDER + 1, count))
    table[0] = _ALPHA ** np.arange(count)
    for row in range(1, _ORDER + 1):
        for column in range(1, count):
            if row == 1:
                table[row, column] = (1 - _ALPHA**2) * column * _ALPHA ** (column - 1)
            else:
                table[row, column] = table[row - 1, column - 1] + _ALPHA * (
                    table[row, column - 1] - table[row - 1, column]
                )
    return table.T


@cache
def mel_bands() -> Floats:
    """Triangles on Slaney's mel scale, each of equal area, shape (40, 513)."""
    edges = _hertz(np.linspace(0, _mel(_HIGHEST_HZ), _BANDS + 2))
    at = np.arange(_FFT // 2 + 1) * RATE / _FFT
    rise = (at - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - at) / (edges[2:] - edges[1:-1])[:, None]
    bands: Floats = np.maximum(0, np.minimum(rise, fall)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    return bands


def _mel(hertz: float) -> float:
    """M. Slaney, "Auditory Toolbox" (1998): even to 1 kHz, logarithmic above."""
    return hertz * 3 / 200 if hertz < 1000 else 15 + math.log(hertz / 1000) * 27 / math.log(6.4)


def _hertz(mel: Floats) -> Floats:
    hertz: Floats = np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * math.log(6.4) / 27))
    return hertz
