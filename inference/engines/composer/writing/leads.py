"""Ways of leading other than singing a theme through: hooks, sparse lines, solos."""

from __future__ import annotations

import random
from dataclasses import replace

from inference.engines.composer.score import Note, Span
from inference.engines.composer.theory import nearest
from inference.engines.composer.writing.melody import Setting, chord_at, legible, shaped, sing, within
from inference.engines.composer.writing.motifs import Theme, new_cell


def hook(theme: Theme, span: Span, setting: Setting, rng: random.Random) -> list[Note]:
    """A two-bar figure that calls and leaves room: every second pair of bars it only answers."""
    sung = sing(theme, span, setting, rng)
    beats = setting.meter.beats
    result = []
    for note in sung:
        bar = int(note.start // beats) - span.start
        if bar % 4 in (0, 1) or (bar % 4 == 2 and note.start % beats < beats / 2 and span.intensity > 0.6):
            result.append(note)
    return result


def sparse(theme: Theme, span: Span, setting: Setting, rng: random.Random) -> list[Note]:
    """A few long notes of the theme with room between them: two bars that call, one that answers, one that rests."""
    beats = setting.meter.beats
    steps = (*theme.cells[0].steps, 0, 1, 2)
    late = theme.cells[0].rhythm[0][0] / 4
    result: list[Note] = []
    pitch = theme.center
    for bar in range(span.bars):
        place = bar % 4
        if place == 3 or (place and rng.random() < 0.15):
            continue
        start = (span.start + bar) * beats
        chord = chord_at(setting.chords, start)
        onsets = ((late, steps[0]), (beats / 2 + late, steps[1])) if place != 1 else ((0.0, steps[2]),)
        for index, (offset, step) in enumerate(onsets[: 1 if place == 2 else 2]):
            goal = theme.center + theme.lift + step * 2 + (2 if bar % 8 > 3 else 0)
            near = [nearest(tone, goal) for tone in chord.tones[: 4 if index else 3]]
            pitch = within(min(near, key=lambda p: (abs(p - goal) + (p == pitch), p)), setting.low, setting.high)
            length = (beats - offset) * 0.95 if index or len(onsets) == 1 else beats / 2 * 0.95
            result.append(Note(start + offset, length if place != 2 else beats * 1.4, pitch, 64 - 4 * index))
    return shaped(legible(result, setting.low, setting.high), span, setting)


def improvise(theme: Theme, span: Span, setting: Setting, rng: random.Random) -> list[Note]:
    """A solo: phrases grown from the theme, denser and wider, with breaths."""
    style = setting.style
    livelier = replace(style, density=min(0.95, style.density + 0.2), syncopation=min(0.8, style.syncopation + 0.15),
        leap=min(0.7, style.leap + 0.2), rest=0.2)  # fmt: skip
    notes: list[Note] = []
    phrase = 0
    while phrase * 2 < span.bars:
        cells = (theme.cells[0], new_cell(livelier, setting.meter, rng)) if phrase % 2 else (new_cell(livelier,
            setting.meter, rng), new_cell(livelier, setting.meter, rng))  # fmt: skip
        center = theme.center + rng.choice((-3, 0, 2, 4)) + 2 * phrase % 5
        local = Theme(cells, center, rng.choice((1, 2, 3)), ("01",), theme.cadence)
        part = Span(span.name, span.theme, span.start + phrase * 2, min(2, span.bars - phrase * 2), span.intensity, 1)
        sung = sing(local, part, setting, rng)
        cut = span.start * setting.meter.beats + (phrase * 2 + 2) * setting.meter.beats - rng.choice((0.5, 1.0, 1.5))
        notes += [n for n in sung if n.start < cut]
        phrase += 1
    return legible(notes, setting.low, setting.high)
