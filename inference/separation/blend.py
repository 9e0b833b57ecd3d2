"""The embedded method: several cues together, without weights.

*Position*: a voice stands in the middle as a rule, so what the channels do not share is no voice.
*Repetition*: what comes back in similar frames is accompaniment (Z. Rafii, B. Pardo, "Music/Voice Separation Using the
Similarity Matrix", 2012).
*Harmonicity*: in what is left the sung pitch is tracked; beside its harmonics the accompaniment can be learned as few
spectra that come back, which also tells what lies beneath them, drums included; in what that leaves the pitch is
tracked again. Wiener's filter then shares each bin near a harmonic between voice and accompaniment, and gives the
voice what hisses around its notes: consonants.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from inference.engine import Samples
from inference.separation.background import beside, repeating
from inference.separation.centre import shared
from inference.separation.model import RATE
from inference.separation.pitch import combs, melody
from inference.separation.spectra import Floats, analyse, synthesise

VERSION = "1"
LENGTH, OVERLAP = 32 * RATE, 2 * RATE

_WINDOW, _HOP = 4096, 1024
_BIN_HZ = RATE / _WINDOW
_BINS = round(8000 / _BIN_HZ)
_NARROW, _WIDE = (1.5, 0.004), (2.0, 0.015)
"""Width of a harmonic, as `combs` has it: what is taken for the voice, and what is not trusted to be accompaniment."""
_PARTS, _ROUNDS = 16, 25
_CONSONANT_HZ, _CONSONANT_FRAMES = 3000.0, 5
"""From where on, and how long before and after what is sung on a pitch, a voice may hiss."""
_DOUBT = 4.0
"""What the accompaniment counts there: drums hiss as well."""


def split(piece: Samples) -> Samples:
    """The vocals of a piece."""
    spectra = analyse(piece, _WINDOW, _HOP)
    alike = shared(spectra)
    middle = spectra.mean(axis=0)
    magnitudes = np.asarray((np.abs(middle) * alike)[:, :_BINS], np.float32)
    loudest = float(magnitudes.max())
    if loudest <= 0:
        return np.zeros_like(piece)
    mask = np.zeros(middle.shape, np.float32)
    mask[:, :_BINS] = voice_mask(magnitudes / loudest)
    return synthesise(np.broadcast_to(middle * mask * alike, spectra.shape), _WINDOW, _HOP, piece.shape[0])


def voice_mask(magnitudes: Floats) -> Floats:
    """Of each bin the voice's part, 0..1, from magnitudes (frames, bins) of which the largest is 1."""
    accompaniment = repeating(magnitudes)
    pitch = np.zeros(magnitudes.shape[0], np.float32)
    for _ in range(2):
        pitch = melody(np.maximum(magnitudes - accompaniment, 0), _BIN_HZ)
        trusted = 1 - combs(pitch, magnitudes.shape[1], _BIN_HZ, *_WIDE)
        accompaniment = beside(magnitudes, trusted, _PARTS, _ROUNDS)
    left = np.square(np.maximum(magnitudes - accompaniment, 0))
    beneath = np.square(accompaniment) + 1e-12
    teeth = combs(pitch, magnitudes.shape[1], _BIN_HZ, *_NARROW)
    sung = np.square(teeth) * left
    near = ndimage.binary_dilation(pitch > 0, iterations=_CONSONANT_FRAMES)
    high = np.clip((np.arange(magnitudes.shape[1]) * _BIN_HZ - _CONSONANT_HZ) / 1000, 0, 1)
    hissed = near[:, None] * high * left / (left + _DOUBT * beneath)
    return np.asarray(np.maximum(teeth * sung / (sung + beneath), hissed), np.float32)
