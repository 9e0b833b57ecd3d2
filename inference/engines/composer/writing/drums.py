"""Drums: grooves that vary, ghost notes, fills into the joints, crashes out of them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

from inference.engines.composer.chance import well
from inference.engines.composer.score import Meter, Note, Span
from inference.engines.composer.writing.grooves import EXTRAS, GROOVES, LEVEL, MIDI, Bar, Groove


def kicks(groove: Groove, span: Span, meter: Meter, choice: int) -> frozenset[int]:
    """The sixteenths of a bar on which the section's kick falls."""
    bars = _bars(groove, span, meter)
    if not bars:
        return frozenset()
    pattern = bars[choice % len(bars)].get("k", "")
    return frozenset(i for i, sign in enumerate(pattern[: meter.steps]) if sign in "Xx")


def section(name: str, span: Span, following: Span | None, meter: Meter, choice: int, rng: random.Random) -> list[Note]:
    """One section of the kit: a groove, its variations, and a fill where the next one asks for it."""
    groove = GROOVES[name]
    bars = _bars(groove, span, meter)
    if not bars:
        return []
    main = bars[choice % len(bars)]
    other = bars[(choice + 1) % len(bars)]
    notes: list[Note] = []
    for bar in range(span.bars):
        start = (span.start + bar) * meter.beats
        last = bar == span.bars - 1
        pattern = main
        if last and span.bars > 1 and (following is None or following.intensity >= span.intensity - 0.25):
            pattern = _with_fill(
                main, groove, meter, rng, big=following is not None and following.intensity > span.intensity + 0.12
            )
        elif bar % 8 == 6 and len(bars) > 1 and span.intensity > 0.6:
            pattern = other
        notes += _played(pattern, start, meter, span, rng, small_turn=bar % 4 == 3 and not last)
    if groove.crash and span.start > 0 and span.intensity >= 0.6:
        notes.append(Note(span.start * meter.beats, 2.0, MIDI["x"], 96))
        if span.intensity > 0.9 and span.bars >= 8:
            notes.append(Note((span.start + span.bars // 2) * meter.beats, 2.0, MIDI["x"], 78))
    if "build" in span.name or span.name in ("ascent", "pre-chorus"):
        notes = [n for n in notes if n.pitch != MIDI["k"] or n.start < (span.end - 1) * meter.beats]
        if name in ("four floor", "techno", "trance", "breakbeat"):
            notes += _roll(span, meter)
    if span.theme == "C" and span.intensity < 0.5:
        # A break breathes: no kick, no back-beat, until its last bar.
        away = (MIDI["k"], MIDI["s"], MIDI["c"])
        notes = [n for n in notes if n.pitch not in away or n.start >= (span.end - 1) * meter.beats]
    return sorted(notes, key=lambda n: (n.start, n.pitch))


def _bars(groove: Groove, span: Span, meter: Meter) -> tuple[Bar, ...]:
    if meter.name == "3/4" and groove.three:
        return groove.three
    if meter.name == "6/8" and (groove.six or groove.three):
        return groove.six or groove.three
    bars = groove.full if span.intensity >= 0.55 else groove.calm or groove.full
    if meter.steps == 16:
        return bars
    return tuple({voice: _fit(pattern, meter.steps) for voice, pattern in bar.items()} for bar in bars)


def _fit(pattern: str, size: int) -> str:
    return (pattern + pattern)[:size]


def _with_fill(main: Bar, groove: Groove, meter: Meter, rng: random.Random, *, big: bool) -> Bar:
    if not groove.fills:
        return main
    fill = groove.fills[rng.randrange(len(groove.fills))]
    size = meter.steps
    tail = min(size, max(4, size // 2 if big else size // 4))
    result = {}
    for voice in {*main, *fill}:
        before = main.get(voice, "").ljust(size, "-")[: size - tail]
        source = fill.get(voice, "").ljust(16, "-") if len(fill.get(voice, "")) <= 16 else fill[voice]
        after = source[16 - tail : 16]
        if voice in "hdoy" and voice not in fill:
            after = ""
        result[voice] = (before + after).ljust(size, "-")
    return result


def _played(
    pattern: Bar, start: float, meter: Meter, span: Span, rng: random.Random, *, small_turn: bool
) -> list[Note]:
    notes: list[Note] = []
    push = 0.88 + 0.2 * (span.intensity - 0.5)
    for voice in sorted(pattern):
        signs = pattern[voice]
        for index, sign in enumerate(signs[: meter.steps]):
            if sign == "-":
                continue
            level = LEVEL[sign] * push
            if voice in "hdy":
                level *= 0.92 + 0.08 * (index % 4 == 0)
            notes.append(Note(start + index / 4, 0.2, MIDI[voice], int(min(125, max(14, level)))))
    if small_turn and "k" in pattern and rng.random() < 0.5 * span.intensity:
        notes.append(Note(start + meter.beats - 0.5, 0.2, MIDI["k"], 84))
    if small_turn and "h" in pattern and meter.steps == 16 and rng.random() < 0.5:
        notes.append(Note(start + meter.beats - 0.5, 0.4, MIDI["o"], 72))
    return notes


def _roll(span: Span, meter: Meter) -> list[Note]:
    """A snare roll that tightens towards the drop."""
    notes: list[Note] = []
    for bar in range(span.bars):
        left = span.bars - bar
        step = 1.0 if left > 2 else 0.5 if left == 2 else 0.25
        position = 0.0
        while position < meter.beats - (0.5 if left == 1 else 0.0):
            share = (bar + position / meter.beats) / span.bars
            notes.append(Note((span.start + bar) * meter.beats + position, 0.2, MIDI["s"], int(40 + 66 * share)))
            position += step
    return notes


def percussion(style: str, span: Span, meter: Meter, choice: int) -> list[Note]:
    """Hand percussion beside the kit."""
    options = EXTRAS[style]
    pattern = {voice: _fit(signs, meter.steps) for voice, signs in options[choice % len(options)].items()}
    quiet = well("percussion")
    return [
        note
        for bar in range(span.bars)
        for note in _played(pattern, (span.start + bar) * meter.beats, meter, span, quiet, small_turn=False)
    ]


def transitions(spans: Sequence[Span], meter: Meter) -> list[Note]:
    """Risers into sections that are much more intense than the one before, and an impact where they begin."""
    notes: list[Note] = []
    for before, span in itertools.pairwise(spans):
        if span.intensity < before.intensity + 0.2 or span.intensity < 0.7:
            continue
        length = min(2, before.bars) * meter.beats
        start = span.start * meter.beats
        notes.append(Note(start - length, length, MIDI["~"], 92))
        notes.append(Note(start, 4.0, MIDI["!"], 90))
    return notes


def ending(name: str, at: float, kit: Sequence[Note]) -> list[Note]:
    """The stroke on the last chord."""
    groove = GROOVES[name]
    if not kit or not (groove.full or groove.calm):
        return []
    notes = [Note(at, 0.5, MIDI["k"], 104)]
    if groove.crash:
        notes.append(Note(at, 4.0, MIDI["x"], 92))
    return notes
