"""The pitch of a voice through all frames: the cheapest path through their candidates, with "unvoiced" as one of each.

It is walked twice. First strictly: only clear stretches have a pitch, and an octave slip costs more than any of them
gains. Then leniently, so that soft beginnings and ends are found too, and what is far from the clear pitches around it
costs. Costs were chosen on singers and resynthesised speech whose pitch is known, dry, in rooms and in noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.quality.candidates import MOST, QUIETEST_DB, Candidates, Curve

LOUD_SHARE = 95
"""Per cent of the frames that are not louder than what counts as loud: a click must not make a voice silent."""

Places = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class _Costs:
    likely: float
    """Of a candidate, a natural logarithm of its chance."""
    strength: float
    """From which a candidate is worth more than nothing."""
    switch: float
    """Of beginning or ending to be voiced."""
    leap: float
    """Of leaving one pitch for another."""


_STRICT = _Costs(likely=1.0, strength=0.6, switch=16.0, leap=24.0)
_LENIENT = _Costs(likely=0.5, strength=0.45, switch=4.0, leap=12.0)
_STRENGTH_WORTH = 2.5
_GLIDE_COST, _FASTEST_GLIDE = 4.0, 0.18
"""Of an octave within one pitch, and the octaves from frame to frame that are a leap from there on."""
_FREE_OCTAVES, _FAR_OCTAVES, _FAR_COST = 0.4, 1.0, 5.0
"""How far from the clear pitches costs nothing, from where on it costs no more, and what an octave between costs."""
_LEAST_CHANCE = 0.01
_SILENCE, _QUIET_WORTH = 0.03, 5.0
"""Boersma's threshold of silence, beside what is loud; and what it is worth to be below it."""
_NOTHING = -1e9
_AT_ONCE = 2048
"""Frames whose steps are laid out together."""


def contour(found: Candidates) -> Places:
    """Which candidate of each frame is its pitch; −1 is unvoiced."""
    if not found.level.size:
        return np.zeros(0, np.int8)
    octaves = np.log2(found.hertz)
    clear = _path(octaves, _worth(found, _STRICT), _STRICT)
    frames = np.flatnonzero(clear >= 0)
    worth = _worth(found, _LENIENT)
    if frames.size:
        around = np.interp(np.arange(clear.size), frames, octaves[frames, clear[frames]])
        away = np.clip(np.abs(octaves - around[:, None]), _FREE_OCTAVES, _FAR_OCTAVES) - _FREE_OCTAVES
        worth[:, :MOST] -= (_FAR_COST * away).astype(np.float32)
    return _path(octaves, worth, _LENIENT)


def loudness(level: Curve) -> float:
    """Of the loud frames, in dB; `QUIETEST_DB` when there are none."""
    return float(np.percentile(level, LOUD_SHARE)) if level.size else QUIETEST_DB


def _worth(found: Candidates, costs: _Costs) -> Curve:
    """Of each frame's candidates and, last, of being unvoiced; shape (frames, 9)."""
    there = found.strength > 0
    chance = np.where(there, found.chance, 0) + _LEAST_CHANCE
    likely = np.log(chance / chance.sum(axis=1, keepdims=True))
    worth = costs.likely * likely + _STRENGTH_WORTH * (found.strength - costs.strength)
    beside = 10 ** ((found.level - loudness(found.level)) / 20)
    quiet = np.maximum(0, 2 - beside * ((1 + _LENIENT.strength) / _SILENCE))
    quiet[found.level <= QUIETEST_DB + 10] = 20
    return np.column_stack([np.where(there, worth, _NOTHING), _QUIET_WORTH * quiet]).astype(np.float32)


def _path(octaves: Curve, worth: Curve, costs: _Costs) -> Places:
    """A. Viterbi's (1967)."""
    count = worth.shape[0]
    came = np.zeros((count, MOST + 1), np.int8)
    step = np.full((MOST + 1, MOST + 1), costs.switch, np.float32)
    step[-1, -1] = 0
    total = worth[0].astype(np.float64)
    for start in range(1, count, _AT_ONCE):
        after, before = octaves[start : start + _AT_ONCE], octaves[start - 1 : start + _AT_ONCE - 1]
        apart = np.abs(after[:, :, None] - before[: after.shape[0], None, :])
        steps = np.where(apart < _FASTEST_GLIDE, _GLIDE_COST * apart, costs.leap)
        for frame, between in enumerate(steps, start):
            step[:-1, :-1] = between
            reached = total - step
            came[frame] = reached.argmax(axis=1)
            total = reached.max(axis=1) + worth[frame]
    chosen = np.zeros(count, np.int8)
    chosen[-1] = total.argmax()
    for frame in range(count - 1, 0, -1):
        chosen[frame - 1] = came[frame, chosen[frame]]
    return np.where(chosen == MOST, -1, chosen).astype(np.int8)
