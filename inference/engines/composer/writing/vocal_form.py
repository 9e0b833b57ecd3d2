"""The form of a sung song: the sections of the lyrics in bars, and what the band plays before, between and after."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from inference.engine import EngineError
from inference.engines.composer.genres.base import Genre
from inference.engines.composer.score import Meter, Span
from inference.engines.composer.writing.form import RING, Plan, intensity
from inference.engines.composer.writing.songtext import MOST_PHRASE, SongText, SungLine, SungSection, phrases

MOST_RATE = 5.6
"""Syllables a second that a slot may hold, breath not counted."""
BREATH = 0.4
"""Seconds between two phrases."""
_LETTERS: Mapping[str, str] = {
    "verse": "A", "pre-chorus": "p", "chorus": "B", "bridge": "C", "intro": "i", "outro": "o", "solo": "s", "": "C",
}  # fmt: skip
_BARS_A_LINE = (1, 2, 4)
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


@dataclass(slots=True)
class _Draft:
    letter: str
    name: str
    bars: int
    slots: tuple[tuple[SungLine, int], ...] = ()
    """Phrases and the bars each has."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """What decides how many bars a line has."""

    bar: float
    """Seconds."""
    bars: int
    steps: int
    """Sixteenths in a bar."""
    rate: float
    """Syllables a second that the genre likes."""

    def most(self, length: int) -> int:
        """Syllables that a slot of that many bars can hold."""
        return max(1, min(math.floor((length * self.bar - BREATH) * MOST_RATE), length * self.steps - 4))


def sung_plan(
    text: SongText, seconds: float, quarter_tempo: float, meter: Meter, genre: Genre, energy: float
) -> SungPlan:
    """The sections of the text, fitted with the band's own into exactly `seconds`.

    What does not fit is left out from the end, in whole lines, and said in the notes.
    Raises EngineError when not even one line fits.
    """
    bar = meter.beats * 60.0 / quarter_tempo
    bars = max(1, math.floor((seconds - min(RING, seconds * 0.3)) / bar))
    fit = _Fit(bar, bars, meter.steps, 1.7 + 2.0 * genre.melody.density)
    sections, hook = _hooked(text.sections, fit)
    drafts = _chosen(sections, fit, hook=hook)
    notes = list(text.notes)
    whole = drafts
    if sum(d.bars for d in drafts) > bars:
        drafts = _cut(drafts, bars, seconds)
    shortened = text.lines > sum(len(s.lines) for s in text.sections) or _count(drafts) < _count(whole)
    if shortened:
        last = next(d.slots[-1][0] for d in reversed(drafts) if d.slots)
        notes.append(f"the lyrics are longer than {seconds:g} seconds can hold; they are sung up to “{_tail(last)}”")
    _fill(drafts, bars - sum(d.bars for d in drafts), fit, genre, hook=hook)
    return replace(_placed(drafts, bars, genre, energy), notes=tuple(notes), shortened=shortened)


def _count(drafts: Sequence[_Draft]) -> int:
    return sum(len(d.slots) for d in drafts)


def _tail(line: SungLine) -> str:
    return " ".join(word.text for word in line.words[-4:])


def _hooked(sections: Sequence[SungSection], fit: _Fit) -> tuple[Sequence[SungSection], bool]:
    """Very few words become a hook: said over in a chorus that comes back."""
    lines = [line for section in sections for line in section.lines]
    if len(lines) > 2 or sum(line.syllables for line in lines) > _TINY or fit.bars < 8:
        return sections, False
    return [SungSection("chorus", "hook", tuple(lines * (4 // len(lines))))], True


def _chosen(sections: Sequence[SungSection], fit: _Fit, *, hook: bool) -> list[_Draft]:
    """Drafts with the bars a line that suit the words and the time best."""
    kinds = sorted({_letter(s) for s in sections if s.lines})
    choices = _BARS_A_LINE[1:] if hook and fit.bars >= 16 else _BARS_A_LINE
    best: list[_Draft] = []
    best_cost = float("inf")
    for lengths in itertools.product(choices, repeat=len(kinds)):
        chosen = dict(zip(kinds, lengths, strict=True))
        drafts = [_draft(s, chosen, fit) for s in sections]
        cost = _cost(drafts, fit) + 0.25 * (len(set(lengths)) - 1)
        # A chorus is never more hurried than its verse.
        cost += 0.8 * (chosen.get("B", 4) < chosen.get("A", 0))
        if cost < best_cost:
            best, best_cost = drafts, cost
    return best


def _letter(section: SungSection) -> str:
    return _LETTERS.get(section.kind, "C")


def _draft(section: SungSection, lengths: Mapping[str, int], fit: _Fit) -> _Draft:
    letter = _letter(section)
    if not section.lines:
        return _Draft(letter, section.kind or section.name, 2)
    slots = tuple(slot for line in section.lines for slot in _slots_of(line, lengths[letter], fit))
    bars = sum(length for _, length in slots)
    return _Draft(letter, section.kind or section.name, bars + bars % 2 * (fit.bars > 8), slots)


def _slots_of(line: SungLine, length: int, fit: _Fit) -> list[tuple[SungLine, int]]:
    """The line in one slot; in one of twice the bars when it is long, and in several when it is longer."""
    if line.syllables <= fit.most(length):
        return [(line, length)]
    if length <= 2 and line.syllables <= min(MOST_PHRASE, fit.most(2 * length)):
        return [(line, 2 * length)]
    return [(part, _grown(part, length, fit)) for part in phrases(line, fit.most(length))]


def _grown(line: SungLine, length: int, fit: _Fit) -> int:
    """Bars for a phrase; a word of very many syllables cannot be parted."""
    while line.syllables > fit.most(length) and length < 16:
        length *= 2
    return length


def _cost(drafts: Sequence[_Draft], fit: _Fit) -> float:
    """How uncomfortably the words go, and how badly the whole fills the time."""
    cost, count = 0.0, 0
    for draft in drafts:
        for line, length in draft.slots:
            rate = line.syllables / max(0.4, length * fit.bar * 0.8 - BREATH)
            cost += math.log2(rate / fit.rate) ** 2 * (1.6 if rate > fit.rate else 1.0)
            # A long line is better cut than a short one stretched over bars of nothing.
            cost += 1.0 if rate > MOST_RATE else 0.0
            count += 1
    total = sum(d.bars for d in drafts)
    share = total / fit.bars
    over = max(0.0, share - (0.92 if fit.bars > 12 else 1.0))
    return cost / max(1, count) + 14.0 * over + 1.2 * max(0.0, 0.6 - share)


def _cut(drafts: Sequence[_Draft], bars: int, seconds: float) -> list[_Draft]:
    """Whole sections from the beginning, then whole lines of the next, as many as there are bars."""
    kept: list[_Draft] = []
    left = bars
    for draft in drafts:
        if draft.bars <= left:
            kept.append(draft)
            left -= draft.bars
            continue
        if not draft.slots:
            continue
        slots = _whole_lines(draft.slots, left)
        if slots and (len(slots) > 1 or not any(d.slots for d in kept)):
            kept.append(_Draft(draft.letter, draft.name, sum(length for _, length in slots), slots))
        break
    if not any(d.slots for d in kept):
        raise EngineError(f"Not even one line of these lyrics fits into {seconds:g} seconds. Ask for a longer song.")
    return kept


def _whole_lines(slots: Sequence[tuple[SungLine, int]], bars: int) -> tuple[tuple[SungLine, int], ...]:
    """The first slots within so many bars; a line is cut only when it is the first, as prose is."""
    kept: list[tuple[SungLine, int]] = []
    for line, length in slots:
        bars -= length
        if bars < 0:
            break
        kept.append((line, length))
    whole = kept.copy()
    while whole and len(whole) < len(slots) and slots[len(whole)][0].part > 0:
        whole.pop()
    return tuple(whole or kept)


def _fill(drafts: list[_Draft], left: int, fit: _Fit, genre: Genre, *, hook: bool) -> None:
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
        drafts.append(_Draft(letter, {"s": "solo", "A": "interlude", "C": "break"}[letter], between))
        drafts.append(_Draft(returning.letter, returning.name, returning.bars, returning.slots))
        left -= between + returning.bars
    left = _between(drafts, left, fit)
    _ended(drafts, left)


def _opened(drafts: list[_Draft], left: int, fit: _Fit) -> int:
    """An introduction, as long as the song can spare."""
    wanted = 8 if fit.bars >= 96 and fit.bar < 1.9 else 4 if fit.bars >= 20 else 2 if fit.bars >= 10 else 1
    bars = min(left, wanted)
    if not bars:
        return left
    if not drafts[0].slots and drafts[0].letter == "i":
        bars = min(left, max(0, wanted - drafts[0].bars))
        drafts[0].bars += bars
    else:
        drafts.insert(0, _Draft("i", "intro", bars))
    return left - bars


def _rounded(drafts: Sequence[_Draft], left: int, unit: int) -> int:
    """Sections end with the harmony's loop."""
    for draft in drafts:
        missing = -draft.bars % unit
        if draft.letter != "i" and missing <= left:
            draft.bars += missing
            left -= missing
    return left


def _between(drafts: list[_Draft], left: int, fit: _Fit) -> int:
    """A few bars of the band after a chorus, and a longer turn before the last one."""
    if left >= 12 and fit.bars >= 40:
        last = max(i for i, d in enumerate(drafts) if d.slots)
        before = drafts[last - 1] if last else None
        if before is not None and before.slots:
            drafts.insert(last, _Draft("s", "solo", 8))
            left -= 8
    for index in range(len(drafts) - 1, 1, -1):
        here, before = drafts[index], drafts[index - 1]
        if left >= 8 and here.letter == "A" and before.letter == "B" and here.slots:
            drafts.insert(index, _Draft("i", "interlude", 4))
            left -= 4
    return left


def _ended(drafts: list[_Draft], left: int) -> None:
    """The rest: an ending, and bars for the band where it already plays alone."""
    if left >= 2 and drafts[-1].slots:
        ending = min(left, 4 if left < 12 else 8) if left != 3 else 2
        drafts.append(_Draft("o", "outro", ending))
        left -= ending
    inner = [d for d in drafts if not d.slots and d.letter in "sAC"]
    outer = next((d for letter in "oi" for d in drafts if d.letter == letter and not d.slots), drafts[-1])
    for draft in itertools.cycle([*inner, outer]):
        if left < 4:
            outer.bars += left
            return
        draft.bars += 4
        left -= 4


def _placed(drafts: Sequence[_Draft], bars: int, genre: Genre, energy: float) -> SungPlan:
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


def _slots(draft: _Draft, start: int) -> Iterator[Phrase]:
    for place, (line, length) in enumerate(draft.slots):
        yield Phrase(line, start, length, place, place == len(draft.slots) - 1)
        start += length
