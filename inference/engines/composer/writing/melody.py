"""Melody: a motif of rhythm and contour that is stated, answered, developed, and comes back changed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inference.engines.composer.genres.base import Melody
from inference.engines.composer.score import Meter, Note, Span
from inference.engines.composer.theory import Chord, Key, nearest, nearest_step, scale_pitch
from inference.engines.composer.writing import rhythms
from inference.engines.composer.writing.ornaments import ornamented

BASE = 48


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


def themes(style: Melody, meter: Meter, center: int, rng: random.Random) -> Mapping[str, Theme]:
    """Related themes: the chorus answers the verse higher and broader, the bridge turns it upside down."""
    first, second = new_cell(style, meter, rng), new_cell(style, meter, rng)
    verse = Theme((first, second), center, rng.choice((1, 2, 2, 3)))
    if rng.random() < 0.5:
        hook = Cell(first.rhythm, _varied(second.steps, len(first.rhythm), rng))
    else:
        hook = new_cell(style, meter, rng)
    broad = new_cell(Melody(max(0.1, style.density - 0.15), style.syncopation), meter, rng)
    chorus = Theme((hook, broad), center + rng.choice((2, 3, 4)), rng.choice((1, 2, 3)))
    upside = Cell(second.rhythm, tuple(-s for s in second.steps))
    bridge = Theme((upside, new_cell(style, meter, rng)), center + rng.choice((-2, 0, 2)), rng.choice((2, 3, 4)))
    return {
        "A": verse,
        "B": chorus,
        "C": bridge,
        "p": Theme((second, upside), center + 1, 3),
        "s": verse,
        "i": chorus,
        "o": chorus,
    }


def _varied(steps: Sequence[int], length: int, rng: random.Random) -> tuple[int, ...]:
    source = list(steps) or [0]
    return tuple(source[i % len(source)] + (rng.choice((0, 0, 1, -1)) if i else 0) for i in range(length))


def new_cell(style: Melody, meter: Meter, rng: random.Random) -> Cell:
    """A fresh bar of motif."""
    rhythm = _rhythm(style, meter, rng)
    contour = rng.choice(rhythms.CONTOURS)
    stretch = 1.0 + (style.leap - 0.3) * 1.2
    steps = [round(contour[i * len(contour) // max(1, len(rhythm))] * stretch) for i in range(len(rhythm))]
    if len(rhythm) > 6:
        steps = [contour[i % 6] + (i // 6) for i in range(len(rhythm))]
    return Cell(tuple(rhythm), tuple(steps))


def _rhythm(style: Melody, meter: Meter, rng: random.Random) -> list[tuple[int, int]]:
    bank, size = (
        (rhythms.HALVES, 8)
        if meter.steps % 8 == 0
        else (rhythms.SIXES, 12)
        if meter.name == "6/8"
        else (rhythms.THREES, 12)
    )
    onsets: list[tuple[int, int]] = []
    position = 0
    while position < meter.steps:
        for length in rng.choice(bank[_kind(style, rng)]):
            if position >= meter.steps:
                break
            if length > 0:
                onsets.append((position, min(length, meter.steps - position)))
            position += abs(length)
        position = max(position, 1)
        if size == 12 and meter.steps == 12:
            break
    return onsets or [(0, meter.steps)]


def _kind(style: Melody, rng: random.Random) -> str:
    pushed = rng.random() < style.syncopation
    draw = style.density + rng.uniform(-0.22, 0.22)
    if draw < 0.28:
        return "long"
    if draw < 0.58:
        return "push" if pushed else "plain"
    return "busy push" if pushed else "busy"


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything a melody must agree with."""

    key: Key
    meter: Meter
    style: Melody
    chords: tuple[Chord, ...]
    low: int
    high: int


def chord_at(chords: Sequence[Chord], beat: float) -> Chord:
    """The chord that sounds at `beat`."""
    low, high = 0, len(chords) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if chords[middle].start <= beat + 1e-6:
            low = middle
        else:
            high = middle - 1
    return chords[low]


def sing(theme: Theme, span: Span, setting: Setting, rng: random.Random) -> list[Note]:
    """The theme over the chords of a section: statement, answer, development, cadence; changed when it returns."""
    notes: list[Note] = []
    previous = theme.center
    length = 8 if span.bars % 8 == 0 else 4
    for bar in range(span.bars):
        place = bar % length
        cell = _placed(theme, place, length, bar // length, span, rng)
        if cell is None:
            continue
        start = (span.start + bar) * setting.meter.beats
        closing = place == length - 1
        half = place == length // 2 - 1 and length == 8
        line = theme.center + 1.7 * theme.lift * _arch(place, length)
        bar_notes = _bar(
            cell, start, line, previous, setting, closing=closing or half, final=closing and bar == span.bars - 1
        )
        if bar_notes:
            previous = bar_notes[-1].pitch
        notes += bar_notes
    if span.turn > 0:
        notes = ornamented(notes, setting.key, BASE, rng, 0.1 + 0.08 * span.turn)
    return shaped(legible(notes, setting.low, setting.high), span, setting.meter)


def _arch(place: int, length: int) -> float:
    x = (place + 0.5) / length
    return 1.6 * (1 - abs(2 * x - 1.15)) - 0.4


def _placed(theme: Theme, place: int, length: int, turn: int, span: Span, rng: random.Random) -> Cell | None:
    first, second = theme.cells[0], theme.cells[-1]
    order = (first, second, first, None) if length == 4 else (first, second, first, None, first, second, second, None)
    cell = order[place]
    if cell is not None:
        if place >= 4 and place == length - 3 and turn + span.turn > 0:
            return Cell(cell.rhythm, tuple(s + (1 if i % 2 else 0) for i, s in enumerate(cell.steps)))
        return cell
    kept = [(o, d) for o, d in second.rhythm if o < 4] or [(0, 4)]
    start = max(o for o, _ in kept)
    tail = 8 if place == length - 1 else 6
    rhythm = (*kept[:-1], (start, tail))
    return Cell(rhythm, tuple(second.steps[: len(rhythm)]) + (0,) * max(0, len(rhythm) - len(second.steps)))


def _bar(
    cell: Cell, start: float, line: float, previous: int, setting: Setting, *, closing: bool, final: bool
) -> list[Note]:
    key, beats = setting.key, setting.meter.beats
    anchor_chord = chord_at(setting.chords, start)
    target = (line + previous) / 2 if previous else line
    anchor = min((nearest(tone, round(target)) for tone in anchor_chord.tones[:4]), key=lambda p: (abs(p - target), p))
    anchor_step = nearest_step(key, anchor, BASE)
    notes: list[Note] = []
    for index, (onset, length) in enumerate(cell.rhythm):
        at = start + onset / 4
        last = index == len(cell.rhythm) - 1
        chord = chord_at(setting.chords, min(at + 0.26, start + beats - 0.01) if onset % 4 else at)
        pitch = scale_pitch(key, anchor_step + cell.steps[index], BASE)
        pulses = onset / 4 / setting.meter.pulse
        weighty = length >= 4 and pulses % 1 == 0
        strong = pulses % 2 == 0 or weighty or length >= 6 or last
        pitch = _settled(pitch, chord, setting, strong=strong)
        if closing and last:
            pitch = _cadence(pitch, chord, key, final=final)
        pitch = within(pitch, setting.low, setting.high)
        notes.append(Note(at, length / 4, pitch, 90))
    return _passing(notes, setting)


def _passing(notes: list[Note], setting: Setting) -> list[Note]:
    """Short notes between two that lie a third apart walk through the middle."""
    for index in range(1, len(notes) - 1):
        before, note, after = notes[index - 1 : index + 2]
        gap = after.pitch - before.pitch
        if (
            note.duration <= 0.75
            and abs(gap) in (3, 4)
            and not min(before.pitch, after.pitch) < note.pitch < max(before.pitch, after.pitch)
        ):
            step = nearest_step(setting.key, before.pitch, BASE) + (1 if gap > 0 else -1)
            notes[index] = Note(note.start, note.duration, scale_pitch(setting.key, step, BASE), note.velocity)
    return notes


def _settled(pitch: int, chord: Chord, setting: Setting, *, strong: bool) -> int:
    tones = {t % 12 for t in chord.tones}
    if pitch % 12 in tones:
        return pitch
    if strong:
        return min((nearest(t, pitch) for t in chord.tones), key=lambda p: (abs(p - pitch), p))
    if any((pitch - tone) % 12 == 1 for tone in tones):
        return min((nearest(t, pitch) for t in chord.tones), key=lambda p: (abs(p - pitch), p))
    for shift in (1, -1):
        # A chord tone outside the scale (a leading tone, a borrowed third) replaces its scale neighbour.
        if (pitch + shift) % 12 in tones and (pitch + shift) % 12 not in setting.key.scale:
            return pitch + shift
    if setting.style.pentatonic:
        allowed = rhythms.PENTATONIC[setting.key.minor]
        return min((nearest((setting.key.tonic + a) % 12, pitch) for a in allowed), key=lambda p: (abs(p - pitch), p))
    return pitch


def _cadence(pitch: int, chord: Chord, key: Key, *, final: bool) -> int:
    stable = (
        [chord.root, chord.tones[1]]
        if final
        else [chord.tones[-1] if len(chord.tones) < 4 else chord.tones[2], chord.tones[1]]
    )
    if final and key.tonic in chord.tones:
        stable = [key.tonic]
    return min((nearest(t, pitch) for t in stable), key=lambda p: abs(p - pitch))


def within(pitch: int, low: int, high: int) -> int:
    """The pitch, moved by octaves into the range."""
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return pitch


def legible(notes: Sequence[Note], low: int, high: int) -> list[Note]:
    """The notes without leaps beyond an octave, in the range."""
    result: list[Note] = []
    for note in notes:
        pitch = within(note.pitch, low, high)
        if result and abs(pitch - result[-1].pitch) > 12:
            last = result[-1].pitch
            options = [p for p in range(low, high + 1) if (p - pitch) % 12 == 0]
            pitch = min(options or [pitch], key=lambda p: (abs(p - last), p))
        result.append(Note(note.start, note.duration, pitch, note.velocity))
    return result


def shaped(notes: Sequence[Note], span: Span, meter: Meter) -> list[Note]:
    """The notes with accents of the metre and a swell to the height of each phrase."""
    result: list[Note] = []
    for note in notes:
        place = note.start % meter.beats
        accent = 8 if place < 0.01 else 3 if abs(place % meter.pulse) < 0.01 else -4
        bar = (note.start / meter.beats - span.start) % 4
        swell = 5 * (1 - abs(bar - 2.2) / 2.2)
        level = 74 + 26 * span.intensity + accent + swell
        result.append(Note(note.start, note.duration, note.pitch, int(min(122, max(36, level)))))
    return result
