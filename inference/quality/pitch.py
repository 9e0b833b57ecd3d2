"""Pitch of a voice, by an estimator that has nothing in common with the converter's.

P. Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled
sound" (1993): the autocorrelation of a windowed frame over that of the window, whose highest peaks are candidates; the
cheapest path through all candidates, with "unvoiced" as one of each frame, is the pitch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.signal import windows

from inference.engine import Samples
from inference.quality.reading import RATE, overlapping, seconds_in

Curve = npt.NDArray[np.float32]

HOP_SECONDS = 0.005
HOP = round(RATE * HOP_SECONDS)
LOWEST_HZ, HIGHEST_HZ = 60.0, 1400.0
METHOD = f"autocorrelation after Boersma (1993), {LOWEST_HZ:g}–{HIGHEST_HZ:g} Hz, {HOP_SECONDS * 1000:g} ms"
QUIETEST_DB = -200.0

_WINDOW = round(3 * RATE / LOWEST_HZ)
"""Three periods of the lowest pitch, as the paper has it."""
_FINER = 2
"""Lags a sample, so that a parabola through three of them tells the pitch to a fraction of a cent."""
_CANDIDATES = 6
_OCTAVE_COST, _JUMP_COST, _SWITCH_COST = 0.02, 0.35, 0.14
"""The paper's, but for the first: 0.02 rather than 0.01 an octave, since sung pitches are halved more often."""
_VOICING_THRESHOLD, _SILENCE_THRESHOLD = 0.45, 0.03
_LOUD_SHARE = 95
"""Per cent of the frames that are not louder than what counts as loud: a click must not make a voice silent."""
_AT_ONCE = 256
_PIECE = 40 * _AT_ONCE
"""Frames read together."""


@dataclass(frozen=True, slots=True)
class Track:
    """What a voice does every 5 ms from the file's start."""

    f0: Curve
    """Hz; 0 where it is unvoiced."""
    level: Curve
    """dB of full scale."""
    harmonicity: Curve
    """Harmonics to noise in dB, where it is voiced."""

    @property
    def voiced(self) -> npt.NDArray[np.bool_]:
        """Which frames have a pitch."""
        voiced: npt.NDArray[np.bool_] = self.f0 > 0
        return voiced

    @property
    def loud(self) -> npt.NDArray[np.bool_]:
        """Frames less than 20 dB below the loudest twentieth."""
        loud: npt.NDArray[np.bool_] = self.level > max(loudness(self.level) - 20.0, QUIETEST_DB)
        return loud


def track(path: Path, tell: Callable[[float], None] = lambda share: None) -> Track:
    """The pitch of a file; `tell` hears the share, 0..1, that is done, and may raise. Unreadable when it is damaged."""
    found = list(_candidates(path, tell))
    empty = np.zeros((0, _CANDIDATES), np.float32)
    hertz = np.concatenate([each[0] for each in found] or [empty])
    strength = np.concatenate([each[1] for each in found] or [empty])
    level = np.concatenate([each[2] for each in found] or [empty[:, 0]])
    chosen = _path(hertz, strength, _unvoiced(level))
    rows = np.arange(hertz.shape[0])
    place = np.maximum(chosen, 0)
    f0 = np.where(chosen >= 0, hertz[rows, place], 0).astype(np.float32)
    share = np.clip(strength[rows, place], 1e-4, 1 - 1e-5)
    return Track(f0, level, np.where(chosen >= 0, 10 * np.log10(share / (1 - share)), 0).astype(np.float32))


def loudness(level: Curve) -> float:
    """Of the loud frames, in dB; `QUIETEST_DB` when there are none."""
    return float(np.percentile(level, _LOUD_SHARE)) if level.size else QUIETEST_DB


def _candidates(path: Path, tell: Callable[[float], None]) -> Iterator[tuple[Curve, Curve, Curve]]:
    """Each frame's candidates, pitches and strengths, shape (frames, 6), and its level; frame n is around n·hop."""
    length = max(seconds_in(path), HOP_SECONDS)
    for number, piece in enumerate(overlapping(path, RATE, _PIECE * HOP, _WINDOW // 2)):
        frames = np.lib.stride_tricks.sliding_window_view(piece, _WINDOW)[::HOP][:_PIECE]
        for start in range(0, frames.shape[0], _AT_ONCE):
            yield _look(frames[start : start + _AT_ONCE])
            tell((number * _PIECE + start + _AT_ONCE) * HOP_SECONDS / length)


def _look(frames: Samples) -> tuple[Curve, Curve, Curve]:
    window, correction = _shape()
    centred = frames - frames.mean(axis=1, keepdims=True)
    power = np.square(centred).mean(axis=1)
    level = 10 * np.log10(np.maximum(power, 10 ** (QUIETEST_DB / 10)))
    size = fft.next_fast_len(_WINDOW + round(RATE / LOWEST_HZ) + 2, real=True)
    spectrum = fft.rfft(centred * window, size, axis=1)
    density = spectrum.real**2 + spectrum.imag**2
    density[:, -1] /= 2  # Nyquist is shared by two once there are more lags than samples
    lags = fft.irfft(density, size * _FINER, axis=1)[:, : correction.size]
    lags = (lags / np.maximum(lags[:, :1], 1e-20) / correction).astype(np.float32)
    hertz, strength = _peaks(lags)
    strength[power <= 1e-18] = 0
    return hertz, strength, level.astype(np.float32)


def _peaks(lags: Curve) -> tuple[Curve, Curve]:
    """The best candidates of each row; strength 0 where there are fewer."""
    first = math.floor(_FINER * RATE / HIGHEST_HZ)
    middle, before, after = lags[:, first:-1], lags[:, first - 1 : -2], lags[:, first + 1 :]
    is_peak = (middle > before) & (middle >= after) & (middle > 0.5 * _VOICING_THRESHOLD)
    places = np.arange(first, lags.shape[1] - 1)
    octaves = np.log2(places * (LOWEST_HZ / (_FINER * RATE)))
    value = np.where(is_peak, middle - _OCTAVE_COST * octaves, -np.inf)
    best = np.argpartition(-value, _CANDIDATES, axis=1)[:, :_CANDIDATES]
    left, peak, right = (np.take_along_axis(each, best, axis=1) for each in (before, middle, after))
    bend = np.where(left - 2 * peak + right < -1e-12, left - 2 * peak + right, -1e-12)
    shift = np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    hertz = _FINER * RATE / (places[best] + shift)
    strength = np.where(np.isfinite(np.take_along_axis(value, best, axis=1)), peak - 0.25 * (left - right) * shift, 0)
    # Above one the peak is that of a lag nearer to the window's end: the paper reflects it.
    strength = np.where(strength > 1, 1 / np.maximum(strength, 1), strength)
    return hertz.astype(np.float32), strength.astype(np.float32)


def _unvoiced(level: Curve) -> Curve:
    """How strongly each frame is unvoiced: more so the quieter it is beside the loud ones."""
    beside = 10 ** ((level - loudness(level)) / 20)
    quiet = np.maximum(0, 2 - beside * ((1 + _VOICING_THRESHOLD) / _SILENCE_THRESHOLD))
    quiet[level <= QUIETEST_DB + 1] = 2
    return (_VOICING_THRESHOLD + quiet).astype(np.float32)


def _path(hertz: Curve, strength: Curve, unvoiced: Curve) -> npt.NDArray[np.int8]:
    """The candidate of each frame on the cheapest path; -1 is unvoiced."""
    count = hertz.shape[0]
    if not count:
        return np.zeros(0, np.int8)
    step = 0.01 / HOP_SECONDS
    octaves = np.log2(hertz)
    worth = np.where(strength > 0, strength - _OCTAVE_COST * np.log2(LOWEST_HZ / hertz), -np.inf)
    worth = np.concatenate([worth, unvoiced[:, None]], axis=1)
    change = np.full((_CANDIDATES + 1, _CANDIDATES + 1), _SWITCH_COST * step)
    change[-1, -1] = 0
    came = np.zeros((count, _CANDIDATES + 1), np.int8)
    total = worth[0].astype(np.float64)
    for frame in range(1, count):
        change[:-1, :-1] = (_JUMP_COST * step) * np.abs(octaves[frame][:, None] - octaves[frame - 1])
        reached = total - change
        came[frame] = reached.argmax(axis=1)
        total = reached.max(axis=1) + worth[frame]
    chosen = np.zeros(count, np.int8)
    chosen[-1] = total.argmax()
    for frame in range(count - 1, 0, -1):
        chosen[frame - 1] = came[frame, chosen[frame]]
    return np.where(chosen == _CANDIDATES, -1, chosen).astype(np.int8)


@cache
def _shape() -> tuple[Curve, Curve]:
    """The window, and its own autocorrelation at the lags that are looked at."""
    window = windows.hann(_WINDOW, sym=False).astype(np.float32)
    lags = math.ceil(_FINER * RATE / LOWEST_HZ) + 2
    size = 2 * _WINDOW * _FINER
    own = fft.irfft(np.abs(fft.rfft(np.asarray(window, np.float64), 2 * _WINDOW)) ** 2, size)[:lags]
    return window, (own / own[0]).astype(np.float32)
