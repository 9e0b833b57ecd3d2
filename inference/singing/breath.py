"""The breath a singer takes before a phrase."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, sosfilt

from inference.singing.espeak import SAMPLE_RATE
from inference.singing.voices import Voice

_LEAST_PAUSE = 0.3
_LONGEST, _BEFORE = 0.38, 0.05
_BAND = (900.0, 5200.0)
_LEVEL = 0.006


def inhaled(
    samples: npt.NDArray[np.float64], first_sound: float, pause: float, voice: Voice, chance: np.random.Generator
) -> npt.NDArray[np.float64]:
    """`samples` with a breath before `first_sound` (seconds into them), where there is time for one."""
    length = min(_LONGEST, 0.6 * pause, first_sound - _BEFORE)
    if pause < _LEAST_PAUSE or length < 0.1:
        return samples
    count = int(length * SAMPLE_RATE)
    band = butter(2, [edge * voice.formants for edge in _BAND], "bandpass", fs=SAMPLE_RATE, output="sos")
    air = sosfilt(band, chance.standard_normal(count))
    rise = np.linspace(0.0, 1.0, count)
    air *= np.sin(np.pi * rise**1.6) * _LEVEL * (1.0 + 2.0 * voice.breath)
    end = int((first_sound - _BEFORE) * SAMPLE_RATE)
    samples[end - count : end] += air
    return samples
