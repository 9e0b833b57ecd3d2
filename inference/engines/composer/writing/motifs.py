"""Motifs: cells of rhythm and contour in the genre's idiom, and the themes that are built of them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inference.engines.composer.genres.base import Melody
from inference.engines.composer.score import Meter
from inference.engines.composer.writing import rhythms


@dataclass(frozen=True, slots=True)
class Cell:
    """One bar of a motif: (onset, length) in sixteenths and steps of the scale from the bar's anchor."""

    rhythm: tuple[tuple[int, int], ...]
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme's material and where it lies."""

    cells: tuple[Cell, ...]
    center: int
    lift: int
    """Steps of the scale by which the phrase rises at its height."""
    schemes: tuple[str, ...] = ()
    """Orders of the cells in phrases of 8, 12 and 4 bars, as `rhythms.SCHEMES` writes them."""
    cadence: tuple[tuple[int, int], ...] = ((0, 8),)
    """The rhythm in which its phrases come to rest."""
    pickup: tuple[int, ...] = ()
    """Sixteenths before the bar line at which its phrases begin."""

    def phrase(self, bars: int) -> str:
        """The order of cells for a section of that many bars."""
        if bars <= 2:
            return "01"
        for length in (12, 8, 4) if bars % 8 else (8, 12, 4):
            known = [s for s in self.schemes if len(s) == length]
            if known and (bars % length == 0 or length == 4):
                return known[0]
        return "010F"


def themes(style: Melody, meter: Meter, center: int, rng: random.Random) -> Mapping[str, Theme]:
    """Related themes: the chorus answers the verse higher and broader, the bridge turns it upside down."""
    first, second = new_cell(style, meter, rng), new_cell(style, meter, rng)
    third = _developed(first, rng) if rng.random() < 0.5 else new_cell(style, meter, rng)
    verse = _theme((first, second, third), center, rng.choice((1, 2, 2, 3)), style, meter, rng)
    if rng.random() < 0.5:
        hook = Cell(first.rhythm, _varied(second.steps, len(first.rhythm), rng))
    else:
        hook = new_cell(style, meter, rng)
    wide = Melody(max(0.1, style.density - 0.15), style.syncopation, leap=style.leap, idiom=style.idiom)
    broad, answer = new_cell(wide, meter, rng), new_cell(wide, meter, rng)
    lifted = center + rng.choice((2, 3, 4))
    chorus = _theme((hook, broad, answer), lifted, rng.choice((1, 2, 3)), style, meter, rng)
    upside = Cell(second.rhythm, tuple(-s for s in second.steps))
    other = (upside, new_cell(style, meter, rng), new_cell(wide, meter, rng))
    bridge = _theme(other, center + rng.choice((-2, 0, 2)), rng.choice((2, 3, 4)), style, meter, rng)
    rise = _theme((second, upside, second), center + 1, 3, style, meter, rng)
    return {"A": verse, "B": chorus, "C": bridge, "p": rise, "s": verse, "i": chorus, "o": chorus}


def _theme(cells: tuple[Cell, ...], center: int, lift: int, style: Melody, meter: Meter, rng: random.Random) -> Theme:
    calls = style.rest > 0.36
    schemes = [_scheme(8, rng, calls=calls)]
    schemes.append(_scheme(12, rng, calls=calls) if style.idiom == "blues" else schemes[0][:4] + schemes[0])
    # A short statement is the long one's beginning, so that either is known by the other.
    schemes.append(schemes[0][:3] + "F")
    cadence = tuple(o for o in parsed(rng.choice(rhythms.CADENCES)) if o[0] < meter.steps - 2)
    pickup: tuple[int, ...] = ()
    if rng.random() < style.pickup:
        kinds = [p for p in rhythms.PICKUPS.values() if meter.name != "6/8" or 4 not in p or len(p) > 1]
        pickup = rng.choice(kinds)
    return Theme(cells, center, lift, tuple(schemes), cadence, pickup)


def _scheme(bars: int, rng: random.Random, *, calls: bool) -> str:
    options = rhythms.SCHEMES[bars]
    fitting = [s for s in options if ("-" in s) == calls] or list(options)
    return rng.choice(fitting if rng.random() < 0.8 else options)


def _varied(steps: Sequence[int], length: int, rng: random.Random) -> tuple[int, ...]:
    source = list(steps) or [0]
    return tuple(source[i % len(source)] + (rng.choice((0, 0, 1, -1)) if i else 0) for i in range(length))


def _developed(cell: Cell, rng: random.Random) -> Cell:
    """The cell with its end answered: the second half falls where it rose, or is said twice."""
    half = max(1, len(cell.steps) // 2)
    if rng.random() < 0.5:
        return Cell(cell.rhythm, (*cell.steps[:half], *(-s for s in cell.steps[half:])))
    return Cell(cell.rhythm, tuple(cell.steps[i % half] + i // half for i in range(len(cell.steps))))


def new_cell(style: Melody, meter: Meter, rng: random.Random) -> Cell:
    """A fresh bar of motif; it begins on its anchor."""
    rhythm = _rhythm(style, meter, rng)
    contour = rng.choice(rhythms.CONTOURS)
    stretch = 1.0 + (style.leap - 0.3) * 1.2
    steps = [round(contour[i * len(contour) // max(1, len(rhythm))] * stretch) for i in range(len(rhythm))]
    if len(rhythm) > 6:
        steps = [contour[i % 6] + (i // 6) for i in range(len(rhythm))]
    return Cell(tuple(rhythm), tuple(steps))


def parsed(pattern: str) -> list[tuple[int, int]]:
    """(onset, length) of a pattern's notes, in sixteenths."""
    notes: list[tuple[int, int]] = []
    for index, sign in enumerate(pattern):
        if sign == "x":
            notes.append((index, 1))
        elif sign == "=" and notes:
            notes[-1] = (notes[-1][0], index + 1 - notes[-1][0])
    return notes


def _rhythm(style: Melody, meter: Meter, rng: random.Random) -> list[tuple[int, int]]:
    if meter.name in ("6/8", "3/4"):
        source = rhythms.SIXES if meter.name == "6/8" else rhythms.THREES
        pattern = _drawn(source.get(style.idiom) or source["song"], style, rng)
    else:
        bank = rhythms.HALVES.get(style.idiom) or rhythms.HALVES["song"]
        pattern = ""
        while len(pattern) < meter.steps:
            pattern += _drawn(bank, style, rng)
    notes = parsed(pattern[: meter.steps])
    return notes or [(0, meter.steps)]


def _drawn(bank: Sequence[str], style: Melody, rng: random.Random) -> str:
    """A pattern about as dense and as syncopated as the style."""
    weights = []
    for pattern in bank:
        notes = parsed(pattern)
        density = len(notes) / len(pattern) * 2
        off = sum(1 for onset, _ in notes if onset % 4) / max(1, len(notes))
        weights.append(2.718 ** (-3.2 * abs(density - 0.2 - style.density) - 1.4 * abs(off - style.syncopation)))
    return rng.choices(bank, weights)[0]
