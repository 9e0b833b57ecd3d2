"""One written song and words as an engine would time them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from inference.engine import Request, Section, Word
from inference.engines.composer.reading.reader import read
from inference.engines.composer.writing.composing import write

LINES = ("Snow is falling on the river", "and the lamps are burning low", "Every road I ever followed")


@dataclass(frozen=True)
class Song:
    """A score as JSON, its sections, and words sung in its first chorus or verse."""

    score: dict[str, Any]
    sections: tuple[Section, ...]
    words: tuple[Word, ...]
    seconds: float


@pytest.fixture(scope="module", params=["a folk waltz in E minor", "slow blues in Bb major", "reggae in F# minor"])
def song(request: pytest.FixtureRequest) -> Song:
    """A song of a minute."""
    reading = read(Request(request.param, 60.0, 5))
    score = write(reading, 60.0, request.param, lambda fraction: None).as_json()
    sections = tuple(Section(s["name"], s["start"], s["start"] + s["duration"]) for s in score["sections"])
    where = next(s for s in sections if s.name in {"chorus", "verse"} and s.end - s.start > 9)
    return Song(score, sections, timed(where.start + 0.2, where.end - 1.0), 60.0)


def timed(start: float, end: float) -> tuple[Word, ...]:
    """The lines, evenly, with a rest after each."""
    step = (end - start) / (sum(len(line.split()) for line in LINES) + len(LINES))
    words: list[Word] = []
    now = start
    for number, line in enumerate(LINES):
        for text in line.split():
            words.append(Word(text, round(now, 4), round(now + 0.9 * step, 4), number))
            now += step
        now += step
    return tuple(words)
