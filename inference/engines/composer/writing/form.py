"""The form: sections that contrast and return, filling the seconds asked for to the last bar."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

from inference.engines.composer.reading.shapes import Shape
from inference.engines.composer.score import Meter, Span
from inference.engines.composer.writing.shaping import shaped

UNIT = 4
"""Bars in a unit of form."""

RING = 2.2
"""Seconds that the last chord has at least."""

NAMES: Mapping[str, Mapping[str, str]] = {
    "song": {"i": "intro", "A": "verse", "p": "pre-chorus", "B": "chorus", "C": "bridge", "s": "solo", "o": "outro"},
    "aaba": {"i": "intro", "A": "head", "B": "bridge", "C": "interlude", "s": "solo", "o": "outro"},
    "blues": {"i": "intro", "A": "verse", "B": "chorus", "s": "solo", "C": "bridge", "o": "outro"},
    "groove": {"i": "intro", "A": "groove", "B": "chorus", "C": "breakdown", "s": "solo", "o": "outro"},
    "loop": {"i": "intro", "A": "loop", "B": "hook", "C": "break", "s": "solo", "o": "outro"},
    "club": {"i": "intro", "A": "groove", "p": "build", "B": "drop", "C": "break", "o": "outro"},
    "tune": {"i": "intro", "A": "first part", "B": "second part", "C": "third part", "s": "variation", "o": "outro"},
    "rondo": {"i": "intro", "A": "theme", "B": "episode", "C": "second episode", "s": "variation", "o": "coda"},
    "arc": {"i": "opening", "A": "theme", "p": "ascent", "B": "climax", "C": "stillness", "o": "resolution"},
    "drift": {"i": "opening", "A": "first tide", "B": "second tide", "C": "clearing", "o": "ebb"},
}

_RECIPES: Mapping[str, tuple[str, ...]] = {
    "song": (
        "B1", "A1 B1", "A1 B2", "A1 B1 A1 B1", "A1 B2 A1 B1", "A2 B1 A1 B2", "i1 A2 B2 C1 B1", "i1 A2 B2 C1 B2",
            "i1 A2 B2 A1 B2 o1",
        "i1 A2 B2 A2 B2 o1", "i1 A2 B2 A2 B2 C1 B2", "i1 A2 B2 A2 B2 C2 B2 o1", "i1 A2 p1 B2 A2 p1 B2 C2 B2 o1",
        "i1 A4 p1 B2 A2 p1 B2 C2 s2 B3 o1", "i2 A4 p1 B3 A3 p1 B3 C2 s2 B4 o1",
    ),
    "aaba": (
        "A1", "A2", "A2 B1", "A2 B2", "A2 B2 A1", "A2 B2 A2", "i1 A2 B2 A2", "A4 B2 A2", "i1 A4 B2 A2",
            "i1 A4 B2 A2 o1",
        "i1 A4 B2 A2 s2 A1 o1", "i1 A4 B2 A2 s4 A2 o1", "i1 A4 B2 A2 s4 B2 A2 o1", "i1 A4 B2 A2 s8 B2 A2 o1",
    ),
    "blues": ("A1", "A2", "A3", "i1 A3", "A3 s2", "A3 s3", "i1 A3 s3", "A3 s3 A3", "i1 A3 s3 A3", "i1 A3 A3 s3 A3",
        "i1 A3 A3 s3 s3 A3 o1"),
    "groove": (
        "B1", "A1 B1", "A1 B2", "A1 B1 A1 B1", "i1 A1 B1 A1 B1", "i1 A2 B2 A1", "i1 A2 B2 C1 B1", "i1 A2 B2 C1 B2",
            "i1 A2 B2 A2 B2", "i1 A2 B2 A2 C1 B2",
        "i1 A2 B2 A2 B2 C1 B2", "i1 A2 B2 s2 A2 C1 B2 o1", "i1 A4 B2 s2 A2 C2 B3 o1", "i2 A4 B2 s4 A2 B2 C2 B4 o2",
    ),
    "loop": (
        "A1", "A1 B1", "A1 B1 A1", "A1 B1 A1 B1", "i1 A1 B1 A1 B1", "i1 A2 B1 C1 B1", "i1 A2 B2 C1 B1",
        "i1 A2 B2 C1 B2", "i1 A2 B2 A2 B2", "i1 A2 B2 A2 C1 B2", "i1 A4 B2 C1 A2 B2",
        "i1 A4 B2 A2 C1 B2 o1", "i1 A4 B2 A4 C2 B4 o1",
    ),
    "club": (
        "B1", "p1 B1", "A1 p1 B1", "A1 p1 B2", "A1 p1 B2 C1", "i1 A1 p1 B2 C1", "A1 p1 B2 C1 B2", "A2 p1 B2 C1 B2",
            "i1 A2 p1 B2 C1 B2",
        "i1 A2 p1 B2 C2 B2", "i1 A2 p1 B2 C2 p1 B2", "i1 A2 p1 B3 C2 p1 B3", "i2 A2 p1 B4 C2 p1 B3",
            "i2 A2 p2 B4 C3 p2 B4 o1", "i2 A4 p2 B6 C4 p2 B6 o2",
    ),
    "tune": (
        "A1", "A1 B1", "A2 B1", "A2 B2", "A2 B2 A1", "i1 A2 B2 A1", "A2 B2 A2 B1", "A2 B2 A2 B2", "i1 A2 B2 A2 B2",
            "i1 A2 B2 C2 A1 B2", "i1 A2 B2 C2 A2 B2",
        "i1 A2 B2 A2 B2 C2 B2", "i1 A2 B2 A2 B2 C2 A2 B2", "i1 A4 B4 C2 A4 B4",
    ),
    "rondo": (
        "A1", "A2", "A2 B1", "A2 B2", "A2 B2 A1", "A2 B2 A2", "i1 A2 B2 A2", "A2 B2 A2 C2", "A2 B2 A2 C1 A2",
            "A2 B2 A2 C2 A2", "i1 A2 B2 A2 C2 A2 o1",
        "i1 A4 B2 A2 C2 A2 o1", "i1 A4 B2 A2 C4 A2 s2 o1", "i1 A4 B4 A2 C4 A4 s2 A2 o1",
    ),
    "arc": (
        "B1", "A1 B1", "A1 p1 B1", "A2 B2", "A2 p1 B2", "i1 A2 p1 B2", "i1 A2 p1 B2 o1", "i1 A2 p2 B2 o1",
            "i1 A2 p1 B2 C1 B2", "i1 A2 p1 B2 C1 B2 o1",
        "i1 A2 p2 B2 C2 B3", "i1 A2 p2 B2 C2 p1 B3 o1", "i2 A4 p2 B4 C2 p2 B4 o2",
    ),
    "drift": (
        "A1", "A2", "A1 B1 A1", "A1 B2 A1", "A2 B2 A1", "i1 A2 B2 A1", "i1 A2 B2 A2", "i1 A2 B2 C1 A2",
        "i1 A2 B2 C2 A2", "i1 A2 B2 C2 A2 o1", "i1 A3 B3 C2 A3 o1", "i2 A4 B4 C2 A4 o2",
    ),
}  # fmt: skip

_INTENSITY: Mapping[str, Mapping[str, tuple[float, ...]]] = {
    "song": {
        "i": (0.32,),
        "A": (0.45, 0.56, 0.6),
        "p": (0.62, 0.7),
        "B": (0.8, 0.88, 1.0),
        "C": (0.5,),
        "s": (0.85,),
        "o": (0.4,),
    },
    "aaba": {"i": (0.35,), "A": (0.5, 0.6, 0.7), "B": (0.62, 0.72), "C": (0.4,), "s": (0.78, 0.85), "o": (0.4,)},
    "blues": {"i": (0.35,), "A": (0.52, 0.62, 0.8), "B": (0.7,), "C": (0.6,), "s": (0.82, 0.9), "o": (0.45,)},
    "groove": {"i": (0.4,), "A": (0.58, 0.66, 0.7), "B": (0.8, 0.9, 1.0), "C": (0.38,), "s": (0.8,), "o": (0.5,)},
    "loop": {"i": (0.26,), "A": (0.5, 0.58), "B": (0.72, 0.8, 0.85), "C": (0.3,), "s": (0.7,), "o": (0.35,)},
    "club": {"i": (0.3,), "A": (0.55,), "p": (0.5, 0.55), "B": (0.92, 1.0), "C": (0.26,), "o": (0.4,)},
    "tune": {"i": (0.35,), "A": (0.5, 0.62, 0.8), "B": (0.66, 0.78, 1.0), "C": (0.55,), "s": (0.75,), "o": (0.45,)},
    "rondo": {"i": (0.35,), "A": (0.5, 0.62, 0.78, 0.85), "B": (0.66, 0.75), "C": (0.55,), "s": (0.85,), "o": (0.6,)},
    "arc": {"i": (0.2,), "A": (0.38, 0.5), "p": (0.6, 0.66), "B": (0.88, 1.0), "C": (0.3,), "o": (0.35,)},
    "drift": {"i": (0.22,), "A": (0.36, 0.5, 0.55), "B": (0.55, 0.6), "C": (0.25,), "o": (0.22,)},
}

_TOKEN = re.compile(r"([a-zA-Z])(\d+)")
_GROWTH = "BAs"
"""Where single units are added, in turn."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The bars of a song: sections, then one last chord that rings to the end."""

    spans: tuple[Span, ...]
    bars: int
    """Bars before the last chord."""


def plan(
    family: str,
    seconds: float,
    quarter_tempo: float,
    meter: Meter,
    energy: float,
    rng: random.Random,
    shape: Shape | None = None,
) -> Plan:
    """Sections for `seconds` at that tempo, bent to `shape`: the last chord lands after them and has the rest."""
    bar = meter.beats * 60.0 / quarter_tempo
    ring = min(RING, seconds * 0.3)
    bars = max(1, math.floor((seconds - ring) / bar))
    units, rest = divmod(bars, UNIT)
    sections = _sections(family, units, rng) if units else []
    sections = _with_rest(sections, rest, family)
    if shape is not None:
        sections = shaped(sections, shape)
    return Plan(_spans(family, sections, energy), bars)


def _sections(family: str, units: int, rng: random.Random) -> list[tuple[str, int]]:
    recipes = [[(m[1], int(m[2])) for m in _TOKEN.finditer(recipe)] for recipe in _RECIPES[family]]
    sizes = [sum(length for _, length in recipe) for recipe in recipes]
    fitting = [i for i, size in enumerate(sizes) if size <= units]
    chosen = max(fitting, key=lambda i: sizes[i])
    if units >= 8 and family != "blues":
        chosen = rng.choice([i for i in fitting if sizes[i] >= sizes[chosen] - 2])
    factor = max(1, units // sizes[chosen])
    sections = [(letter, length * factor) for letter, length in recipes[chosen]]
    left = units - sizes[chosen] * factor
    if family == "blues":
        return [(letter, length * UNIT) for letter, length in _choruses(sections, left)]
    for _ in range(2):
        if left < 4 or not {"A", "B"} <= {name for name, _ in sections}:
            break
        # Another round of the two main themes, before what leads to the end.
        place = next((i for i, (name, _) in enumerate(sections) if name in "Cs"), len(sections) - 1)
        pair = [("B", 2), ("A", 2)] if sections[place - 1][0] == "A" else [("A", 2), ("B", 2)]
        sections[place:place] = pair
        left -= 4
    order = [letter for letter in _GROWTH if any(letter == name for name, _ in sections)] or [sections[-1][0]]
    shift = rng.randrange(2) if len(order) > 1 else 0
    for turn in range(left):
        letter = order[(turn + shift) % len(order)]
        last = max(i for i, (name, _) in enumerate(sections) if name == letter)
        sections[last] = (letter, sections[last][1] + 1)
    return [(letter, length * UNIT) for letter, length in sections]


def _choruses(sections: list[tuple[str, int]], left: int) -> list[tuple[str, int]]:
    """Blues grows by whole choruses of twelve bars; what is left opens or closes."""
    solos, rest = divmod(left, 3)
    verses = [i for i, (name, _) in enumerate(sections) if name == "A"]
    place = verses[-1] if len(verses) > 1 else len(sections)
    grown = [*sections[:place], *[("s", 3)] * solos, *sections[place:]]
    if rest:
        grown = [(n, length + rest) if n == "i" else (n, length) for n, length in grown]
        if grown[0][0] != "i":
            grown.append(("o", rest))
    return grown


def _with_rest(sections: list[tuple[str, int]], rest: int, family: str) -> list[tuple[str, int]]:
    if not rest:
        return sections
    if not sections:
        return [("A" if "A1" in _RECIPES[family][0] else "B", rest)]
    if family == "blues" and sections[-1][0] == "s":
        # Eleven bars and the last chord are one more chorus.
        return [*sections[:-1], ("s", sections[-1][1] + rest)]
    # Few bars before the song or after it, never an opening that keeps one waiting.
    at = {name: index for index, (name, _) in enumerate(sections)}
    if "o" in at:
        sections[at["o"]] = ("o", sections[at["o"]][1] + rest)
    elif "i" not in at:
        sections.insert(0, ("i", rest))
    elif rest == 1:
        sections[at["i"]] = ("i", sections[at["i"]][1] + 1)
    else:
        sections.append(("o", rest))
    return sections


def _spans(family: str, sections: list[tuple[str, int]], energy: float) -> tuple[Span, ...]:
    spans: list[Span] = []
    turns: dict[str, int] = {}
    bar = 0
    for letter, bars in sections:
        turn = turns.get(letter, 0)
        turns[letter] = turn + 1
        level = intensity(family, letter, turn, energy)
        spans.append(Span(NAMES[family].get(letter, "section"), letter, bar, bars, level, turn))
        bar += bars
    return tuple(spans)


def intensity(family: str, letter: str, turn: int, energy: float) -> float:
    """How intense a section is, 0..1: by what it is, how often it came before, and the energy of the song."""
    levels = _INTENSITY[family].get(letter, (0.5,))
    return min(1.0, max(0.1, levels[min(turn, len(levels) - 1)] + (energy - 0.5) * 0.25))
