"""What the pitch of each frame may be: the troughs of its normalised difference function, and how likely each is.

A. de Cheveigné, H. Kawahara, "YIN" (2002), on the autocorrelation of P. Boersma, "Accurate short-term analysis of the
fundamental frequency and the harmonics-to-noise ratio of a sampled sound" (1993): that of a windowed frame over that
of the window, so that frames may be short. How likely a trough is comes from M. Mauch, S. Dixon, "pYIN" (2014).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.signal import windows

from inference.engine import Samples
from inference.quality.reading import RATE

Curve = npt.NDArray[np.float32]

LOWEST_HZ, HIGHEST_HZ = 60.0, 1400.0
QUIETEST_DB = -200.0
WINDOW = round(3 * RATE / LOWEST_HZ)
"""Samples in a frame: three periods of the lowest pitch, as Boersma has it."""
MOST = 8
"""Candidates of a frame."""

_FINER = 2
"""Lags a sample, so that a parabola through three of them tells the pitch to a fraction of a cent."""
_LEAST_STRENGTH = 0.2
_SHORTER_FIRST = 0.1
"""How much deeper a trough must be to be kept before one an octave higher, where there are more than `MOST`."""
# pYIN's: thresholds by a Beta distribution with a mean of 0.1, and among the troughs below one the first by far.
_THRESHOLDS, _BETA, _FIRST_BY_FAR = 100, 18, 2.0
_NONE_BELOW = 0.01
"""What the deepest trough gets of the thresholds that no trough reaches."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Of many frames; shape (frames, 8), in order of falling pitch, with strength 0 where there are fewer."""

    hertz: Curve
    strength: Curve
    """Autocorrelation at the lag, 0..1: the share of the power that repeats."""
    chance: Curve
    """0..1; those of a frame are at most 1 together."""
    level: Curve
    """dB of full scale, shape (frames,)."""

    @staticmethod
    def together(parts: list[Candidates]) -> Candidates:
        """One after the other."""
        none = np.zeros((0, MOST), np.float32)
        return Candidates(
            hertz=np.concatenate([none, *(part.hertz for part in parts)]),
            strength=np.concatenate([none, *(part.strength for part in parts)]),
            chance=np.concatenate([none, *(part.chance for part in parts)]),
            level=np.concatenate([none[:, 0], *(part.level for part in parts)]),
        )


def candidates(frames: Samples) -> Candidates:
    """Of frames at `RATE`, shape (frames, WINDOW)."""
    centred = frames - frames.mean(axis=1, keepdims=True)
    power = np.square(centred).mean(axis=1)
    level = 10 * np.log10(np.maximum(power, 10 ** (QUIETEST_DB / 10)))
    repeats = _autocorrelation(centred)
    repeats[power <= 1e-18] = 0
    hertz, strength, depth = _troughs(repeats)
    return Candidates(hertz, strength, _chances(depth), level.astype(np.float32))


def _autocorrelation(centred: Samples) -> Curve:
    """1 at lag 0, shape (frames, lags), at `_FINER` lags a sample."""
    window, own = _shape()
    size = fft.next_fast_len(WINDOW + round(RATE / LOWEST_HZ) + 2, real=True)
    spectrum = fft.rfft(centred * window, size, axis=1)
    density = spectrum.real**2 + spectrum.imag**2
    density[:, -1] /= 2  # Nyquist is shared by two once there are more lags than samples
    lags = fft.irfft(density, size * _FINER, axis=1)[:, : own.size]
    return (lags / np.maximum(lags[:, :1], 1e-20) / own).astype(np.float32)


def _troughs(repeats: Curve) -> tuple[Curve, Curve, Curve]:
    """Pitch, strength and depth of the deepest troughs of each row; depth is infinite where there are fewer."""
    difference = 1 - repeats[:, 1:]
    mean = np.cumsum(difference, axis=1) / np.arange(1, difference.shape[1] + 1, dtype=np.float32)
    first = math.floor(_FINER * RATE / HIGHEST_HZ)
    normalised = (difference / np.maximum(mean, 1e-9))[:, first - 1 : -1]
    middle, before, after = repeats[:, first:-1], repeats[:, first - 1 : -2], repeats[:, first + 1 :]
    is_trough = (middle > before) & (middle >= after) & (middle > _LEAST_STRENGTH)
    places = np.arange(first, repeats.shape[1] - 1)
    worth = np.where(is_trough, normalised + _SHORTER_FIRST * np.log2(places), np.inf)
    best = np.sort(np.argpartition(worth, MOST, axis=1)[:, :MOST], axis=1)
    there = np.isfinite(np.take_along_axis(worth, best, axis=1))
    left, peak, right = (np.take_along_axis(each, best, axis=1) for each in (before, middle, after))
    bend = np.minimum(left - 2 * peak + right, -1e-12)
    shift = np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    hertz = _FINER * RATE / (places[best] + shift)
    strength = np.clip(peak - 0.25 * (left - right) * shift, 0, 1)
    depth = np.take_along_axis(normalised, best, axis=1)
    return (
        hertz.astype(np.float32),
        np.where(there, strength, 0).astype(np.float32),
        np.where(there, depth, np.inf).astype(np.float32),
    )


def _chances(depth: Curve) -> Curve:
    """Of each trough, over all thresholds."""
    thresholds, weights = _prior()
    below = depth[:, :, None] < thresholds
    count = below.sum(axis=1, keepdims=True)
    place = np.cumsum(below, axis=1) - 1
    share = np.exp(-_FIRST_BY_FAR * place) * (1 - math.exp(-_FIRST_BY_FAR))
    share /= np.maximum(1 - np.exp(-_FIRST_BY_FAR * count), 1e-9)
    chance = np.where(below, share, 0) @ weights
    deepest = depth.argmin(axis=1)
    rows = np.arange(depth.shape[0])
    chance[rows, deepest] += np.where(
        np.isfinite(depth[rows, deepest]), _NONE_BELOW * ((count[:, 0] == 0) @ weights), 0
    )
    return chance.astype(np.float32)


@cache
def _prior() -> tuple[Curve, Curve]:
    """Thresholds from 0 to 1, and how likely each is: the differences of the cumulated Beta(2, 18)."""
    edges = np.linspace(0, 1, _THRESHOLDS + 1)
    cumulated = 1 - (1 - edges) ** _BETA * (1 + _BETA * edges)
    return edges[1:].astype(np.float32), np.diff(cumulated).astype(np.float32)


@cache
def _shape() -> tuple[Curve, Curve]:
    """The window, and its own autocorrelation at the lags that are looked at."""
    window = windows.hann(WINDOW, sym=False).astype(np.float32)
    lags = math.ceil(_FINER * RATE / LOWEST_HZ) + 2
    size = 2 * WINDOW * _FINER
    own = fft.irfft(np.abs(fft.rfft(np.asarray(window, np.float64), 2 * WINDOW)) ** 2, size)[:lags]
    return window, (own / own[0]).astype(np.float32)
