"""The form of a sung song: the sections of the lyrics in bars, and what the band plays before, between and after."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from inference.engine import EngineError
from inference.engines.composer.genres.base import Genre
from inference.engines.composer.score import Meter, Span
from inference.engines.composer.writing.form import RING, Plan, intensity
from inference.engines.composer.writing.linefit import Draft, Room, drafted, shortened
from inference.engines.composer.writing.songtext import SongText, SungLine, SungSection

_TINY = 8
"""Syllables; lyrics with no more are a hook."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words sung in one breath and the bars they have."""

    line: SungLine
    bar: int
    bars: int
    place: int
    """Its place in the section, from 0."""
    last: bool
    """Whether it ends the section."""


@dataclass(frozen=True, slots=True)
class SungPlan:
    """A form and what is sung where; `phrases[i]` belong to `plan.spans[i]`."""

    plan: Plan
    phrases: tuple[tuple[Phrase, ...], ...]
    notes: tuple[str, ...]
    shortened: bool
    """Whether words were left out."""


def sung_plan(
    text: SongText, seconds: float, quarter_tempo: float, meter: Meter, genre: Genre, energy: float
) -> SungPlan:
    """The sections of the text, fitted with the band's own into exactly `seconds`.

    What does not fit is left out from the end, in whole lines, and said in the notes.
    Raises EngineError when not even one line fits.
    """
    bar = meter.beats * 60.0 / quarter_tempo
    bars = max(1, math.floor((seconds - min(RING, seconds * 0.3)) / bar))
    fit = Room(bar, bars, meter.steps, 1.7 + 2.0 * genre.melody.density)
    sections, hook = _hooked(text.sections, fit)
    drafts = drafted(sections, fit, hook=hook)
    notes = list(text.notes)
    whole = drafts
    if sum(d.bars for d in drafts) > bars:
        drafts = shortened(drafts, bars)
    if not drafts:
        raise EngineError(f"Not even one line of these lyrics fits into {seconds:g} seconds. Ask for a longer song.")
    less = text.cut or _count(drafts) < _count(whole)
    if less:
        last = next(d.slots[-1][0] for d in reversed(drafts) if d.slots)
        notes.append(f"the lyrics are longer than {seconds:g} seconds can hold; they are sung up to “{_tail(last)}”")
    _fill(drafts, bars - sum(d.bars for d in drafts), fit, genre, hook=hook)
    return replace(_placed(drafts, bars, genre, energy), notes=tuple(notes), shortened=less)


def _count(drafts: Sequence[Draft]) -> int:
    return sum(len(d.slots) for d in drafts)


def _tail(line: SungLine) -> str:
    return " ".join(word.text for word in line.words[-4:])


def _hooked(sections: Sequence[SungSection], fit: Room) -> tuple[Sequence[SungSection], bool]:
    """Very few words become a hook: said over in a chorus that comes back."""
    lines = [line for section in sections for line in section.lines]
    if len(lines) > 2 or sum(line.syllables for line in lines) > _TINY or fit.bars < 8:
        return sections, False
    said = lines * (4 // len(lines))
    # The third time it is said over in one breath.
    said[2] = _over(said[2], max(1, min(3, _TINY // max(1, said[2].syllables))))
    return [SungSection("chorus", "hook", tuple(said))], True


def _over(line: SungLine, times: int) -> SungLine:
    return SungLine(line.number, line.words * times, line.soft * times)


def _fill(drafts: list[Draft], left: int, fit: Room, genre: Genre, *, hook: bool) -> None:
    """Give the bars that are left to the band, and to choruses that come again."""
    left = _opened(drafts, left, fit)
    left = _rounded(drafts, left, 12 if genre.form == "blues" and left >= 8 else 4)
    chorus = next((d for d in reversed(drafts) if d.letter == "B" and d.slots), None)
    returning = chorus or next(d for d in reversed(drafts) if d.slots)
    turns = itertools.cycle("sAC" if hook else "sCs")
    # Room for an ending is kept.
    while left >= returning.bars + 8 and left > 0.2 * fit.bars:
        room = left - returning.bars
        between = min(room, 8 if returning.bars >= 4 else 4)
        letter = next(turns)
        drafts.append(Draft(letter, {"s": "solo", "A": "interlude", "C": "break"}[letter], between))
        drafts.append(Draft(returning.letter, returning.name, returning.bars, returning.slots))
        left -= between + returning.bars
    left = _between(drafts, left, fit)
    _ended(drafts, left)


def _opened(drafts: list[Draft], left: int, fit: Room) -> int:
    """An introduction, as long as the song can spare."""
    wanted = 8 if fit.bars >= 96 and fit.bar < 1.9 else 4 if fit.bars >= 20 else 2 if fit.bars >= 10 else 1
    bars = min(left, wanted)
    if not bars:
        return left
    if not drafts[0].slots and drafts[0].letter == "i":
        bars = min(left, max(0, wanted - drafts[0].bars))
        drafts[0].bars += bars
    else:
        drafts.insert(0, Draft("i", "intro", bars))
    return left - bars


def _rounded(drafts: Sequence[Draft], left: int, unit: int) -> int:
    """Sections end with the harmony's loop."""
    for draft in drafts:
        missing = -draft.bars % unit
        if draft.letter != "i" and missing <= left:
            draft.bars += missing
            left -= missing
    return left


def _between(drafts: list[Draft], left: int, fit: Room) -> int:
    """A few bars of the band after a chorus, and a longer turn before the last one."""
    if left >= 12 and fit.bars >= 40:
        last = max(i for i, d in enumerate(drafts) if d.slots)
        before = drafts[last - 1] if last else None
        if before is not None and before.slots:
            drafts.insert(last, Draft("s", "solo", 8))
            left -= 8
    for index in range(len(drafts) - 1, 1, -1):
        here, before = drafts[index], drafts[index - 1]
        if left >= 8 and here.letter == "A" and before.letter == "B" and here.slots:
            drafts.insert(index, Draft("i", "interlude", 4))
            left -= 4
    return left


def _ended(drafts: list[Draft], left: int) -> None:
    """The rest: an ending, and bars for the band where it already plays alone."""
    if left >= 2 and drafts[-1].slots:
        ending = min(left, 4 if left < 12 else 8) if left != 3 else 2
        drafts.append(Draft("o", "outro", ending))
        left -= ending
    inner = [d for d in drafts if not d.slots and d.letter in "sAC"]
    outer = next((d for letter in "oi" for d in drafts if d.letter == letter and not d.slots), drafts[-1])
    for draft in itertools.cycle([*inner, outer]):
        if left < 4:
            outer.bars += left
            return
        draft.bars += 4
        left -= 4


def _placed(drafts: Sequence[Draft], bars: int, genre: Genre, energy: float) -> SungPlan:
    spans: list[Span] = []
    sung: list[tuple[Phrase, ...]] = []
    turns: dict[str, int] = {}
    start = 0
    last_chorus = max((i for i, d in enumerate(drafts) if d.letter == "B"), default=-1)
    for index, draft in enumerate(drafts):
        turn = turns.get(draft.letter, 0)
        turns[draft.letter] = turn + 1
        level = _level(genre, draft.letter, turn, energy)
        if index == last_chorus and turn:
            level = min(1.0, level + 0.08)
        spans.append(Span(draft.name, draft.letter, start, draft.bars, level, turn))
        sung.append(tuple(_slots(draft, start)))
        start += draft.bars
    if start != bars:
        raise ValueError(f"{start} bars were planned instead of {bars}")
    return SungPlan(Plan(tuple(spans), bars), tuple(sung), (), shortened=False)


def _level(genre: Genre, letter: str, turn: int, energy: float) -> float:
    """As the genre has it; a chorus is never below its verse, whatever the family calls it."""
    level = intensity(genre.form, letter, turn, energy)
    if letter == "B":
        level = max(level, intensity(genre.form, "A", turn, energy) + 0.12)
    return min(1.0, level)


def _slots(draft: Draft, start: int) -> Iterator[Phrase]:
    for place, (line, length) in enumerate(draft.slots):
        yield Phrase(line, start, length, place, place == len(draft.slots) - 1)
        start += length
