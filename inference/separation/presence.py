"""Who is heard: nobody who sings, somebody with a band, or a voice and nothing else.

*Nothing but a voice* is told from the song by three cues that have to agree: nearly all that sounds lies on the
harmonics of one pitch, nearly nothing lies below it, where every band has its bass and its drums, and it moves and
changes its colour as a voice does (`inference.audio.voice`). *Nobody* is told from the vocals that were found: how much
of the song they are, and how much of the time they sound like a voice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from inference.audio.voice import VoiceMeter
from inference.engine import Samples
from inference.separation.model import RATE, Singing
from inference.separation.pitch import combs, melody
from inference.separation.spectra import Floats, analyse

_WINDOW, _HOP = 4096, 1024
_BIN_HZ = RATE / _WINDOW
_BINS = round(8000 / _BIN_HZ)
_HARMONIC = (2.5, 0.02)
"""Width of a harmonic, as `combs` has it."""
_BELOW = 0.7
"""Of the fundamental: where no harmonic of it is."""
_BETWEEN_DB, _BENEATH_DB = -11.5, -14.0
"""Relative to all that sounds, what a voice alone leaves between its harmonics and below them."""
_MOVING, _MOVING_CENTS = 0.06, (8.0, 120.0)
"""How much of the time a sung pitch moves at least, and how far from one frame to the next."""
_LIKE_A_VOICE = 0.3
"""Of the time, as `VoiceMeter` hears it; instruments mostly stay below 0.4, high voices come down to a third."""
_LIKENESS_DB = 6.0
"""What sounding like a voice all the time makes up for in level."""
_MOSTLY = 0.99
_NOTHING = 1e-12


@dataclass(slots=True)
class Company:
    """What was heard in the pieces of a song so far."""

    unsung_db: float
    """Vocals nobody sings reach this, relative to their piece, the more so the more they sound like a voice."""
    song: float = 0.0
    vocals: float = 0.0
    alone: float = 0.0
    _frames: int = 0
    _sung: int = 0
    _likeness: float = 0.0
    _likened: int = 0

    def add(self, piece: Samples, vocals: Samples, *, alone: bool) -> None:
        """Hear a piece, what was found in it, and whether that is all of it because there is nothing but a voice."""
        song, found = (float(np.square(each, dtype=np.float64).sum()) for each in (piece, vocals))
        self.song += song
        self.vocals += found
        self.alone += song * alone
        likeness = voice_likeness(vocals.mean(axis=1))
        frames = piece.shape[0]
        self._frames += frames
        if likeness is not None:
            self._likeness += likeness * frames
            self._likened += frames
        above = _db(found / max(song, _NOTHING)) + _LIKENESS_DB * (1.0 if likeness is None else likeness)
        if found > 0 and above > self.unsung_db:
            self._sung += frames

    @property
    def vocal_db(self) -> float | None:
        """The vocals' level relative to the song; None when the song is silent."""
        return max(-120.0, _db(self.vocals / self.song)) if self.song > 0 else None

    @property
    def presence(self) -> float | None:
        """How much of the time the vocals sound like a voice; None when all was too short to tell."""
        return round(self._likeness / self._likened, 4) if self._likened else None

    @property
    def sung_share(self) -> float:
        """How much of the song lies in pieces in which somebody sings, 0..1."""
        return round(self._sung / self._frames, 4) if self._frames else 0.0

    @property
    def singing(self) -> Singing:
        """Who was heard."""
        if not self._sung:
            return Singing.NONE
        return Singing.ALONE if self.alone >= _MOSTLY * self.song else Singing.ACCOMPANIED


def only_a_voice(piece: Samples) -> bool:
    """Whether nothing but one voice sounds in a piece."""
    mono = piece.mean(axis=1)
    magnitudes = np.abs(analyse(mono[:, None], _WINDOW, _HOP)[0])[:, :_BINS].astype(np.float32, copy=False)
    loudest = float(magnitudes.max())
    if loudest <= 0:
        return False
    magnitudes /= loudest
    pitch = melody(magnitudes, _BIN_HZ)
    if not _moves(pitch) or not _all_on(pitch, magnitudes):
        return False
    likeness = voice_likeness(mono)
    return likeness is not None and likeness >= _LIKE_A_VOICE


def voice_likeness(mono: Floats) -> float | None:
    """How much of the time something sounds like a voice, 0..1; None when it is too short to tell."""
    meter = VoiceMeter(RATE)
    meter.push(mono)
    return meter.presence()


def _moves(pitch: Floats) -> bool:
    last, now = pitch[:-1], pitch[1:]
    held = (last > 0) & (now > 0)
    cents = 1200 * np.abs(np.log2(now[held] / last[held]))
    return cents.size > 0 and float(((cents > _MOVING_CENTS[0]) & (cents < _MOVING_CENTS[1])).mean()) > _MOVING


def _all_on(pitch: Floats, magnitudes: Floats) -> bool:
    voiced = pitch > 0
    powers = np.square(magnitudes)
    between = powers * (1 - combs(pitch, powers.shape[1], _BIN_HZ, *_HARMONIC))
    lowest = _BELOW * np.where(voiced, pitch, np.median(pitch[voiced]))
    beneath = powers * (np.arange(powers.shape[1]) * _BIN_HZ < lowest[:, None])
    whole = float(powers.sum())
    return _db(float(between[voiced].sum()) / whole) < _BETWEEN_DB and _db(float(beneath.sum()) / whole) < _BENEATH_DB


def _db(power: float) -> float:
    return 10 * math.log10(max(power, _NOTHING))
