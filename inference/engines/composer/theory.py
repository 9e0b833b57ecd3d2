"""Keys, scales, chords and roman numerals, and how a chord's voices move to the next."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MODES: Mapping[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
}

_SHARP = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLAT = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_MAJOR_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
_FLAT_MAJORS = frozenset({1, 3, 5, 8, 10})

QUALITIES: Mapping[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "7sus4": (0, 5, 7, 10),
    "9": (0, 4, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "m9": (0, 3, 7, 10, 14),
    "69": (0, 4, 7, 9, 14),
    "m11": (0, 3, 7, 10, 17),
    "13": (0, 4, 10, 14, 21),
    "7b9": (0, 4, 7, 10, 13),
    "7#9": (0, 4, 7, 10, 15),
    "9sus4": (0, 5, 7, 10, 14),
}

_DEGREES = {"I": 0, "II": 1, "III": 2, "IV": 3, "V": 4, "VI": 5, "VII": 6}
_NUMERAL = re.compile(r"^([b#]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)([^/^]*)(?:/([^^]+))?(?:\^([357]))?$")
_SUFFIXES = {"o": "dim", "o7": "dim7", "ø7": "m7b5", "+": "aug"}


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (pitch class) and a mode."""

    tonic: int
    mode: str

    @property
    def minor(self) -> bool:
        return MODES[self.mode][2] == 3

    @property
    def name(self) -> str:
        """As "E minor" or "Bb major"; modes are named by their third."""
        return f"{_MINOR_NAMES[self.tonic]} minor" if self.minor else f"{_MAJOR_NAMES[self.tonic]} major"

    @property
    def scale(self) -> tuple[int, ...]:
        """The seven pitch classes, from the tonic."""
        return tuple((self.tonic + step) % 12 for step in MODES[self.mode])

    @property
    def flats(self) -> bool:
        parent = (self.tonic + 3) % 12 if self.minor else self.tonic
        return parent in _FLAT_MAJORS

    def spell(self, pitch_class: int) -> str:
        """A pitch class's name in this key."""
        return (_FLAT if self.flats else _SHARP)[pitch_class % 12]


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord in time (beats): pitch classes of root and bass, and its tones with the root first."""

    start: float
    duration: float
    root: int
    bass: int
    quality: str
    symbol: str
    tones: tuple[int, ...]

    @property
    def end(self) -> float:
        return self.start + self.duration


def parse_numeral(numeral: str, key: Key, color: str) -> tuple[int, str, int]:
    """Root pitch class, quality and bass pitch class of a roman numeral, relative to its major or natural minor scale.

    `V7/ii` is a secondary dominant, `I^3` has its third in the bass. `color` extends numerals that have no suffix.
    """
    match = _NUMERAL.match(numeral)
    if match is None:
        raise ValueError(f"not a roman numeral: {numeral}")
    accidental, roman, suffix, target, inversion = match.groups()
    degree = _DEGREES[roman.upper()]
    scale = MODES["minor" if key.minor else "major"]
    if target:
        goal, _, _ = parse_numeral(target, key, "triad")
        root = (goal + MODES["major"][degree]) % 12
    else:
        root = (key.tonic + scale[degree]) % 12
    root = (root + {"b": -1, "#": 1, "": 0}[accidental]) % 12
    quality = _quality(roman, suffix, color, dominant=degree == 4)
    bass = root
    if inversion:
        index = {"3": 1, "5": 2, "7": 3}[inversion]
        intervals = QUALITIES[quality]
        bass = (root + intervals[min(index, len(intervals) - 1)]) % 12
    return root, quality, bass


def _quality(roman: str, suffix: str, color: str, *, dominant: bool) -> str:
    minor = roman.islower()
    if suffix:
        plain = _SUFFIXES.get(suffix, suffix)
        if minor and f"m{plain}" in QUALITIES and plain not in ("dim", "dim7", "m7b5"):
            return f"m{plain}"
        return plain
    if color == "power":
        return "5"
    if color == "seventh":
        return "m7" if minor else "7" if dominant else "maj7"
    if color == "ninth":
        return "m9" if minor else "9" if dominant else "maj9"
    if color == "add9":
        return "m7" if minor else "" if dominant else "add9"
    if color == "dominant":
        return "m7" if minor else "7"
    return "m" if minor else ""


def make_chord(numeral: str, key: Key, color: str, start: float, duration: float) -> Chord:
    """The chord a numeral stands for, placed in time."""
    root, quality, bass = parse_numeral(numeral, key, color)
    symbol = key.spell(root) + quality + ("" if bass == root else f"/{key.spell(bass)}")
    tones = tuple((root + interval) % 12 for interval in QUALITIES[quality])
    return Chord(start, duration, root, bass, quality, symbol, tones)


def voicing(
    chord: Chord, previous: Sequence[int], center: int, voices: int, beside: Sequence[int] = ()
) -> tuple[int, ...]:
    """Pitches for `chord` near `center`, moving as little as possible from `previous`, not rubbing against `beside`.

    With more tones than voices the fifth goes first, then the root, which the bass has.
    """
    tones = _chosen(chord, voices)
    best: tuple[int, ...] = ()
    best_cost = float("inf")
    low, high = center - 9, center + 10
    choices = [[p for p in range(low, high + 1) if p % 12 == tone] for tone in tones]
    for candidate in itertools.product(*choices):
        ordered = tuple(sorted(set(candidate)))
        if len(ordered) < len(tones):
            continue
        cost = _voicing_cost(ordered, previous, center)
        cost += sum(5.0 for pitch in ordered for other in beside if abs(pitch - other) == 1)
        if cost < best_cost:
            best, best_cost = ordered, cost
    return best


def _chosen(chord: Chord, voices: int) -> tuple[int, ...]:
    tones = list(dict.fromkeys(chord.tones))
    fifth = (chord.root + 7) % 12
    for drop in (fifth, chord.root):
        if len(tones) > voices and drop in tones:
            tones.remove(drop)
    return tuple(tones[:voices])


def _voicing_cost(pitches: Sequence[int], previous: Sequence[int], center: int) -> float:
    mean = sum(pitches) / len(pitches)
    cost = abs(mean - center) * 0.9
    gaps = [b - a for a, b in itertools.pairwise(pitches)]
    cost += sum(7.0 for gap in gaps if gap == 1) + sum(1.5 for gap in gaps if gap > 9)
    if gaps and pitches[0] < 52 and gaps[0] < 4:
        cost += 4.0
    for pitch in pitches if previous else ():
        cost += min(abs(pitch - other) for other in previous)
    if previous:
        cost += 0.8 * abs(pitches[-1] - previous[-1])
    return cost


def nearest(pitch_class: int, to: int) -> int:
    """The pitch of that class nearest to the pitch `to`."""
    return to + (pitch_class - to + 6) % 12 - 6


def scale_pitch(key: Key, step: int, base: int) -> int:
    """The pitch `step` scale steps above the tonic nearest at or below `base`."""
    scale = MODES[key.mode]
    octave, degree = divmod(step, 7)
    tonic = base - (base - key.tonic) % 12
    return tonic + 12 * octave + scale[degree]


def nearest_step(key: Key, pitch: int, base: int) -> int:
    """The scale step whose pitch is nearest to `pitch`, counted as in `scale_pitch`."""
    tonic = base - (base - key.tonic) % 12
    octave, rest = divmod(pitch - tonic, 12)
    scale = (*MODES[key.mode], 12)
    degree = min(range(8), key=lambda d: abs(scale[d] - rest))
    return octave * 7 + degree
