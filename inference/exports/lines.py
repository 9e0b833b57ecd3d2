"""Sung words, gathered into the lines they are sung in."""

from __future__ import annotations

from collections.abc import Sequence

from inference.engine import Word

_BREATH = 0.3
"""Seconds of rest after which the first word of a line, sung again, begins the line again."""


def sung_lines(words: Sequence[Word]) -> tuple[tuple[Word, ...], ...]:
    """The words by line, in the order they are sung; a line that is sung twice is there twice."""
    lines: list[list[Word]] = []
    for word in words:
        if not lines or _begins(word, lines[-1]):
            lines.append([])
        lines[-1].append(word)
    return tuple(tuple(line) for line in lines)


def _begins(word: Word, line: Sequence[Word]) -> bool:
    if word.line != line[0].line:
        return True
    return word.text == line[0].text and word.start - line[-1].end > _BREATH
