"""Singers made of pulses and resonances: no more than the tests need, and nobody's voice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

Doubles = npt.NDArray[np.float64]

VOWELS = ((730.0, 1090.0, 2440.0), (270.0, 2290.0, 3010.0), (300.0, 870.0, 2240.0), (530.0, 1840.0, 2480.0))
"""Formants in Hz (G. Peterson, H. Barney, "Control Methods Used in a Study of the Vowels", 1952)."""


def sung(notes: Sequence[float], rate: int, *, size: float = 1.0, seconds: float = 0.5) -> Doubles:
    """Each note in Hz for `seconds`, each on another vowel; between them a hiss. `size` moves the formants up."""
    parts = []
    for place, note in enumerate(notes):
        parts += [_vowel(note, VOWELS[place % len(VOWELS)], rate, size, seconds), _hiss(rate)]
    whole = np.concatenate(parts)
    return np.asarray(0.3 * whole / np.abs(whole).max())


def _vowel(note: float, formants: Sequence[float], rate: int, size: float, seconds: float) -> Doubles:
    count = round(seconds * rate)
    time = np.arange(count) / rate
    phase = np.cumsum(note * (1 + 0.006 * np.sin(2 * np.pi * 5.5 * time))) / rate
    pulses = np.diff(np.floor(phase), prepend=0.0)
    pulses += 1e-3 * np.random.default_rng(1).standard_normal(count)
    wave = lfilter([1.0], [1.0, -0.9], pulses)
    for middle in (*formants, 3500.0, 4500.0, 5500.0, 6500.0, 7500.0):
        width = 60.0 + 0.05 * middle
        pole = np.exp(-np.pi * width / rate) * np.exp(2j * np.pi * middle * size / rate)
        if middle * size < 0.45 * rate:
            wave = lfilter([abs(1 - pole) ** 2], [1.0, -2 * pole.real, abs(pole) ** 2], wave)
    edge = np.minimum(1.0, np.minimum(time, time[::-1]) / 0.03)
    return np.asarray(wave * edge)


def _hiss(rate: int) -> Doubles:
    noise = np.random.default_rng(2).standard_normal(round(0.12 * rate))
    return np.asarray(0.02 * np.diff(noise, prepend=0.0) * np.hanning(len(noise)))
