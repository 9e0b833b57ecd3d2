"""What WORLD hears in a voice: pitch, the envelope of its spectrum, and how much of it is noise.

M. Morise, F. Yokomori, K. Ozawa, "WORLD: A Vocoder-Based High-Quality Speech Synthesis System", 2016; pitch by Harvest
(Morise 2017), envelope by CheapTrick (2015), aperiodicity by D4C (2016).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
import pyworld
from scipy import fft

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

PERIOD = 0.005
"""Seconds from one frame to the next."""
LOWEST_HZ, HIGHEST_HZ = 65.0, 1100.0
"""Pitches that are looked for: C2 to C♯6."""
BANDS = 48
"""Points of the mel scale that a voice's colour is described by."""
LOWEST_BAND_HZ, HIGHEST_BAND_HZ = 80.0, 7600.0
CEPSTRA = 24
"""Coefficients that colours are compared by; what is finer differs from frame to frame."""

_FLOOR = 1e-14
_AROUND = 1.5
"""How far beyond the pitches of a quick look the thorough one searches: slips of an octave lie outside."""
_WILD_CENTS = 40.0
"""From one frame to the next, more than voices move: a wide vibrato moves half as fast."""
_SURE_FRAMES, _HELD_FRAMES, _BRIDGED_FRAMES = 4, 4, 20
"""The shortest run that is believed, how long its pitch is held beyond it, and the longest gap between two that is
bridged."""
SPEECH, SINGING = 0.85, 0.3
"""Of the power up to 7.9 kHz, what must lie below 4 kHz for D4C to believe a pitch: as it asks of speech, and little
enough for bright notes, and for high voices full of breath."""
_GATE_DB = 50.0
"""Below the loudest frames what seems to have a pitch is an echo or another instrument."""


def pitch(samples: Doubles, rate: int, span: tuple[float, float] = (LOWEST_HZ, HIGHEST_HZ)) -> Doubles:
    """Hz of each frame, 0 where there is none."""
    f0, _ = pyworld.harvest(samples, rate, f0_floor=span[0], f0_ceil=span[1], frame_period=1000 * PERIOD)
    return np.asarray(f0, np.float64)


def quick_pitch(samples: Doubles, rate: int) -> Doubles:
    """As `pitch`, by DIO and StoneMask, several times quicker and less sure."""
    f0, times = pyworld.dio(samples, rate, f0_floor=LOWEST_HZ, f0_ceil=HIGHEST_HZ, frame_period=1000 * PERIOD, speed=4)
    return np.asarray(pyworld.stonemask(samples, f0, times, rate), np.float64)


def search_span(f0: Doubles) -> tuple[float, float]:
    """Where to look for pitches, in Hz, after a quick look."""
    voiced = f0[f0 > 0]
    if voiced.size < 20:
        return LOWEST_HZ, HIGHEST_HZ
    low, high = np.percentile(voiced, (3.0, 97.0))
    return max(LOWEST_HZ, float(low) / _AROUND), min(HIGHEST_HZ, float(high) * _AROUND)


def levels(samples: Doubles, rate: int, count: int) -> Doubles:
    """Root mean square of each of `count` frames, over 20 ms around it."""
    half = round(0.01 * rate)
    power = np.concatenate([[0.0], np.cumsum(samples**2)])
    middle = np.rint(np.arange(count) * PERIOD * rate).astype(np.intp)
    first, last = (np.clip(middle + side * half, 0, samples.size) for side in (-1, 1))
    return np.asarray(np.sqrt(np.maximum(power[last] - power[first], 0.0) / (2 * half)))


def gated(f0: Doubles, level: Doubles, loudest: float) -> Doubles:
    """`f0` without what is far quieter than `loudest`, a root mean square."""
    return np.where(level > loudest * 10 ** (-_GATE_DB / 20), f0, 0.0)


def steadied(f0: Doubles) -> Doubles:
    """`f0` without the wild moves that Harvest makes where noise hides the pitch, at the edges of consonants above all.

    Short ones are bridged by a straight line between what is sure, long ones lose their pitch.
    """
    voiced = f0 > 0
    cents = 1200.0 * np.log2(np.where(voiced, f0, 1.0))
    wild = (np.abs(np.diff(cents)) > _WILD_CENTS) & voiced[1:] & voiced[:-1]
    sure = voiced & ~np.append(wild, False) & ~np.insert(wild, 0, False)
    for first, last in _runs(sure):
        if last - first < _SURE_FRAMES:
            sure[first:last] = False
    steady = np.where(sure, f0, 0.0)
    for first, last in _runs(voiced & ~sure):
        before = steady[first - 1] if first else 0.0
        after = f0[last] if last < len(f0) and sure[last] else 0.0
        if before and after and last - first <= _BRIDGED_FRAMES:
            steady[first:last] = np.geomspace(before, after, last - first + 2)[1:-1]
            continue
        if before:
            steady[first : min(first + _HELD_FRAMES, last)] = before
        if after:
            steady[max(first, last - _HELD_FRAMES) : last] = after
    return steady


def _runs(where: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last + 1 of each run of true values."""
    edges = np.flatnonzero(np.diff(where.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def envelope(samples: Doubles, rate: int, f0: Doubles, times: Doubles) -> Doubles:
    """Natural logarithm of the power envelope at `times`, shape (frames, bins)."""
    power = pyworld.cheaptrick(samples, f0, times, rate, f0_floor=LOWEST_HZ, fft_size=fft_size(rate))
    return np.asarray(np.log(power + _FLOOR))


def aperiodicity(samples: Doubles, rate: int, f0: Doubles, times: Doubles, pitched: float = SPEECH) -> Doubles:
    """Amplitude of noise as a share of the whole, 0..1, shape (frames, bins); 1 where no pitch is believed."""
    return np.asarray(pyworld.d4c(samples, f0, times, rate, threshold=pitched, fft_size=fft_size(rate)))


def breath_codes(rate: int) -> int:
    """How many numbers `breath` gives for a frame."""
    return int(pyworld.get_num_aperiodicities(rate))


def breath(shares: Doubles, rate: int) -> Doubles:
    """What `aperiodicity` gave, shape (frames, codes): D4C measures no finer than every 3 kHz."""
    return np.asarray(pyworld.code_aperiodicity(shares, rate))


def from_breath(codes: Doubles, rate: int) -> Doubles:
    """The inverse of `breath`."""
    return np.asarray(pyworld.decode_aperiodicity(np.ascontiguousarray(codes), rate, fft_size(rate)))


def fft_size(rate: int) -> int:
    """Of both, at this rate."""
    return int(pyworld.get_cheaptrick_fft_size(rate, LOWEST_HZ))


def frame_times(count: int) -> Doubles:
    """Seconds of each frame."""
    return np.arange(count, dtype=np.float64) * PERIOD


@cache
def band_hz() -> Doubles:
    """Middles of the bands, evenly spaced in mel."""
    low, high = (_mel(np.asarray(each)) for each in (LOWEST_BAND_HZ, HIGHEST_BAND_HZ))
    return np.asarray(700.0 * (10 ** (np.linspace(low, high, BANDS) / 2595.0) - 1.0))


@cache
def _triangles(rate: int) -> Doubles:
    """Shape (bins, BANDS): what each bin gives to each band; every band sums to one."""
    bins = np.arange(fft_size(rate) // 2 + 1) * rate / fft_size(rate)
    mel, middles = _mel(bins), _mel(band_hz())
    step = middles[1] - middles[0]
    weights = np.maximum(1.0 - np.abs(mel[:, None] - middles[None, :]) / step, 0.0)
    nearest = np.abs(bins[:, None] - band_hz()[None, :]).argmin(axis=0)
    empty = weights.sum(axis=0) < 1e-6
    weights[nearest[empty], np.flatnonzero(empty)] = 1.0
    return np.asarray(weights / weights.sum(axis=0))


def colours(spectra: Doubles, rate: int) -> Doubles:
    """Means over the bands of something given for each bin, shape (frames, BANDS)."""
    return np.asarray(spectra @ _triangles(rate))


@cache
def _spread(rate: int) -> Doubles:
    """Shape (BANDS, bins): linear in mel between the bands' middles, even beyond them."""
    bins = np.arange(fft_size(rate) // 2 + 1) * rate / fft_size(rate)
    mel, middles = _mel(bins), _mel(band_hz())
    return np.stack([np.interp(mel, middles, row) for row in np.eye(BANDS)])


def spread(bands: Doubles, rate: int) -> Doubles:
    """The inverse of `colours`, as smooth as bands are: shape (frames, bins)."""
    return np.asarray(bands @ _spread(rate))


def cepstra(bands: Doubles) -> Doubles:
    """The first coefficients of the cosine transform without the level, shape (frames, CEPSTRA)."""
    return np.asarray(fft.dct(bands, axis=1, norm="ortho")[:, 1 : CEPSTRA + 1])


def from_cepstra(coefficients: Doubles) -> Doubles:
    """The bands that `cepstra` describes, their mean zero."""
    whole = np.zeros((coefficients.shape[0], BANDS))
    whole[:, 1 : CEPSTRA + 1] = coefficients
    return np.asarray(fft.idct(whole, axis=1, norm="ortho"))


def _mel(hz: Doubles) -> Doubles:
    return np.asarray(2595.0 * np.log10(1.0 + hz / 700.0))
