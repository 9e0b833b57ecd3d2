"""Ornaments that change a theme when it returns."""

from __future__ import annotations

import random
from collections.abc import Sequence

from inference.engines.composer.score import Note
from inference.engines.composer.theory import Key, nearest_step, scale_pitch


def ornamented(notes: Sequence[Note], key: Key, base: int, rng: random.Random, chance: float) -> list[Note]:
    """The notes with some gaps walked through and some long notes turned."""
    result: list[Note] = []
    for index, note in enumerate(notes):
        following = notes[index + 1] if index + 1 < len(notes) else None
        roll = rng.random()
        gap = following.pitch - note.pitch if following else 0
        joined = following is not None and following.start - (note.start + note.duration) < 0.01
        if joined and note.duration >= 1.0 and abs(gap) in (3, 4, 5) and roll < chance * 2:
            step = nearest_step(key, note.pitch, base) + (1 if gap > 0 else -1)
            part = note.duration / 2
            result.append(Note(note.start, note.duration - part, note.pitch, note.velocity))
            result.append(
                Note(note.start + note.duration - part, part, scale_pitch(key, step, base), note.velocity - 12)
            )
        elif note.duration >= 1.5 and roll < chance:
            upper = scale_pitch(key, nearest_step(key, note.pitch, base) + 1, base)
            result.append(Note(note.start, 0.25, note.pitch, note.velocity))
            result.append(Note(note.start + 0.25, 0.25, upper, note.velocity - 14))
            result.append(Note(note.start + 0.5, note.duration - 0.5, note.pitch, note.velocity - 4))
        else:
            result.append(note)
    return result


def crushed(notes: Sequence[Note], key: Key, rng: random.Random) -> list[Note]:
    """The notes with some thirds of the key struck from the blue third or the fourth just beside them."""
    third = (key.tonic + (3 if key.minor else 4)) % 12
    fifth = (key.tonic + 7) % 12
    result: list[Note] = []
    for note in notes:
        if note.duration >= 0.5 and note.pitch % 12 in (third, fifth) and rng.random() < 0.14:
            below = -1 if not (key.minor and note.pitch % 12 == third) else 2
            result.append(Note(note.start, 0.12, note.pitch + below, note.velocity - 10))
            result.append(Note(note.start + 0.12, note.duration - 0.12, note.pitch, note.velocity))
        else:
            result.append(note)
    return result
