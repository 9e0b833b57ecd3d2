"""Small vocal parts for tests."""

from __future__ import annotations

from collections.abc import Sequence

from inference.singing.model import Sheet, SpokenWord, SungNote
from inference.singing.pronunciation import pronounce

SCALE = (0, 2, 4, 5, 4, 2, 7, 5)


def sheet(
    lines: Sequence[str] = ("Follow the river home",),
    *,
    voice: str = "reed",
    language: str = "en",
    low: int = 52,
    seconds: float = 0.4,
    start: float = 0.5,
    rest: float = 0.6,
    doubled: tuple[tuple[float, float], ...] = (),
) -> Sheet:
    """Every syllable on the next note of a little tune from `low` up, `seconds` each, `rest` after each line."""
    words: list[SpokenWord] = []
    numbers: list[int] = []
    notes: list[SungNote] = []
    time = start
    for line, spoken in enumerate(pronounce(lines, language)):
        for word in spoken:
            for syllable in range(len(word.syllables)):
                pitch = low + SCALE[len(notes) % len(SCALE)]
                notes.append(SungNote(time, seconds, pitch, 96, len(words), syllable))
                time += seconds
            words.append(word)
            numbers.append(line)
        time += rest
    return Sheet(voice, language, tuple(words), tuple(numbers), tuple(notes), doubled)


def nothing(_: float) -> None:
    """A tick that lets the work go on."""
