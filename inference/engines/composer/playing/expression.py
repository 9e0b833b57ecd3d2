"""Expression of single lines: vibrato that grows on long notes, and notes bent into from below."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence

from inference.engines.composer.playing.soundfont import RATE, Bend, Event
from inference.engines.composer.score import Role, Track

_VIBRATO: Mapping[int, float] = {
    22: 10, 26: 8, 27: 8, 29: 22, 30: 22, 40: 14, 41: 14, 42: 14, 53: 14, 56: 10, 57: 9, 59: 10, 60: 6, 61: 6, 64: 14,
    65: 14, 66: 14, 68: 10, 70: 8, 71: 6, 73: 13, 74: 8, 75: 12, 77: 22, 80: 10, 81: 14, 105: 4, 110: 14,
}  # fmt: skip
"""Cents at most, by program; the others have none, or their own."""

_STEP = RATE // 90
_HERTZ = 5.3


def bends(events: Sequence[Event], program: int, track: Track, rng: random.Random) -> list[Bend]:
    """The pitch wheel for a line; none for parts that play chords."""
    depth = _VIBRATO.get(program, 0.0)
    if track.role not in (Role.LEAD, Role.COUNTER) or not (depth or track.scoop) or _chordal(events):
        return []
    result: list[Bend] = []
    for event in events:
        start = event.start
        if track.scoop and depth and event.level > 0.55 and rng.random() < track.scoop * 0.5:
            reach = rng.choice((50.0, 90.0, 100.0))
            result += [Bend(start + i * 300, -reach * (1 - i / 9) ** 1.5) for i in range(10)]
            start += 3000
        elif result and result[-1].cents:
            result.append(Bend(start, 0.0))
        result += _vibrato(start, event.end, depth)
    return result


def _chordal(events: Sequence[Event]) -> bool:
    together = sum(1 for one, two in itertools.pairwise(events) if two.start < one.end - 2000)
    return together > len(events) * 0.2


def _vibrato(start: int, end: int, depth: float) -> list[Bend]:
    """From a third of a second on, within another third to its full depth."""
    onset = start + int(0.3 * RATE)
    if not depth or end - onset < RATE // 5:
        return []
    return [
        Bend(at, depth * min(1.0, (at - onset) / (0.35 * RATE)) * math.sin(2 * math.pi * _HERTZ * (at - onset) / RATE))
        for at in range(onset, end, _STEP)
    ]
