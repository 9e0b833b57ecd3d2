"""Lines into bars: how many each needs to be sung in comfort, and which ones fit when there is little time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inference.engines.composer.writing.songtext import MOST_PHRASE, SungLine, SungSection, phrases

MOST_RATE = 5.6
"""Syllables a second that a slot may hold, breath not counted."""
BREATH = 0.4
"""Seconds between two phrases."""
LETTERS: Mapping[str, str] = {
    "verse": "A", "pre-chorus": "p", "chorus": "B", "bridge": "C", "intro": "i", "outro": "o", "solo": "s", "": "C",
}  # fmt: skip
_BARS_A_LINE = (1, 2, 4)


@dataclass(slots=True)
class Draft:
    """A section while the form is made."""

    letter: str
    name: str
    bars: int
    slots: tuple[tuple[SungLine, int], ...] = ()
    """Phrases and the bars each has."""


@dataclass(frozen=True, slots=True)
class Room:
    """The song's time, which decides how many bars a line has."""

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


def drafted(sections: Sequence[SungSection], fit: Room, *, hook: bool) -> list[Draft]:
    """The sections with the bars a line that suit the words and the time best."""
    kinds = sorted({_letter(s) for s in sections if s.lines})
    choices = _BARS_A_LINE[1:] if hook and fit.bars >= 16 else _BARS_A_LINE
    best: list[Draft] = []
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
    return LETTERS.get(section.kind, "C")


def _draft(section: SungSection, lengths: Mapping[str, int], fit: Room) -> Draft:
    letter = _letter(section)
    if not section.lines:
        return Draft(letter, section.kind or section.name, 2)
    slots = tuple(slot for line in section.lines for slot in _slots_of(line, lengths[letter], fit))
    bars = sum(length for _, length in slots)
    return Draft(letter, section.kind or section.name, bars + bars % 2 * (fit.bars > 8), slots)


def _slots_of(line: SungLine, length: int, fit: Room) -> list[tuple[SungLine, int]]:
    """The line in one slot; in one of twice the bars when it is long, and in several when it is longer."""
    if line.syllables <= fit.most(length):
        return [(line, length)]
    if length <= 2 and line.syllables <= min(MOST_PHRASE, fit.most(2 * length)):
        return [(line, 2 * length)]
    return [(part, _grown(part, length, fit)) for part in phrases(line, fit.most(length))]


def _grown(line: SungLine, length: int, fit: Room) -> int:
    """Bars for a phrase; a word of very many syllables cannot be parted."""
    while line.syllables > fit.most(length) and length < 16:
        length *= 2
    return length


def _cost(drafts: Sequence[Draft], fit: Room) -> float:
    """How uncomfortably the words go, and how badly the whole fills the time."""
    cost, count = 0.0, 0
    for draft in drafts:
        for line, length in draft.slots:
            rate = line.syllables / max(0.4, length * fit.bar * 0.8 - BREATH)
            cost += math.log2(rate / fit.rate) ** 2 * (1.6 if rate > fit.rate else 1.0)
            # A long line is better cut than a short one stretched over bars of nothing.
            cost += 1.0 if rate > MOST_RATE else 0.0
            count += 1
    cost /= max(1, count)
    share = sum(d.bars for d in drafts) / fit.bars
    if share > 1.0:
        # More words left out weigh as much as some hurry.
        left_out = math.log2(_syllables(drafts) / max(0.5, _syllables(shortened(drafts, fit.bars))))
        return cost + 1.2 + 1.2 * left_out
    return cost + (14.0 * max(0.0, share - 0.92) if fit.bars > 12 else 0.0) + 1.2 * max(0.0, 0.6 - share)


def _syllables(drafts: Sequence[Draft]) -> int:
    return sum(line.syllables for d in drafts for line, _ in d.slots)


def shortened(drafts: Sequence[Draft], bars: int) -> list[Draft]:
    """Whole sections from the start, then whole lines of the next, as many as there are bars; empty when none fit."""
    kept: list[Draft] = []
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
            kept.append(Draft(draft.letter, draft.name, sum(length for _, length in slots), slots))
        break
    return kept if any(d.slots for d in kept) else []


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
