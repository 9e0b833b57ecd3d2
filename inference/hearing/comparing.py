"""What was asked for beside what was measured, and whether that is near enough."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inference.engine import Operation, Request, Result
from inference.production import Measured
from inference.understanding import asked_for

TEMPO_TOLERANCE = 0.04
TEMPO_OCTAVES = (0.5, 1.0, 2.0)
"""Heard over asked: a listener may as well tap half or double the tempo."""
_THREES = (1 / 3, 3.0)
"""And in three-time the bar, or the eighths of a dotted beat."""
SECONDS_TOLERANCE = 0.25
LOUDNESS_LUFS, LOUDNESS_TOLERANCE_LU = -14.0, 0.5
HIGHEST_TRUE_PEAK_DBTP = -1.0

_FREE = frozenset({Operation.GENERATE, Operation.VARIATION, Operation.NEW_LYRICS})
"""Operations that may choose tempo and key; the others keep what the original has."""
_THREE_TIME = frozenset({"3/4", "6/8"})
_PITCHES: Mapping[str, int] = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing: asked, heard, how far apart they may be, and whether they are."""

    asked: Any
    heard: Any
    tolerance: str
    hit: bool | None
    """None when it cannot be said; `why` says why."""
    why: str = ""
    distance: float = 0.0
    """In tolerances: above 1 is a miss."""

    def as_json(self) -> dict[str, Any]:
        """JSON values."""
        values: dict[str, Any] = {
            "asked": self.asked,
            "heard": self.heard,
            "tolerance": self.tolerance,
            "hit": self.hit,
        }
        return values | ({"why": self.why} if self.why else {})


@dataclass(frozen=True, slots=True)
class Hearing:
    """Everything that was compared of one song."""

    tempo: Comparison
    key: Comparison
    length: Comparison
    loudness: Comparison
    peak: Comparison

    @property
    def missed(self) -> bool:
        """Whether another seed might do better: the tempo or the key that was asked for was not heard."""
        return self.tempo.hit is False or self.key.hit is False

    @property
    def distance(self) -> float:
        """How far tempo and key are from what was asked for, to tell the better of two songs."""
        return self.tempo.distance + self.key.distance

    def as_json(self) -> dict[str, Any]:
        """By name, JSON values."""
        named = {"tempo": self.tempo, "key": self.key, "length": self.length, "loudness": self.loudness}
        return {name: comparison.as_json() for name, comparison in (named | {"peak": self.peak}).items()}


def compare(request: Request, result: Result, measured: Measured) -> Hearing:
    """The song that was made for `request` beside what was measured of its master."""
    asked = asked_for(request) if request.operation in _FREE else None
    tempo = asked.tempo if asked else result.tempo
    key = asked.key if asked else result.key
    return Hearing(
        _tempo(tempo, measured.tempo, three=result.meter in _THREE_TIME),
        _key(key, measured.key),
        _near(request.seconds, round(measured.seconds, 3), SECONDS_TOLERANCE, "s"),
        _near(LOUDNESS_LUFS, measured.loudness_lufs, LOUDNESS_TOLERANCE_LU, "LU", "a silent song has no loudness"),
        _peak(measured.true_peak_dbtp),
    )


def _tempo(asked: float | None, heard: float | None, *, three: bool) -> Comparison:
    tolerance = f"{TEMPO_TOLERANCE:.0%}, {'half, double, a third and triple' if three else 'half and double'} as good"
    if asked is None:
        return Comparison(None, heard, tolerance, None, "no tempo was asked for")
    if heard is None:
        return Comparison(asked, None, tolerance, None, "no steady beat was heard")
    folds = TEMPO_OCTAVES + (_THREES if three else ())
    off = min(abs(heard / (asked * octave) - 1) for octave in folds) / TEMPO_TOLERANCE
    return Comparison(asked, heard, tolerance, off <= 1, distance=off)


def _key(asked: str, heard: str) -> Comparison:
    tolerance = "the same tonic and mode"
    if not asked:
        return Comparison("", heard, tolerance, None, "no key was asked for")
    if not heard:
        return Comparison(asked, "", tolerance, None, "no key was heard")
    wanted, found = tonality(asked), tonality(heard)
    if wanted == found:
        return Comparison(asked, heard, tolerance, hit=True)
    # A relative key has the same tones: less wrong than any other.
    signature = [(tonic + 3 * minor) % 12 for tonic, minor in (wanted, found)]
    return Comparison(asked, heard, tolerance, hit=False, distance=2.0 if signature[0] == signature[1] else 3.0)


def tonality(key: str) -> tuple[int, bool]:
    """The pitch class of the tonic, and whether the key is minor, of a name such as "F# minor"."""
    tonic, _, mode = key.partition(" ")
    return (_PITCHES[tonic[0]] + tonic.count("#") - tonic.count("b")) % 12, mode == "minor"


def _near(asked: float, heard: float | None, most: float, unit: str, why: str = "") -> Comparison:
    if heard is None or not math.isfinite(heard):
        return Comparison(asked, None, f"{most:g} {unit}", None, why)
    off = abs(heard - asked) / most
    return Comparison(asked, round(heard, 3), f"{most:g} {unit}", off <= 1, distance=off)


def _peak(heard: float | None) -> Comparison:
    tolerance = "at most"
    if heard is None:
        return Comparison(HIGHEST_TRUE_PEAK_DBTP, None, tolerance, None, "a silent song has no peak")
    return Comparison(HIGHEST_TRUE_PEAK_DBTP, round(heard, 2), tolerance, heard <= HIGHEST_TRUE_PEAK_DBTP)
