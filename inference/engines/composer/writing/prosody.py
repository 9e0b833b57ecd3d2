"""Prosody: syllables onto beats, stressed ones where the metre is strong, each line with room to breathe."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from inference.engines.composer.score import Meter
from inference.singing.model import SpokenWord

SHORT = 0.165
"""Seconds from one syllable to the next; less is hurried, as the second of two swung eighths may be."""
_SHORTEST = 0.12
LONGEST = 2.4
"""Seconds a syllable within a word is held, at most."""
LET_GO = 1.0
"""Seconds a word's last syllable is held within a line: a vowel held longer is no longer understood."""
LAST, CLOSING = 1.3, 1.8
"""Seconds the last syllable of a line is held, and of a section."""
PICKUP = 6
"""Sixteenths before its bar in which a phrase may begin."""
_REACH = 12
"""Sixteenths to the next syllable, at most."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A syllable to be set: its stress, whether its word ends with it, and what follows."""

    word: int
    syllable: int
    stress: int
    ends: bool
    pause: bool
    """Whether the line pauses after it, as at a comma."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The sixteenths that a phrase can use, counted from its first bar line; negative ones are its pickup."""

    meter: Meter
    times: tuple[float, ...]
    """Seconds of every sixteenth from `-PICKUP` on."""
    first: int
    """The earliest one that is free."""
    last: int
    """The last on which a syllable may begin."""
    end: int
    """Where the next phrase may need to begin; the breath comes before."""

    def time(self, sixteenth: int) -> float:
        return self.times[sixteenth + PICKUP]

    @property
    def step(self) -> float:
        """Seconds of a sixteenth, on average."""
        return (self.times[-1] - self.times[0]) / (len(self.times) - 1)


@dataclass(frozen=True, slots=True)
class Feel:
    """How a theme moves: the sixteenths its motif uses, and where its pushes stand for the beat after them."""

    onsets: frozenset[int]
    pushed: frozenset[int]
    rate: float
    """Syllables a second that it likes."""
    entry: int
    """Where its first stressed syllable likes to fall, in sixteenths from the bar line."""


def beats_of(words: Sequence[SpokenWord]) -> list[Beat]:
    """The syllables of a phrase; a line in which nothing is stressed is led by its content."""
    beats: list[Beat] = []
    for index, word in enumerate(words):
        last = len(word.syllables) - 1
        pause = word.text.rstrip("\"'”’)").endswith((",", ";", ":", ".", "!", "?", "…", "，", "。"))
        for place, syllable in enumerate(word.syllables):
            beats.append(Beat(index, place, syllable.stress, place == last, pause and place == last))
    return beats


def strength(meter: Meter, sixteenth: int) -> float:
    """How strong a place in the bar is, 0..1 (after Lerdahl and Jackendoff's metrical grid)."""
    place = sixteenth % meter.steps
    pulse = round(meter.pulse * 4)
    if place == 0:
        return 1.0
    if place == _middle(meter):
        return 0.8
    if place % pulse == 0:
        return 0.6
    if place % 2 == 0:
        return 0.25
    return 0.0


def _middle(meter: Meter) -> int:
    """The second strongest place of the bar."""
    return {"4/4": 8, "6/8": 6, "5/4": 12, "7/8": 8}.get(meter.name, -1)


def place(beats: Sequence[Beat], grid: Grid, feel: Feel, like: Sequence[int] = ()) -> list[int]:
    """The sixteenth on which each syllable's vowel begins; `like` are those of a line that it should resemble.

    The cheapest path, by dynamic programming: stress against metre, lengths against what the words and genre want,
    the motif's places against others. Raises ValueError when there is no room.
    """
    positions = [p for p in range(grid.first, grid.last + 1) if _open(p, grid, feel)]
    if len(positions) < len(beats):
        positions = list(range(grid.first, grid.last + 1))
    wanted = _wanted(beats, grid, feel)
    known = frozenset(like)
    costs = [_fit(beats[0], p, grid, feel, known) + _entry(beats, p, grid, feel) for p in positions]
    back: list[list[int]] = []
    for index in range(1, len(beats)):
        before, here = beats[index - 1], beats[index]
        best, came = [math.inf] * len(positions), [-1] * len(positions)
        for there, position in enumerate(positions):
            own = _fit(here, position, grid, feel, known)
            for origin in range(there - 1, -1, -1):
                if position - positions[origin] > _REACH:
                    break
                gap = grid.time(position) - grid.time(positions[origin])
                cost = costs[origin] + own + _length(before, gap, wanted[index - 1])
                if cost < best[there]:
                    best[there], came[there] = cost, origin
        costs = best
        back.append(came)
    finals = [cost + _landing(beats[-1], positions[i], wanted[-1], grid) for i, cost in enumerate(costs)]
    at = min(range(len(finals)), key=lambda i: finals[i])
    if math.isinf(finals[at]):
        raise ValueError("the syllables do not fit")
    path = [at]
    for came in reversed(back):
        path.append(came[path[-1]])
    return [positions[i] for i in reversed(path)]


def squeezed(beats: Sequence[Beat], grid: Grid) -> list[int]:
    """Evenly spread over all the room there is, for words that fit no other way."""
    room = max(len(beats), grid.end - grid.first)
    return [grid.first + index * room // len(beats) for index in range(len(beats))]


def _open(position: int, grid: Grid, feel: Feel) -> bool:
    """Sixteenths between eighths are only for slow songs and quick motifs."""
    return position % 2 == 0 or grid.step >= 0.15 or position in feel.onsets


def _wanted(beats: Sequence[Beat], grid: Grid, feel: Feel) -> list[float]:
    """Seconds that each syllable would like; what a slow line has left over is rest, not longer vowels."""
    room = grid.time(grid.end) - grid.time(max(0, grid.first))
    mean = min(max(0.8 * room / (len(beats) + 1.5), 0.75 / feel.rate), 1.05 / feel.rate)
    wanted = []
    for index, beat in enumerate(beats):
        length = mean * (0.75, 1.0, 1.4)[beat.stress]
        if beat.pause:
            length *= 1.7
        if index == len(beats) - 1:
            length = min(max(2.2 * mean, 0.7), 1.2)
        wanted.append(length)
    return wanted


def _fit(beat: Beat, position: int, grid: Grid, feel: Feel, known: frozenset[int]) -> float:
    strong = strength(grid.meter, position)
    if position in feel.pushed:
        strong = max(strong, 0.6)
    cost = (1.7 * strong**1.5, 0.9 * abs(0.6 - strong), 2.0 * (1 - strong))[beat.stress]
    if known:
        cost += -0.9 if position in known else 0.5
    return cost + (-0.5 if position in feel.onsets else 0.25)


def _entry(beats: Sequence[Beat], position: int, grid: Grid, feel: Feel) -> float:
    """The first stress comes where the theme has it; what is before it is its pickup."""
    ahead = next((i for i, beat in enumerate(beats) if beat.stress == 2), 0)
    start = feel.entry - (2 if grid.step < 0.15 else 1.5) * ahead
    return 0.12 * abs(position - start)


def _length(beat: Beat, seconds: float, wanted: float) -> float:
    if seconds < _SHORTEST:
        return math.inf
    cost = 9.0 * max(0.0, SHORT / seconds - 1.0)
    cost += 1.3 * math.log2(seconds / wanted) ** 2
    if not beat.ends and seconds > 1.0:
        # A word is not torn apart.
        cost += 2.0 * (seconds - 1.0)
    return cost


def _landing(beat: Beat, position: int, wanted: float, grid: Grid) -> float:
    """The last syllable has room to be held before the breath."""
    room = grid.time(grid.end) - grid.time(position) - 0.3
    return 2.5 * max(0.0, math.log2(wanted / max(0.05, room))) ** 2 + 0.03 * max(0.0, room - 2.0)
