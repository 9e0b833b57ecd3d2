"""Reading the tempo, in numbers, number words and words of speed, and choosing one where none was said."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from random import Random

from inference.engines.composer.genres.base import Genre
from inference.engines.composer.reading import matching, numbers, words
from inference.engines.composer.reading.evidence import Notebook
from inference.engines.composer.reading.moods import MOODS
from inference.engines.composer.reading.pitch import TEMPO_RANGE

_NUMBER = r"(\d{1,9}(?:[.,]\d{1,3})?)"
_UNIT = (
    r"(?:bpm|b\.p\.m|ppm|(?:beats?|schlage|schlagen|pulsations?|battements?|temps|battiti|pulsaciones|golpes|batidas|"
    r"slagen|uderzen) (?:per|a|pro|par|al|por|na) (?:minute|minut[aoe]?|minuut))(?!\w)"
)
_RANGE = re.compile(rf"(?<![\w.,]){_NUMBER}\s*(?:-|–|—|to|bis|a|and|und|et|e|y)\s*{_NUMBER}[\s-]*{_UNIT}")
_BPM = re.compile(
    rf"(?<![\w.,])(-?){_NUMBER}[\s-]*{_UNIT}"
    rf"|(?<!\w)(?:tempo|bpm|♩|speed)(?:\s+(?:of|is|at|von|de|di|da|um|around|about))?\s*[=:]?\s*(-?){_NUMBER}(?![\w/%])"
)
_ABOUT = re.compile(
    rf"(?<!\w)(?:around|about|approx\.?|approximately|roughly|circa|ca\.?|etwa|ungefahr|rund|environ|autour de|vers|"
    rf"alrededor de|unos|intorno a|attorno a|cerca de|por volta de|okolo|ongeveer)\s+{_NUMBER}(?!\s*[\w%°€$/:])"
)
_LEAST_GUESS = 40.0
_HALF = re.compile(r"(?<!\w)half[\s-]?time(?!\w)")
_DOUBLE = re.compile(r"(?<!\w)double[\s-]?time(?!\w)")
_VERY = re.compile(r"(?:very|super|extremely|really|sehr|tres|muy|molto|muito|bardzo|heel)\s+$")


@dataclass(frozen=True, slots=True)
class TempoReading:
    """A tempo as read, in beats a minute, where, and remarks for the person."""

    value: float | None = None
    spans: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = ()


def read_tempo(text: str) -> TempoReading:
    """The number of beats a minute that the plain text names."""
    found: list[tuple[float, tuple[int, int]]] = []
    taken: list[tuple[int, int]] = []
    for match in _RANGE.finditer(text):
        low, high = (float(group.replace(",", ".")) for group in match.groups())
        found.append((round((low + high) / 2, 1), match.span()))
        taken.append(match.span())
    for match in _BPM.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            sign, digits = match.group(1) or match.group(3) or "", match.group(2) or match.group(4)
            found.append((float(sign + digits.replace(",", ".")), match.span()))
    found += numbers.before_unit(text, _UNIT)
    if not found:
        guesses = [(float(m.group(1).replace(",", ".")), m.span()) for m in _ABOUT.finditer(text)]
        found = [guess for guess in guesses if _LEAST_GUESS <= guess[0] <= TEMPO_RANGE[1]]
    found.sort(key=lambda each: each[1])
    return _judged(found)


def _judged(found: list[tuple[float, tuple[int, int]]]) -> TempoReading:
    notes: list[str] = []
    kept: list[tuple[float, tuple[int, int]]] = []
    for value, span in found:
        playable, remark = check_tempo(value)
        notes += [remark] if remark else []
        kept += [(playable, span)] if playable is not None else []
    if len({value for value, _ in kept}) > 1:
        notes.append(f"several tempos were named; {kept[0][0]:g} BPM was taken")
    return TempoReading(kept[0][0] if kept else None, tuple(span for _, span in kept[:1]), tuple(notes))


def check_tempo(value: float) -> tuple[float | None, str]:
    """The tempo if it can be played, else the nearest sane one or None, with a remark."""
    low, high = TEMPO_RANGE
    if low <= value <= high:
        return value, ""
    if not 10 <= value <= 1000:
        return None, f"{value:g} BPM cannot be played; a fitting tempo was chosen"
    folded = value
    while folded > high:
        folded /= 2
    while folded < low:
        folded *= 2
    return folded, f"{value:g} BPM was taken as {folded:g} BPM"


def choose(
    asked: float | None, genre: Genre, moods: tuple[str, ...], page: Notebook, rng: Random
) -> tuple[float, bool]:
    """The tempo of the form, else of the prompt, else one that suits; and whether a number was named."""
    text = page.text.plain
    speeds = [hit for hit in matching.found(text, words.TEMPO_WORDS) if not hit.negated]
    value = _said(asked, page)
    if value is not None:
        if any((hit.concept == "slow" and value > 140) or (hit.concept == "fast" and value < 75) for hit in speeds):
            said = page.text.cut(speeds[0].start, speeds[0].end)
            page.note(f"“{said}” and {value:g} BPM contradict each other; the number was taken")
        return value, True
    for word, beats in words.ITALIAN_TEMPI.items():
        match = re.search(rf"(?<!\w){word}(?!\w)", text)
        if match:
            page.prompt("tempo", [match.span()])
            return float(beats), False
    place = 0.5 + 0.4 * sum(MOODS[m].tempo for m in moods) / max(1, len(moods)) + rng.uniform(-0.15, 0.15)
    place += _pace(speeds, page)
    low, high = genre.tempo
    return float(round(low + (high - low) * min(1.4, max(-0.45, place)))), False


def _said(asked: float | None, page: Notebook) -> float | None:
    """The tempo that the form or the prompt names as a number."""
    if asked is not None and math.isfinite(asked):
        value, remark = check_tempo(asked)
        page.note(remark)
        page.field("tempo", f"{asked:g}") if value is not None else page.prompt("tempo", ())
        return value
    reading = read_tempo(page.text.plain)
    page.note(*reading.notes)
    page.prompt("tempo", reading.spans)
    return reading.value


def _pace(speeds: list[matching.Hit], page: Notebook) -> float:
    """How far words of speed move the tempo within what the genre knows; 1 is its whole range."""
    text = page.text.plain
    spans = [(hit.start, hit.end) for hit in speeds]
    concepts = {hit.concept for hit in speeds}
    pace = 0.0
    if {"slow", "fast"} <= concepts:
        page.note("both slow and fast were asked for; a medium tempo was taken")
    elif concepts:
        very = 0.25 * any(_VERY.search(text[max(0, hit.start - 14) : hit.start]) for hit in speeds)
        pace = -0.6 - very if "slow" in concepts else 0.6 + very if "fast" in concepts else 0.0
    for pattern, change in ((_HALF, -0.5), (_DOUBLE, 0.5)):
        match = pattern.search(text)
        if match:
            pace += change
            spans.append(match.span())
    page.prompt("tempo", spans)
    return pace
