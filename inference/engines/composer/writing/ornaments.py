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
