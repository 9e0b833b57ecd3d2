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
    """A few long notes with room between them."""
    beats = setting.meter.beats
    result: list[Note] = []
    for bar in range(0, span.bars, 2):
        start = (span.start + bar) * beats
        if rng.random() < 0.25:
            continue
        chord = chord_at(setting.chords, start)
        first = within(nearest(rng.choice(chord.tones[1:4]), theme.center), setting.low, setting.high)
        result.append(Note(start + rng.choice((0.0, 0.5, 1.0)), beats * 0.8, first, 66))
        if rng.random() < 0.6:
            later = chord_at(setting.chords, start + beats)
            second = within(nearest(rng.choice(later.tones[:3]), first), setting.low, setting.high)
            result.append(Note(start + beats, beats * 0.9, second, 58))
    return shaped(result, span, setting)


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
