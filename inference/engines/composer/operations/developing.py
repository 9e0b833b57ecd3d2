"""A melody that comes back developed: recognisable at its start, ornamented, and risen towards its end."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from inference.engines.composer.score import Meter, Note, Span
from inference.engines.composer.theory import Chord, Key, nearest, nearest_step, scale_pitch
from inference.engines.composer.writing.melody import BASE, chord_at
from inference.engines.composer.writing.ornaments import ornamented

_ORNAMENTS = 0.3


def developed(
    notes: Sequence[Note],
    source: Span,
    target: Span,
    chords: Sequence[Chord],
    key: Key,
    meter: Meter,
    rng: random.Random,
) -> list[Note]:
    """The notes of section `source`, in the bars of `target`: no bar is quite what it was, the second half is higher.

    `chords` are those of the target.
    """
    beats = meter.beats
    result: list[Note] = []
    rise = rng.choice((1, 2, 2, 3))
    for bar in range(target.bars):
        start = (source.start + bar % source.bars) * beats
        shift = (target.start + bar) * beats - start
        here = [replace(n, start=n.start + shift) for n in notes if start <= n.start < start + beats]
        if not here:
            continue
        plain = here
        if bar % 8 >= 4 or (target.bars <= 4 and bar >= target.bars // 2):
            here = [_risen(note, rise, chords, key) for note in here]
        here = ornamented(here, key, BASE, rng, _ORNAMENTS)
        result += here if here != plain else _turned(here, chords, key, rng)
    return [replace(note, velocity=min(122, note.velocity + 4)) for note in result]


def _risen(note: Note, steps: int, chords: Sequence[Chord], key: Key) -> Note:
    """The note some steps of the scale higher; long ones come to rest on the chord."""
    pitch = scale_pitch(key, nearest_step(key, note.pitch, BASE) + steps, BASE)
    if note.duration >= 0.75:
        tones = chord_at(chords, note.start).tones
        pitch = min((nearest(tone, pitch) for tone in tones), key=lambda p: (abs(p - pitch), p))
    return replace(note, pitch=pitch)


def _turned(notes: list[Note], chords: Sequence[Chord], key: Key, rng: random.Random) -> list[Note]:
    """A bar with its last note turned over its neighbour, or moved to another tone of the chord when it is short."""
    *rest, last = notes
    if last.duration >= 0.75:
        step = nearest_step(key, last.pitch, BASE) + rng.choice((1, -1))
        half = round(last.duration * 2) / 4
        turn = Note(last.start + half, last.duration - half, scale_pitch(key, step, BASE), max(30, last.velocity - 10))
        return [*rest, replace(last, duration=half), turn]
    tones = [nearest(tone, last.pitch) for tone in chord_at(chords, last.start).tones]
    others = [pitch for pitch in tones if pitch != last.pitch]
    return [*rest, replace(last, pitch=min(others, key=lambda p: abs(p - last.pitch)))] if others else notes
