"""The embedded method: several cues together, without weights.

*Position*: a voice stands in the middle as a rule, so what the channels do not share is no voice.
*Repetition*: what comes back in similar frames is accompaniment (Z. Rafii, B. Pardo, "Music/Voice Separation Using the
Similarity Matrix", 2012).
*Harmonicity*: in what is left the sung pitch is tracked; beside its harmonics the accompaniment can be learned as few
spectra that come back, which also tells what lies beneath them, drums included; in what that leaves the pitch is
tracked again. A Wiener filter (A. Liutkus, R. Badeau, "Generalized Wiener Filtering with Fractional Power
Spectrograms", 2015) then shares each bin near a harmonic between voice and accompaniment, gives the voice what its
room lets fade after each note, and what hisses around its notes: consonants.
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

VERSION = "2"
LENGTH, OVERLAP = 32 * RATE, 2 * RATE
UNSUNG_DB = -6.5
"""What `Company` takes for vocals nobody sings: in an instrumental, what stands out of the band most."""

_WINDOW, _HOP = 4096, 1024
_BIN_HZ = RATE / _WINDOW
_BINS = round(8000 / _BIN_HZ)
_SUNG, _DOUBTED = (2.5, 0.012), (2.0, 0.015)
"""Width of a harmonic, as `combs` has it: what is taken for the voice, and what is not trusted to be accompaniment."""
_POWER = 1.5
"""Of magnitudes, that adds up where sources overlap."""
_FADING = 0.9
"""What is left of a harmonic's width a frame after it has moved on."""
_FRAMES_A_PART, _FEWEST_PARTS, _ROUNDS = 2 * RATE // _HOP, 4, 25
"""An accompaniment is few spectra, one for two seconds; of more, some become the voice's where that is the loudest."""
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
    # Where a voice and the band sound together the channels differ, and some of what differs is voice.
    found = middle * mask * np.sqrt(alike)
    return synthesise(np.broadcast_to(found, spectra.shape), _WINDOW, _HOP, piece.shape[0])


def voice_mask(magnitudes: Floats) -> Floats:
    """Of each bin the voice's part, 0..1, from magnitudes (frames, bins) of which the largest is 1."""
    accompaniment = repeating(magnitudes)
    parts = max(_FEWEST_PARTS, magnitudes.shape[0] // _FRAMES_A_PART)
    pitch = np.zeros(magnitudes.shape[0], np.float32)
    for _ in range(2):
        pitch = melody(np.maximum(magnitudes - accompaniment, 0), _BIN_HZ)
        trusted = 1 - combs(pitch, magnitudes.shape[1], _BIN_HZ, *_DOUBTED)
        accompaniment = beside(magnitudes, trusted, parts, _ROUNDS)
    left = np.maximum(magnitudes - accompaniment, 0) ** _POWER
    beneath = accompaniment**_POWER + 1e-9
    teeth = _faded(combs(pitch, magnitudes.shape[1], _BIN_HZ, *_SUNG))
    sung = np.square(teeth) * left
    near = ndimage.binary_dilation(pitch > 0, iterations=_CONSONANT_FRAMES)
    high = np.clip((np.arange(magnitudes.shape[1]) * _BIN_HZ - _CONSONANT_HZ) / 1000, 0, 1)
    hissed = near[:, None] * high * left / (left + _DOUBT * beneath)
    return np.asarray(np.maximum(sung / (sung + beneath), hissed), np.float32)


def _faded(teeth: Floats) -> Floats:
    """The same combs, each frame with what its room keeps of those before it."""
    faded = teeth.copy()
    for frame in range(1, faded.shape[0]):
        np.maximum(faded[frame], _FADING * faded[frame - 1], out=faded[frame])
    return faded
