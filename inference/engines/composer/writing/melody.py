"""Melody: a motif of rhythm and contour that is stated, answered, developed, and comes back changed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from inference.engines.composer.genres.base import Melody
from inference.engines.composer.score import Meter, Note, Span
from inference.engines.composer.theory import Chord, Key, nearest, nearest_step, scale_pitch
from inference.engines.composer.writing import rhythms
from inference.engines.composer.writing.motifs import Cell, Theme
from inference.engines.composer.writing.ornaments import crushed, ornamented

BASE = 48


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
    scheme = theme.phrase(span.bars)
    for bar in range(span.bars):
        place = bar % len(scheme)
        sign = "F" if bar == span.bars - 1 and span.bars > 2 else scheme[place]
        if sign == "-":
            continue
        start = (span.start + bar) * setting.meter.beats
        line = theme.center + 1.7 * theme.lift * _arch(place, len(scheme))
        if sign in "KF":
            fresh = _rest(theme, start, line, previous, setting, final=sign == "F" and bar == span.bars - 1)
        else:
            fresh = _bar(_stated(theme, int(sign), bar, span), start, line, previous, setting)
        if _breathed(scheme, place) and fresh:
            notes = _led_in(theme, notes, fresh[0], start, setting)
        if fresh:
            previous = fresh[-1].pitch
        notes += fresh
    if span.turn > 0:
        notes = ornamented(notes, setting.key, BASE, rng, 0.1 + 0.08 * span.turn)
    if setting.style.blue:
        notes = crushed(notes, setting.key, rng)
    return shaped(legible(notes, setting.low, setting.high), span, setting)


def _arch(place: int, length: int) -> float:
    x = (place + 0.5) / length
    return 1.6 * (1 - abs(2 * x - 1.15)) - 0.4


def _breathed(scheme: str, place: int) -> bool:
    """Whether a phrase begins with this bar."""
    return scheme[place] not in "KF" and scheme[place - 1] in "KF-"


def _stated(theme: Theme, index: int, bar: int, span: Span) -> Cell:
    cell = theme.cells[min(index, len(theme.cells) - 1)]
    if (bar >= 4 and bar % 4 == 2) and (bar >= 8 or span.turn > 0):
        # The development climbs when it is heard again.
        return Cell(cell.rhythm, tuple(s + (1 if i % 2 else 0) for i, s in enumerate(cell.steps)))
    return cell


def _led_in(theme: Theme, notes: list[Note], first: Note, start: float, setting: Setting) -> list[Note]:
    """The notes before a phrase, with its upbeat, which walks into `first`."""
    begin = start - max(theme.pickup, default=0) / 4
    if not theme.pickup or begin < 0:
        return notes
    kept = [n for n in notes if n.start < begin - 0.2]
    if kept:
        last = kept[-1]
        kept[-1] = Note(last.start, min(last.duration, begin - last.start), last.pitch, last.velocity)
    goal = nearest_step(setting.key, first.pitch, BASE)
    below = first.pitch >= theme.center
    for index, at in enumerate(theme.pickup):
        left = len(theme.pickup) - index
        step = goal - left if below else goal + left
        length = (at - theme.pickup[index + 1] if left > 1 else at) / 4
        kept.append(Note(start - at / 4, length, scale_pitch(setting.key, step, BASE), 84))
    return kept


def _rest(theme: Theme, start: float, line: float, previous: int, setting: Setting, *, final: bool) -> list[Note]:
    """A cadence: by step into a note at home in the chord."""
    key = setting.key
    rhythm = [(o, n) for o, n in theme.cadence if o < setting.meter.steps] or [(0, setting.meter.steps // 2)]
    at = start + rhythm[-1][0] / 4
    goal = _cadence(round((line + 2 * previous) / 3), chord_at(setting.chords, at), key, final=final)
    home = nearest_step(key, goal, BASE)
    above = 1 if previous > goal or (previous == goal and theme.lift % 2) else -1
    notes = []
    for index, (onset, length) in enumerate(rhythm):
        left = len(rhythm) - 1 - index
        moment = start + onset / 4
        pitch = goal if not left else scale_pitch(key, home + above * left, BASE)
        if left and onset % 4 == 0:
            pitch = _settled(pitch, chord_at(setting.chords, moment), setting, strong=left > 1)
        notes.append(Note(moment, length / 4, within(pitch, setting.low, setting.high), 90))
    return notes


def _bar(cell: Cell, start: float, line: float, previous: int, setting: Setting) -> list[Note]:
    key, beats = setting.key, setting.meter.beats
    anchor_chord = chord_at(setting.chords, start)
    target = 0.4 * line + 0.6 * previous if previous else line
    lowest, highest = min(cell.steps), max(cell.steps)

    def cost(pitch: int) -> tuple[float, int]:
        # The whole cell lies in the range, or a line would break off by octaves.
        step = nearest_step(key, pitch, BASE)
        over = scale_pitch(key, step + highest, BASE) - setting.high
        under = setting.low - scale_pitch(key, step + lowest, BASE)
        return abs(pitch - target) + 1.5 * (pitch == previous) + 4 * max(0, over, under), pitch

    near = [nearest(tone, round(target)) + octave for tone in anchor_chord.tones[:4] for octave in (-12, 0, 12)]
    anchor_step = nearest_step(key, min(near, key=cost), BASE)
    notes: list[Note] = []
    for index, (onset, length) in enumerate(cell.rhythm):
        at = start + onset / 4
        last = index == len(cell.rhythm) - 1
        chord = chord_at(setting.chords, min(at + 0.26, start + beats - 0.01) if onset % 4 else at)
        pitch = scale_pitch(key, anchor_step + cell.steps[index], BASE)
        pulses = onset / 4 / setting.meter.pulse
        weighty = length >= 4 and pulses % 1 == 0
        strong = pulses % 2 == 0 or weighty or length >= 6 or last
        pitch = within(_settled(pitch, chord, setting, strong=strong), setting.low, setting.high)
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
    """The notes without leaps beyond an octave, in the range, each ending where the next begins."""
    result: list[Note] = []
    for note in notes:
        pitch = within(note.pitch, low, high)
        if result:
            last = result[-1]
            if abs(pitch - last.pitch) > 12:
                options = [p for p in range(low, high + 1) if (p - pitch) % 12 == 0]
                pitch = min(options or [pitch], key=lambda p: (abs(p - last.pitch), p))
            if last.start < note.start < last.start + last.duration:
                result[-1] = Note(last.start, note.start - last.start, last.pitch, last.velocity)
        result.append(Note(note.start, note.duration, pitch, note.velocity))
    return result


def shaped(notes: Sequence[Note], span: Span, setting: Setting) -> list[Note]:
    """The notes with accents of the metre, a swell to the height of each phrase, and the touch of the style."""
    meter, style = setting.meter, setting.style
    result: list[Note] = []
    for note in notes:
        place = note.start % meter.beats
        accent = 8 if place < 0.01 else 3 if abs(place % meter.pulse) < 0.01 else -4
        bar = (note.start / meter.beats - span.start) % 4
        swell = 5 * (1 - abs(bar - 2.2) / 2.2)
        height = min(6.0, max(-6.0, 0.5 * (note.pitch - style.center)))
        level = 74 + 26 * span.intensity + accent + swell + height
        length = note.duration * style.gate if note.duration < 1.5 else note.duration
        result.append(Note(note.start, length, note.pitch, int(min(122, max(36, level)))))
    return result
