"""How far to transpose a melody for a performer, and the accompaniment with it."""

from __future__ import annotations

import numpy as np

from inference.voice.analysis import Doubles
from inference.voice.model import KeyHandling
from inference.voice.prints import VoicePrint

_FURTHEST = 24
_OUTSIDE, _OFF_CENTRE, _ACCOMPANIMENT, _MOVED = 1.0, 0.3, 0.1, 0.02
"""What a semitone costs: of the mean note outside the range, of the median off that of the performer's recordings (who
sings elsewhere sounds like somebody else), of the accompaniment moved (far ones sound unnatural), and of the voice
moved."""


def plan(source_f0: Doubles, voice: VoicePrint, handling: KeyHandling) -> float:
    """Semitones to transpose a melody by, whose pitches are given in Hz, 0 where it has none."""
    sung = source_f0[source_f0 > 0]
    if handling is KeyHandling.KEEP or sung.size == 0:
        return 0.0
    notes = 12 * np.log2(sung)
    low, high = 12 * np.log2(voice.low), 12 * np.log2(voice.high)
    home = 12 * np.log2(np.median(voice.pitches))
    step = 12 if handling is KeyHandling.OCTAVE else 1
    moves = sorted(range(-_FURTHEST, _FURTHEST + 1, step), key=abs)

    def cost(move: int) -> float:
        moved = notes + move
        outside = float((np.maximum(low - moved, 0.0) + np.maximum(moved - high, 0.0)).mean())
        off = abs(float(np.median(moved)) - home)
        beside = abs(accompaniment_semitones(move))
        return float(_OUTSIDE * outside + _OFF_CENTRE * off + _ACCOMPANIMENT * beside + _MOVED * abs(move))

    return float(min(moves, key=cost))


def accompaniment_semitones(semitones: float) -> float:
    """The smallest transposition of the accompaniment that fits a voice moved by so much: octaves are the same key."""
    return (semitones + 6.0) % 12.0 - 6.0
