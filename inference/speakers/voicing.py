"""What of a recording is somebody's voice, as far as loudness tells: silences taken out."""

from __future__ import annotations

from math import gcd

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_dilation, uniform_filter1d
from scipy.signal import resample_poly

from inference.engine import EngineError
from inference.speakers.encoder import RATE

Floats = npt.NDArray[np.float32]

_FRAME = 480
"""Samples at RATE: 30 ms."""
_SMOOTHED, _KEPT_AROUND = 8, 3
"""Frames."""
_BELOW_LOUD_DB, _SILENT_DB = 32.0, -66.0
LEAST_SECONDS = 1.0
_MOST_SECONDS = 600.0


class TooLittle(EngineError):
    """Hardly anything sounds in the recording."""


def sounding(samples: Floats, rate: int) -> Floats:
    """`samples` (mono at `rate` Hz) at RATE, of length at most 10 minutes, without its silences.

    Raises TooLittle when less than a second is left.
    """
    samples = np.asarray(samples[: int(_MOST_SECONDS * rate)], np.float32)
    samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    if samples.ndim != 1:
        raise ValueError("mono samples are needed")
    if rate != RATE and len(samples):
        divisor = gcd(RATE, rate)
        samples = resample_poly(samples, RATE // divisor, rate // divisor).astype(np.float32)
    count = len(samples) // _FRAME
    frames = samples[: count * _FRAME].reshape(count, _FRAME)
    power = np.asarray(np.mean(frames**2, axis=1, dtype=np.float64))
    loud = power > 10.0 ** (_SILENT_DB / 10.0)
    if loud.any():
        level = np.percentile(power[loud], 90) * 10.0 ** (-_BELOW_LOUD_DB / 10.0)
        loud &= uniform_filter1d(power, _SMOOTHED) > level
        loud = binary_dilation(loud, np.ones(2 * _KEPT_AROUND + 1, dtype=bool))
    kept = np.asarray(frames[loud].reshape(-1), np.float32)
    if len(kept) < LEAST_SECONDS * RATE:
        raise TooLittle("There is hardly any voice in this recording.")
    return kept
