"""Mastering: tone, glue, −14 LUFS, and a limiter that sees between the samples."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, signal

from inference.audio.loudness import integrated_lufs, true_peak_dbtp
from inference.engine import Samples
from inference.engines.composer.mixing import dynamics, filters
from inference.engines.composer.mixing.dynamics import HOP, Curve
from inference.engines.composer.ticks import Tick, part

TARGET_LUFS = -14.0
CEILING_DBTP = -1.2
"""Below the −1 dBTP that is promised, because true-peak meters differ by up to 0.15 dB."""
_MARGIN_DB = 0.12
_TURNS = 5
_LOOKAHEAD = 5
"""Hops of `dynamics.HOP` frames: about 15 ms."""


def master(mix: Samples, bright_db: float, glue: float, tick: Tick) -> None:
    """Finish `mix` in place: loudness −14 ± 0.5 LUFS, true peak at most −1 dBTP."""
    sections = [
        filters.high_pass(24.0),
        filters.shelf(6500.0, 1.0 + bright_db, high=True),
        filters.shelf(110.0, 0.5, high=False),
    ]
    filters.filter_in_place(mix, sections, part(tick, 0.0, 0.25))
    mix *= np.float32(10 ** (_missed(mix) / 20))
    dynamics.apply(mix, dynamics.compressor(mix, -9.0 - 5.0 * glue, 1.5 + glue, 0.02, 0.18))
    tick(0.4)
    for turn in range(_TURNS):
        missed = _missed(mix)
        if turn and abs(missed) < 0.15:
            break
        # The limiter takes away a part of what a peaky song is given: more of it is asked for.
        mix *= np.float32(10 ** (missed * (1.4 if turn and missed > 0 else 1.0) / 20))
        limit(mix, part(tick, 0.4 + 0.54 * turn / _TURNS, 0.54 / _TURNS))
    _cap(mix, part(tick, 0.94, 0.06))
    tick(1.0)


def _missed(mix: Samples) -> float:
    """Decibels from its loudness to the target; 0 for silence."""
    loudness = integrated_lufs(mix, filters.RATE)
    return 0.0 if loudness is None else TARGET_LUFS - loudness


def limit(mix: Samples, tick: Tick) -> None:
    """Keep true peaks of `mix`, in place, under the ceiling; nothing below it changes."""
    ceiling = 10 ** ((CEILING_DBTP - _MARGIN_DB) / 20)
    peaks = _true_peaks(mix, tick)
    if float(peaks.max(initial=0.0)) <= ceiling:
        return
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    held = ndimage.minimum_filter1d(needed, 2 * _LOOKAHEAD + 3, mode="nearest")
    released = _released(held.astype(np.float32), 0.12)
    smooth = ndimage.uniform_filter1d(released, _LOOKAHEAD, mode="nearest")
    smooth = ndimage.uniform_filter1d(smooth, _LOOKAHEAD, mode="nearest")
    dynamics.apply(mix, smooth.astype(np.float32))


def _released(gain: Curve, seconds: float) -> Curve:
    """The gain comes back exponentially, never faster."""
    factor = float(np.exp(-HOP / filters.RATE / seconds))
    state, result = 1.0, []
    for value in gain.tolist():
        state = min(value, 1.0 - (1.0 - state) * factor)
        result.append(state)
    return np.asarray(result, np.float32)


def _true_peaks(mix: Samples, tick: Tick) -> Curve:
    """The four times oversampled peak around each hop."""
    kernel = np.asarray(signal.firwin(4 * 16 + 1, 1 / 4, window=("kaiser", 7.0)) * 4, np.float32)
    count = dynamics.hops(mix.shape[0])
    peaks = np.zeros(count, np.float32)
    block = HOP * 2048
    for start in range(0, mix.shape[0], block):
        first = max(0, start - 32)
        piece = mix[first : start + block + 32]
        sides = [np.abs(signal.upfirdn(kernel, np.ascontiguousarray(piece[:, side]), up=4)) for side in (0, 1)]
        over = np.maximum(*sides)
        over = over[32 + 4 * (start - first) :]
        size = min(block, mix.shape[0] - start)
        over = over[: 4 * size]
        whole = -(-size // HOP)
        padded = np.zeros(whole * HOP * 4, np.float32)
        padded[: over.size] = over
        peaks[start // HOP : start // HOP + whole] = padded.reshape(whole, HOP * 4).max(axis=1)
        tick(min(1.0, (start + block) / mix.shape[0]))
    return np.maximum(peaks, dynamics.levels(mix)[:count])


def _cap(mix: Samples, tick: Tick) -> None:
    """What the limiter's smoothing let through, if anything, is taken off the whole."""
    peak, step = -200.0, 10 * filters.RATE
    for start in range(0, mix.shape[0], step):
        peak = max(peak, true_peak_dbtp(mix[max(0, start - 64) : start + step + 64], filters.RATE))
        tick(start / mix.shape[0])
    if peak > CEILING_DBTP - 0.02:
        mix *= np.float32(10 ** ((CEILING_DBTP - 0.02 - peak) / 20))
