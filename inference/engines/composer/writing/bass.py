"""The bass: patterns on the chord's degrees that lock to the kick, and lines that walk."""

from __future__ import annotations

import random
from collections.abc import Sequence

from inference.engines.composer.score import Meter, Note, Span
from inference.engines.composer.theory import QUALITIES, Chord, Key, nearest
from inference.engines.composer.writing.accompaniment import steps
from inference.engines.composer.writing.melody import chord_at
from inference.engines.composer.writing.styles import Style


def line(
    style: Style,
    chords: Sequence[Chord],
    span: Span,
    meter: Meter,
    patterns: tuple[str, str],
    kick: frozenset[int],
    center: int,
) -> list[Note]:
    """A patterned section; notes on a kick are a little stronger, ghosts on none."""
    notes: list[Note] = []
    for bar in range(span.bars):
        pattern = patterns[1] if bar % 4 == 3 else patterns[0]
        start = (span.start + bar) * meter.beats
        for step in steps(pattern[: meter.steps]):
            at = start + step.at / 4
            chord = chord_at(chords, at)
            following = chord_at(chords, min(chord.end + 0.01, chords[-1].end - 0.01))
            pitch = _degree(step.sign, chord, following, center)
            length = min(step.length / 4 * style.gate, chord.end - at)
            level = style.velocity + (6 if step.at in kick else 0) + (-34 if step.sign == "g" else 0)
            level += round(12 * (span.intensity - 0.6)) + (4 if step.at == 0 else 0) - (9 if step.sign == "5" else 0)
            notes.append(Note(at, max(0.1, 0.12 if step.sign == "g" else length), pitch, max(24, min(122, level))))
            if chord.end - at < step.length / 4 - 0.26:
                # The pattern holds across a change of chord: the bass goes along.
                rest = at + step.length / 4 - chord.end
                notes.append(
                    Note(chord.end, rest * style.gate, _degree("1", following, following, center), max(24, level - 4))
                )
    return notes


def _degree(sign: str, chord: Chord, following: Chord, center: int) -> int:
    root = nearest(chord.bass, center)
    intervals = QUALITIES[chord.quality]
    third = next((i for i in intervals if i in (3, 4)), 7 if 7 in intervals else 5)
    fifth = next((i for i in intervals if i in (6, 7, 8)), 7)
    seventh = next((i for i in intervals if i in (10, 11)), 9 if 9 in intervals else 10 if third == 3 else 9)
    if chord.bass != chord.root and sign in "357":
        root = nearest(chord.root, center)
    if sign == "a":
        goal = nearest(following.bass, center)
        return goal - 1 if goal >= root else goal + 1
    return root + {"1": 0, "g": 0, "3": third, "5": fifth, "6": 9, "7": seventh, "8": 12}.get(sign, 0)


def walking(chords: Sequence[Chord], span: Span, meter: Meter, key: Key, center: int, rng: random.Random) -> list[Note]:
    """A quarter-note line: roots on the changes, chord and scale tones between, a half step into the next root."""
    notes: list[Note] = []
    pitch = center
    beats = int(span.bars * meter.beats)
    for index in range(beats):
        at = span.start * meter.beats + index
        chord = chord_at(chords, at)
        offset = at - chord.start
        following = chord_at(chords, min(chord.end + 0.01, chords[-1].end - 0.01))
        goal = nearest(following.bass, pitch)
        if offset < 0.5:
            pitch = nearest(chord.bass, pitch)
            pitch -= 12 if pitch > center + 9 else 0
            pitch += 12 if pitch < center - 7 else 0
        elif chord.end - at <= 1.01:
            pitch = goal + rng.choice((-1, 1, -1, 2 if rng.random() < 0.4 else 1))
        else:
            pool = [nearest(t, pitch + move) for t in chord.tones[:4] for move in (-3, 3)]
            pool += [nearest(s, pitch + move) for s in key.scale for move in (-2, 2)][:: 2 if offset > 1 else 3]
            near_goal = 1 if goal >= pitch else -1
            if abs(pitch - center) > 6:
                near_goal = -1 if pitch > center else 1
            pool = [p for p in pool if p != pitch] or [pitch]
            pitch = min(pool, key=lambda p: (abs(p - pitch - 2 * near_goal) + rng.random() * 3, p))
        while pitch < center - 9:
            pitch += 12
        while pitch > center + 12:
            pitch -= 12
        accent = 6 if index % 2 else 0
        notes.append(Note(float(at), 0.92, pitch, int(80 + accent + 10 * (span.intensity - 0.5))))
        if rng.random() < 0.1 * span.intensity and chord.end - at > 1:
            notes[-1] = Note(float(at), 0.45, pitch, notes[-1].velocity)
            notes.append(Note(at + 0.5, 0.4, pitch, notes[-1].velocity - 26))
    return notes


def pedal(chords: Sequence[Chord], span: Span, meter: Meter, key: Key, center: int) -> list[Note]:
    """The tonic held under every chord that bears it; the others stand on their own root."""
    first, last = span.start * meter.beats, span.end * meter.beats
    notes: list[Note] = []
    for chord in chords:
        if not first <= chord.start < last:
            continue
        bears = key.tonic in chord.tones or (key.tonic - chord.root) % 12 in (2, 5, 10)
        pitch = nearest(key.tonic if bears else chord.bass, center)
        if notes and notes[-1].pitch == pitch and notes[-1].duration < 4 * meter.beats:
            held = notes[-1]
            notes[-1] = Note(held.start, held.duration + chord.duration, pitch, held.velocity)
        else:
            notes.append(Note(chord.start, chord.duration, pitch, 66 + round(12 * (span.intensity - 0.6))))
    return notes
