"""The embedded method: several cues together, without weights.

*Position*: a voice stands in the middle as a rule, so what the channels do not share is no voice. *Repetition*: what
comes back in similar frames is accompaniment (Z. Rafii, B. Pardo, "Music/Voice Separation Using the Similarity Matrix",
2012). *Onsets*: what is as wide as a drum's noise and as short is none either (D. FitzGerald, "Harmonic/Percussive
Separation Using Median Filtering", 2010). *Harmonicity*: along the sung pitch, a harmonic source under a smooth envelope
is refitted together with an accompaniment that began as what repeats. Wiener's filter shares each bin among the two.
"""

from __future__ import annotations

import numpy as np

from inference.engine import Samples
from inference.separation.background import background
from inference.separation.centre import shared
from inference.separation.factors import Accompaniment, Envelope
from inference.separation.model import RATE
from inference.separation.pitch import combs, melody, refine
from inference.separation.spectra import Floats, analyse, synthesise

VERSION = "1"
LENGTH, OVERLAP = 32 * RATE, 2 * RATE

_WINDOW, _HOP = 4096, 1024
_BIN_HZ = RATE / _WINDOW
_BINS = round(8000 / _BIN_HZ)
_PARTS, _LEARNING, _ROUNDS = 40, 12, 16


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
    accompaniment = Accompaniment.of(background(magnitudes), _PARTS, _LEARNING)
    envelope = Envelope.over(magnitudes.shape[1], _BIN_HZ)
    pitch = refine(melody(magnitudes, accompaniment, envelope, _BIN_HZ), magnitudes, _BIN_HZ)
    voice = _along(pitch, magnitudes, accompaniment, envelope)
    power = np.square(voice)
    return np.asarray(power / (power + np.square(accompaniment.spectra()) + 1e-12), np.float32)


def _along(pitch: Floats, magnitudes: Floats, accompaniment: Accompaniment, envelope: Envelope) -> Floats:
    """The voice's magnitudes when it sings this pitch; `accompaniment` learns what it leaves."""
    teeth = combs(pitch, magnitudes.shape[1], _BIN_HZ)
    shape = envelope.flat(magnitudes.shape[0]) * magnitudes.mean(axis=1, keepdims=True)
    norm = teeth @ envelope.basis.T + 1e-6
    voice = teeth * (shape @ envelope.basis)
    for _ in range(_ROUNDS):
        ratio = magnitudes / (voice + accompaniment.spectra() + 1e-6)
        shape *= ((teeth * ratio) @ envelope.basis.T) / norm
        voice = teeth * (shape @ envelope.basis)
        accompaniment.improve(magnitudes, voice)
    return voice
