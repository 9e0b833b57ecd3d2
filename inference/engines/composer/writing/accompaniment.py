"""Accompaniment: chords, arpeggios, pads and counter-lines played from patterns over the harmony."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inference.engines.composer.score import Meter, Note, Span
from inference.engines.composer.theory import QUALITIES, Chord, Key, nearest, nearest_step, scale_pitch, voicing
from inference.engines.composer.writing.melody import BASE, chord_at
from inference.engines.composer.writing.styles import Style

_LOUD = {"X": 12, "x": 0, "o": -14, ".": -30, "h": -6, "b": 2}


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a pattern: the sign, the sixteenth it starts on, and how long it is held."""

    sign: str
    at: int
    length: int


def steps(pattern: str) -> Iterator[Step]:
    """The events of one bar's pattern."""
    index = 0
    while index < len(pattern):
        sign = pattern[index]
        end = index + 1
        while end < len(pattern) and pattern[end] == "=":
            end += 1
        if sign not in "-=":
            yield Step(sign, index, end - index)
        index = end


class Voices:
    """The voicing of every chord of a part, moving smoothly from chord to chord and clear of the part `beside` it."""

    def __init__(
        self, chords: Sequence[Chord], center: int, count: int, beside: Voices | None, *, power: bool = False
    ) -> None:
        previous: tuple[int, ...] = ()
        self._of: dict[float, tuple[int, ...]] = {}
        for chord in chords:
            if power:
                # Distortion makes mud of thirds: root, fifth and octave only.
                root = nearest(chord.root, center - 5)
                previous = (root, root + (6 if 6 in QUALITIES[chord.quality] else 7), root + 12)[:count]
            else:
                previous = voicing(chord, previous, center, count, beside.at(chord) if beside else ())
            self._of[chord.start] = previous

    def at(self, chord: Chord) -> tuple[int, ...]:
        return self._of[chord.start]


def pattern_for(style: Style, meter: Meter, span: Span, rng: random.Random) -> tuple[str, str]:
    """The bar a section repeats and the one that turns it around."""
    options = style.bars(meter.name, span.intensity)
    main = options[rng.randrange(len(options))]
    return main, options[rng.randrange(len(options))]


def comp(
    style: Style,
    chords: Sequence[Chord],
    span: Span,
    meter: Meter,
    voices: Voices,
    patterns: tuple[str, str],
    clock_tempo: float,
) -> list[Note]:
    """A section of chords or arpeggios."""
    notes: list[Note] = []
    strum = style.strum * clock_tempo / 60.0
    for bar in range(span.bars):
        pattern = patterns[1] if bar % 4 == 3 else patterns[0]
        start = (span.start + bar) * meter.beats
        for step in steps(pattern[: meter.steps]):
            at = start + step.at / 4
            chord = chord_at(chords, at)
            # A push just before the next chord already plays it.
            if step.at % 2 == 1 or step.at == meter.steps - 2:
                ahead = chord_at(chords, min(at + 0.5, chords[-1].start))
                chord = ahead if step.at >= meter.steps - 2 and ahead.start > at else chord
            limit = chord.end - at if at >= chord.start else chord.duration
            length = chord.end - at if style.ring else step.length / 4 * min(1.0, style.gate)
            notes += _struck(step.sign, at, max(0.08, min(length, limit)), chord, voices.at(chord), style, strum, span)
    return notes


def _struck(
    sign: str, at: float, length: float, chord: Chord, pitches: tuple[int, ...], style: Style, strum: float, span: Span
) -> list[Note]:
    level = style.velocity + _LOUD.get(sign, 0) + round(14 * (span.intensity - 0.6))
    if sign.isdigit():
        octave, index = divmod(int(sign), len(pitches))
        return [Note(at, length, pitches[index] + 12 * octave, _clip(level))]
    if sign == "b":
        low = nearest(chord.bass, max(40, style.center - 16))
        return [Note(at, length, low, _clip(level))]
    chosen = pitches[1:] if sign == "h" and len(pitches) > 2 else pitches
    if sign == ".":
        length = min(length, 0.12)
    down = round(at * 4) % 4 == 0
    order = chosen if down else chosen[::-1]
    return [
        Note(
            at + strum * i / len(chosen),
            max(0.06, length - strum * i / len(chosen)),
            p,
            _clip(level - (0 if down else 6) - i),
        )
        for i, p in enumerate(order)
    ]


def _clip(velocity: float) -> int:
    return int(min(124, max(18, velocity)))


def pad(chords: Sequence[Chord], span: Span, meter: Meter, voices: Voices, velocity: int) -> list[Note]:
    """Held chords; tones that stay are tied over."""
    first, last = span.start * meter.beats, span.end * meter.beats
    notes: list[Note] = []
    open_notes: dict[int, Note] = {}
    level = _clip(velocity + round(20 * (span.intensity - 0.6)))
    for chord in chords:
        if chord.end <= first or chord.start >= last:
            continue
        pitches = set(voices.at(chord))
        notes += [open_notes.pop(pitch) for pitch in sorted(set(open_notes) - pitches)]
        for pitch in sorted(pitches):
            held = open_notes.get(pitch)
            if held is not None and held.duration < meter.beats * 4:
                open_notes[pitch] = Note(held.start, held.duration + chord.duration, pitch, level)
            else:
                if held is not None:
                    notes.append(held)
                open_notes[pitch] = Note(chord.start, chord.duration, pitch, level)
    notes += [open_notes[pitch] for pitch in sorted(open_notes)]
    return sorted(notes, key=lambda n: (n.start, n.pitch))


def drone(key: Key, span: Span, meter: Meter, center: int) -> list[Note]:
    """Tonic and fifth, held through the section."""
    root = nearest(key.tonic, center)
    length = span.bars * meter.beats
    return [Note(span.start * meter.beats, length, p, 64) for p in (root, root + 7)]


def counter(
    chords: Sequence[Chord], lead: Sequence[Note], span: Span, meter: Meter, low: int, high: int, rng: random.Random
) -> list[Note]:
    """A second line: guide tones that move by step, and a short answer where the lead breathes."""
    first, last = span.start * meter.beats, span.end * meter.beats
    notes: list[Note] = []
    previous = (low + high) // 2
    busy = [(n.start, n.start + n.duration) for n in lead if first <= n.start < last]
    for chord in (c for c in chords if first <= c.start < last):
        options = [p for tone in chord.tones[1:4] for p in range(low, high + 1) if p % 12 == tone]
        pitch = min(options or [previous], key=lambda p: (abs(p - previous) + (2 if p == previous else 0), p))
        half = chord.start + chord.duration / 2
        answering = not any(a < chord.end and b > half for a, b in busy)
        if answering and chord.duration >= 2 and rng.random() < 0.8:
            run = sorted(
                (p for t in chord.tones[:3] for p in range(low, high + 1) if p % 12 == t), key=lambda p: abs(p - pitch)
            )
            notes.append(Note(chord.start, chord.duration / 2, pitch, _clip(68 + 16 * span.intensity)))
            for i, answer in enumerate(run[1:3] if len(run) > 2 else run):
                part = chord.duration / 4
                notes.append(Note(half + i * part, part * 0.9, answer, _clip(72 + 18 * span.intensity)))
        else:
            notes.append(Note(chord.start, chord.duration * 0.96, pitch, _clip(66 + 16 * span.intensity)))
        previous = notes[-1].pitch
    return notes


def double(
    lead: Sequence[Note], span: Span, key: Key, chords: Sequence[Chord], meter: Meter, interval: int
) -> list[Note]:
    """The lead again, some scale steps away (an octave when 7)."""
    first, last = span.start * meter.beats, span.end * meter.beats
    notes = []
    for note in lead:
        if not first <= note.start < last:
            continue
        if interval % 7 == 0:
            pitch = note.pitch + 12 * (interval // 7)
        else:
            pitch = scale_pitch(key, nearest_step(key, note.pitch, BASE) + interval, BASE)
            tones = chord_at(chords, note.start).tones
            if note.duration >= 0.75 and pitch % 12 not in tones:
                pitch = min((nearest(t, pitch) for t in tones), key=lambda p: (abs(p - pitch), p))
        notes.append(Note(note.start, note.duration, pitch, max(20, note.velocity - 16)))
    return notes
