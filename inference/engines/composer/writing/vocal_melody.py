"""The pitches of a vocal line: a motif's contour over the harmony, within what a voice can comfortably sing."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from inference.engines.composer.genres.base import Melody
from inference.engines.composer.score import Meter
from inference.engines.composer.theory import Chord, Key
from inference.engines.composer.writing import rhythms
from inference.engines.composer.writing.melody import chord_at
from inference.engines.composer.writing.motifs import Cell, new_cell
from inference.engines.composer.writing.prosody import Feel, strength

_STEP = 1.75
"""Semitones of a scale step, on average."""
_LEAPS = (0.75, 0.1, 0.0, 0.3, 0.4, 0.7, 2.6, 1.1, 2.2, 3.0, 6.0, 8.0, 3.4)
"""What an interval costs, by semitones; wider ones are not sung."""
_SAID, _RECITED = 2, 3
"""After a note that was said over once, and more than once."""
_STUCK = 0.9
"""What it costs to say it over yet again."""
_LEAP = 5
"""A wider interval is a leap, and wants to be left by a step back."""
_PLANS: Mapping[str, tuple[str, ...]] = {
    "A": ("abac", "aabc", "abab", "abcc"),
    "B": ("aaba", "abac", "aaab", "abab"),
    "p": ("aab", "abc"),
    "C": ("abac", "aabb"),
}
"""Which lines of a stanza share their melody."""


@dataclass(frozen=True, slots=True)
class VocalTheme:
    """What the lines of one kind of section are made of."""

    letter: str
    cells: tuple[Cell, Cell]
    center: int
    low: int
    high: int
    lift: float
    """Scale steps by which a phrase rises at its height."""
    plan: str
    """A letter for each line of a stanza; equal ones share their melody."""
    feel: Feel
    repeats: float
    """How much it recites on one note, 0..1."""
    noise: str
    """Names its own well of chance."""

    def role(self, place: int) -> str:
        """The letter of the line at that place."""
        return self.plan[place % len(self.plan)]


def vocal_themes(
    style: Melody, meter: Meter, center: int, rate: float, seed: str, rng: random.Random
) -> Mapping[str, VocalTheme]:
    """Verse, chorus, bridge and pre-chorus from two motifs; the chorus lies higher, broader and repeats itself."""
    calm = replace(style, density=max(0.15, style.density - 0.1))
    broad = replace(style, density=max(0.1, style.density - 0.25))
    first, second, third = new_cell(calm, meter, rng), new_cell(calm, meter, rng), new_cell(broad, meter, rng)
    hook = Cell(third.rhythm, third.steps) if rng.random() < 0.6 else Cell(first.rhythm, tuple(reversed(first.steps)))
    upside = Cell(second.rhythm, tuple(-step for step in second.steps))

    def theme(letter: str, cells: tuple[Cell, Cell], rise: int, faster: float, entries: Sequence[int]) -> VocalTheme:
        onsets, pushed = _places(cells, meter)
        middle = center + rise
        return VocalTheme(
            letter, cells, middle, center - 5, center + (5 if letter == "A" else 7), rng.choice((1.5, 2.0, 2.5)),
            rng.choice(_PLANS.get(letter, _PLANS["A"])),
            Feel(onsets, pushed, rate * faster, rng.choice(entries)),
            rng.choice((0.2, 0.5, 0.9)) if letter in "Ap" else rng.choice((0.1, 0.4)),
            f"{seed}:{letter}",
        )  # fmt: skip

    late = round(meter.pulse * 4)
    return {
        "A": theme("A", (first, second), 0, 1.0, (0, 0, late, 2)),
        "p": theme("p", (second, second), 3, 1.08, (0, 0, 2)),
        "B": theme("B", (hook, third), 4, 0.88, (0, 0, 0, -2)),
        "C": theme("C", (upside, third), rng.choice((1, 3)), 0.92, (0, late)),
    }


def _places(cells: Sequence[Cell], meter: Meter) -> tuple[frozenset[int], frozenset[int]]:
    """The sixteenths that the motif uses over four bars, and those of them that push ahead of a beat."""
    onsets, pushed = set(), set()
    for bar in range(4):
        for onset, length in cells[bar % 2].rhythm:
            at = bar * meter.steps + onset
            onsets.add(at)
            if onset % 4 in (2, 3) and length >= 3:
                pushed.add(at)
    return frozenset(onsets), frozenset(pushed)


@dataclass(frozen=True, slots=True)
class Tone:
    """A syllable on its beat, waiting for a pitch."""

    beat: float
    """In the song."""
    place: int
    """Sixteenths from the phrase's bar line."""
    duration: float
    stress: int
    last: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a line must agree with."""

    key: Key
    meter: Meter
    chords: Sequence[Chord]
    bars: int
    """Bars of the phrase."""
    role: str
    height: float
    """How far the stanza has risen at this line, 0..1."""
    closing: bool
    """Whether it ends the section."""
    blue: bool
    pentatonic: bool
    before: int | None
    """The last pitch of the line before."""


def pitches(tones: Sequence[Tone], theme: VocalTheme, around: Surroundings, like: Mapping[int, int]) -> list[int]:
    """A pitch for each syllable; `like` gives the pitches by place of a line that it should resemble.

    The cheapest path by dynamic programming over pitch and what came just before: a leap that waits to be resolved, or
    a note said over.
    """
    choices = [_choices(tone, theme, around) for tone in tones]
    noise = _noise(theme, around.role)
    fits = [[_fit(p, t, theme, around, like, noise) for p in c] for t, c in zip(tones, choices, strict=True)]
    states: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {}
    for pitch, cost in zip(choices[0], fits[0], strict=True):
        opening = 0.35 * _interval(abs(pitch - around.before)) if around.before is not None else 0.0
        states[pitch, 0] = (cost + opening, (pitch,))
    for index in range(1, len(tones)):
        states = _step(states, tones[index - 1 : index + 1], choices[index], fits[index], theme.repeats)
    return list(min(states.values())[1])


def _step(
    states: Mapping[tuple[int, int], tuple[float, tuple[int, ...]]],
    tones: Sequence[Tone],
    choices: Sequence[int],
    fits: Sequence[float],
    repeats: float,
) -> dict[tuple[int, int], tuple[float, tuple[int, ...]]]:
    rising = tones[1].stress - tones[0].stress
    following: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {}
    for (before, past), (cost, path) in states.items():
        for pitch, fit in zip(choices, fits, strict=True):
            move = pitch - before
            size = abs(move)
            if size >= len(_LEAPS):
                continue
            total = cost + fit + _LEAPS[size]
            if move == 0:
                total += _STUCK if past == _RECITED else -0.6 * repeats
            leap = past if past in (-1, 1) else 0
            if leap and (move * leap > 0 or size > 4):
                total += 1.6
            # A stressed syllable stands above the one before it, as it does in speech.
            if rising > 0 and move < 0:
                total += 0.32 * min(5, size)
            elif rising < 0 and move > 0:
                total += 0.24 * min(5, size)
            state = (pitch, _history(move, past))
            if state not in following or total < following[state][0]:
                following[state] = (total, (*path, pitch))
    return following


def _history(move: int, past: int) -> int:
    """What the next note must know: a leap up or down, or for how long one note was said over."""
    if move == 0:
        return _RECITED if past in (_SAID, _RECITED) else _SAID
    return 0 if abs(move) <= _LEAP else 1 if move > 0 else -1


def _interval(size: int) -> float:
    return _LEAPS[size] if size < len(_LEAPS) else 9.0


def _choices(tone: Tone, theme: VocalTheme, around: Surroundings) -> list[int]:
    key = around.key
    allowed = set(key.scale)
    if around.pentatonic:
        allowed = {(key.tonic + step) % 12 for step in rhythms.PENTATONIC[key.minor]}
    chord = chord_at(around.chords, tone.beat)
    # The seventh of a dominant, a borrowed third: what the chord has, the voice may have.
    tones = set(chord.tones[:4])
    raised = {t for t in tones if t not in key.scale}
    allowed = {a for a in allowed if not {(a + 1) % 12, (a - 1) % 12} & raised} | tones
    return [p for p in range(theme.low, theme.high + 1) if p % 12 in allowed] or [theme.center]


def _fit(
    pitch: int, tone: Tone, theme: VocalTheme, around: Surroundings, like: Mapping[int, int],
    noise: Mapping[tuple[int, int], float],
) -> float:  # fmt: skip
    target = _target(tone, theme, around)
    cost = 0.11 * min(36.0, (pitch - target) ** 2)
    cost += _harmony(pitch, tone, around)
    if tone.last:
        cost += _cadence(pitch, tone, around)
    if tone.place in like:
        cost += -1.0 if like[tone.place] == pitch else 0.35
    return cost + noise[(tone.place // 2) % 32, pitch % 12]


def _target(tone: Tone, theme: VocalTheme, around: Surroundings) -> float:
    """The contour: the motif's steps on a phrase that rises and falls, in a stanza that does so too."""
    steps = around.meter.steps
    bar, place = divmod(max(0, tone.place), steps)
    cell = theme.cells[bar % 2]
    shape = next(
        (float(s) for (o, _), s in zip(reversed(cell.rhythm), reversed(cell.steps), strict=False) if o <= place), 0.0
    )
    # A motif that lies high or low is heard around its own middle.
    shape -= sum(cell.steps) / max(1, len(cell.steps))
    share = min(1.0, max(0.0, tone.place / (steps * around.bars * 0.8)))
    arch = math.sin(math.pi * min(1.0, share * 1.1)) - 0.45 * share
    offset = {"a": 0.0, "b": 1.0, "c": -0.5}[around.role]
    return theme.center + _STEP * (0.85 * shape + theme.lift * (arch - 0.4) + offset + 1.2 * around.height)


def _harmony(pitch: int, tone: Tone, around: Surroundings) -> float:
    chord = chord_at(around.chords, tone.beat)
    tones = {t % 12 for t in chord.tones[:4]}
    weight = 0.25 + 1.0 * strength(around.meter, tone.place) + 1.2 * min(1.5, tone.duration)
    ahead = chord_at(around.chords, tone.beat + min(0.5, tone.duration))
    if ahead is not chord and tone.duration > 0.5:
        # A syllable pushed ahead of a change of chord belongs to the chord it sounds with.
        tones = {t % 12 for t in ahead.tones[:4]}
    if pitch % 12 in tones:
        return 0.0 if pitch % 12 in {t % 12 for t in chord.tones[:3]} else 0.15
    sour = any((pitch - t) % 12 == 1 for t in tones) and not (around.blue and tone.duration < 0.6)
    return weight * (1.5 if sour else 0.75)


def _cadence(pitch: int, tone: Tone, around: Surroundings) -> float:
    """Lines that close come home; others stay open."""
    chord = chord_at(around.chords, tone.beat)
    home = around.key.tonic
    if around.closing:
        stable = {home} if home in chord.tones else {chord.root, chord.tones[1]}
        return 0.0 if pitch % 12 in stable else 1.5
    if around.role == "c":
        return 0.0 if pitch % 12 in {chord.root, chord.tones[1]} else 0.6
    return 0.5 if pitch % 12 == home else 0.0


def _noise(theme: VocalTheme, role: str) -> Mapping[tuple[int, int], float]:
    """A little wilfulness, the same whenever the theme comes back."""
    rng = random.Random(f"{theme.noise}:{role}")  # noqa: S311 - music, not secrets
    return {(place, pitch): rng.uniform(-0.4, 0.4) for place in range(32) for pitch in range(12)}
