"""The quick method: what both channels share, within the range of voices.

After C. Avendano, "Frequency-Domain Source Identification and Manipulation in Stereo Mixes" (2003): of each bin that
part is taken which is alike in both channels, in level and phase.
"""

from __future__ import annotations

import numpy as np

from inference.engine import Samples
from inference.separation.model import RATE
from inference.separation.spectra import Floats, Spectra, analyse, synthesise

VERSION = "1"
LENGTH, OVERLAP = 20 * RATE, RATE

_WINDOW, _HOP = 4096, 1024
_LOWEST_HZ, _HIGHEST_HZ = 110.0, 12_000.0
_SHARPNESS = 2.0


def split(piece: Samples) -> Samples:
    """The vocals of a piece."""
    spectra = analyse(piece, _WINDOW, _HOP)
    mask = shared(spectra) * vocal_band(_WINDOW)
    middle = spectra.mean(axis=0) * mask
    return synthesise(np.broadcast_to(middle, spectra.shape), _WINDOW, _HOP, piece.shape[0])


def shared(spectra: Spectra) -> Floats:
    """Of each bin the fraction of magnitude that both channels share, 0..1, shape (frames, bins)."""
    left, right = spectra
    both = np.abs(left) ** 2 + np.abs(right) ** 2
    alike = 2 * np.real(left * np.conj(right)) / np.maximum(both, 1e-12)
    return np.asarray(np.maximum(alike, 0) ** _SHARPNESS, np.float32)


def vocal_band(window: int) -> Floats:
    """1 where voices sound, with soft edges, shape (bins,)."""
    hertz = np.fft.rfftfreq(window, 1 / RATE)
    rise = np.clip((hertz - _LOWEST_HZ * 0.8) / (_LOWEST_HZ * 0.4), 0, 1)
    fall = np.clip((_HIGHEST_HZ * 1.2 - hertz) / (_HIGHEST_HZ * 0.4), 0, 1)
    return np.asarray(rise * fall, np.float32)
