"""A neutral master for audio that arrives finished: the loudness and the headroom of every song, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import ndimage, signal

from inference.audio.loudness import integrated_lufs, true_peak_dbtp
from inference.engine import Samples

TARGET_LUFS = -14.0
CEILING_DBTP = -1.0

_MARGIN_DB = 0.15
"""What smoothing the limiter's gain may let through."""
_CLOSE_LU = 0.1
_TURNS = 8
_EAGERNESS = 1.8
_LOOKAHEAD_SECONDS = 0.004
_RELEASE_SECONDS = 0.08
_HOP = 64
_BLOCK = _HOP * 4096

_Curve = npt.NDArray[np.float32]


class Unheard(Exception):
    """There is nothing to hear: silence, or samples that are no numbers."""


def master(samples: Samples, sample_rate: int, on_progress: Callable[[float], None] = lambda fraction: None) -> Samples:
    """A copy at −14 ± 0.5 LUFS and at most −1 dBTP, by gain and a limiter that looks ahead; mono or stereo, any rate.

    Raises Unheard. What lies above the ceiling at that loudness is limited, so very spiky audio comes out denser.
    """
    result = np.array(samples, dtype=np.float32, copy=True)
    if not np.isfinite(result).all():
        raise Unheard("the samples are no numbers")
    result -= result.mean(axis=0, keepdims=True)
    if integrated_lufs(result, sample_rate) is None:
        raise Unheard("the samples are silent")
    for turn in range(_TURNS):
        loudness = integrated_lufs(result, sample_rate)
        if loudness is None or (turn and abs(loudness - TARGET_LUFS) < _CLOSE_LU):
            break
        # The limiter takes back part of what is added, so more is added than is missing.
        missing = TARGET_LUFS - loudness
        result *= np.float32(10 ** (missing * (_EAGERNESS if turn and missing > 0 else 1.0) / 20))
        _limit(result, sample_rate)
        on_progress((turn + 1) / (_TURNS + 1))
    peak = true_peak_dbtp(result, sample_rate)
    if peak > CEILING_DBTP - 0.02:
        result *= np.float32(10 ** ((CEILING_DBTP - 0.02 - peak) / 20))
    on_progress(1.0)
    return result


def _limit(samples: Samples, sample_rate: int) -> None:
    """Turn down, in place, where a peak between or at the samples would pass the ceiling."""
    ceiling = 10 ** ((CEILING_DBTP - _MARGIN_DB) / 20)
    peaks = _peaks(samples)
    if float(peaks.max(initial=0.0)) <= ceiling:
        return
    lookahead = max(1, round(_LOOKAHEAD_SECONDS * sample_rate / _HOP))
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9)).astype(np.float32)
    held = ndimage.minimum_filter1d(needed, 4 * lookahead + 3, mode="nearest")
    smooth = _released(held, math.exp(-_HOP / sample_rate / _RELEASE_SECONDS))
    for _ in range(2):
        smooth = ndimage.uniform_filter1d(smooth, 2 * lookahead + 1, mode="nearest")
    places = np.arange(smooth.size, dtype=np.float64) * _HOP
    for start in range(0, samples.shape[0], _BLOCK):
        block = samples[start : start + _BLOCK]
        gains = np.interp(np.arange(start, start + block.shape[0]), places, smooth)
        block *= gains.astype(np.float32)[:, None]


def _peaks(samples: Samples) -> _Curve:
    """The highest level of each hop over all channels, four times oversampled."""
    kernel = np.asarray(signal.firwin(4 * 16 + 1, 1 / 4, window=("kaiser", 7.0)) * 4, np.float32)
    count = -(-samples.shape[0] // _HOP)
    peaks = np.zeros(count + 1, np.float32)
    for start in range(0, samples.shape[0], _BLOCK):
        first = max(0, start - 32)
        piece = samples[first : start + _BLOCK + 32]
        size = min(_BLOCK, samples.shape[0] - start)
        whole = -(-size // _HOP)
        for side in range(samples.shape[1]):
            over = np.abs(signal.upfirdn(kernel, np.ascontiguousarray(piece[:, side]), up=4))
            over = over[32 + 4 * (start - first) :][: 4 * size]
            padded = np.zeros(whole * _HOP * 4, np.float32)
            padded[: over.size] = over
            here = peaks[start // _HOP : start // _HOP + whole]
            np.maximum(here, padded.reshape(whole, _HOP * 4).max(axis=1), out=here)
            np.maximum(here, _sample_peaks(piece[start - first : start - first + size, side], whole), out=here)
    return peaks


def _sample_peaks(side: _Curve, hops: int) -> _Curve:
    padded = np.zeros(hops * _HOP, np.float32)
    padded[: side.size] = np.abs(side)
    return np.asarray(padded.reshape(hops, _HOP).max(axis=1), np.float32)


def _released(gains: _Curve, factor: float) -> _Curve:
    """The gain comes back exponentially, never faster."""
    state, result = 1.0, []
    for value in gains.tolist():
        state = min(value, 1.0 - (1.0 - state) * factor)
        result.append(state)
    return np.asarray(result, np.float32)
