"""Telling voices apart without weights: the long-term colour of a voice, and how high it speaks.

The mean and the spread of mel cepstra over what sounds, each beside those of a typical voice. It is weaker than an
encoder that was trained for it: a change of room or microphone moves it about as far as a change of speaker of the same
sex, and singing high moves it too. Use it as a hint, never as the only word.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import fft

from inference.speakers.encoder import LEVEL, mel, together

Floats = npt.NDArray[np.float32]

_COEFFICIENTS = 20
_FLOOR_DB = -60.0
_TYPICAL_MEAN = np.array(
    [
        36.4, 2.6, 20.9, -10.8, -6.0, -11.1, -14.6, -4.1, -5.6, -3.0,
        -4.6, -1.7, -3.2, -2.6, -1.6, -1.5, -0.7, -1.4, -0.8,
    ],
    np.float32,
)  # fmt: skip
_MEAN_SCATTER = np.array(
    [
        23.7, 13.6, 12.1, 13.8, 7.1, 11.5, 9.7, 6.8, 4.3, 5.3,
        6.5, 6.8, 5.4, 4.6, 4.6, 3.6, 2.8, 3.3, 2.9,
    ],
    np.float32,
)  # fmt: skip
_TYPICAL_SPREAD = np.array(
    [
        26.1, 18.5, 22.8, 16.6, 14.1, 14.1, 13.5, 11.5, 11.0, 10.8,
        11.0, 10.8, 10.0, 10.4, 9.8, 9.3, 8.9, 8.7, 7.8,
    ],
    np.float32,
)  # fmt: skip
_SPREAD_SCATTER = np.array(
    [
        9.7, 6.5, 4.6, 2.9, 3.3, 3.6, 3.7, 3.3, 3.3, 4.6,
        5.0, 5.0, 4.9, 4.8, 4.8, 4.4, 4.3, 4.3, 3.9,
    ],
    np.float32,
)  # fmt: skip
"""Of cepstra 1 to 19 in decibels: the mean voice, and how far voices scatter around it; from 22 readers, speech
synthesisers and made-up singers."""


def embedded(samples: Floats) -> Floats:
    """The colour of `samples` (mono at encoder.RATE, silences taken out): shape (2 × 19,), of length 1."""
    samples = samples * np.float32(LEVEL / (np.sqrt(np.mean(samples**2, dtype=np.float64)) + 1e-9))
    bands = 10.0 * np.log10(mel(samples) + 1e-12)
    level = bands.max(axis=1)
    bands = bands[level > np.percentile(level, 40) - 6.0]
    bands = np.maximum(bands, bands.max(axis=1, keepdims=True) + _FLOOR_DB)
    cepstra = fft.dct(bands, axis=1, norm="ortho")[:, 1:_COEFFICIENTS]
    mean = (cepstra.mean(axis=0) - _TYPICAL_MEAN) / _MEAN_SCATTER
    spread = (cepstra.std(axis=0) - _TYPICAL_SPREAD) / _SPREAD_SCATTER
    return together(np.concatenate([mean, 0.5 * spread]).astype(np.float32)[None])
