"""Whether the words are still understood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np

from inference.engine import Word
from inference.hearing.words import CANDIDATES, recognised, sung_lines
from inference.quality.reading import mono

LINES_METHOD = f"each line picked among {CANDIDATES} by a recogniser of English (pocketsphinx); at most 6 lines"
NO_RECOGNISER = (
    "No recogniser with an open vocabulary is installed here, and one that cannot understand singing tells nothing."
)

_RATE = 16_000


class Recogniser(Protocol):
    """Writes down what it hears."""

    @property
    def method(self) -> str:
        """Its name and version."""

    def transcribed(self, vocal: Path) -> str:
        """The words of a vocal, in order."""


def word_error_rate(reference: str, heard: str) -> float | None:
    """Substitutions, deletions and insertions over the words of the reference; None when it has none. May exceed 1."""
    wanted, got = words_of(reference), words_of(heard)
    return _distance(wanted, got) / len(wanted) if wanted else None


def words_of(text: str) -> list[str]:
    """In small letters, composed alike, without punctuation; section tags as in "[chorus]" are no words."""
    plain = unicodedata.normalize("NFKC", re.sub(r"\[[^\]\n]*\]", " ", text)).casefold().replace("’", "'")
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", plain)


def lines_missing(words: Sequence[Word], language: str) -> str:
    """Why lines cannot be picked; empty when they can."""
    if not words:
        return "When which words are sung is not known."
    if (language or "en")[:2].lower() != "en":
        return "Words can only be recognised in English."
    return "" if find_spec("pocketsphinx") else "The recogniser is not installed here."


def lines_understood(vocal: Path, words: Sequence[Word]) -> float | None:
    """Share of the lines that are picked, in per cent; None when no line is made of words that it knows. Unreadable."""
    samples = np.concatenate([*mono(vocal, _RATE, 1 << 16), np.zeros(1, np.float32)])
    judged = recognised(samples, sung_lines(words))
    return 100.0 * sum(judged) / len(judged) if judged else None


def _distance(one: Sequence[str], other: Sequence[str]) -> int:
    """V. Levenshtein's, over words."""
    row = list(range(len(other) + 1))
    for place, word in enumerate(one, 1):
        before, row[0] = row[0], place
        for column, another in enumerate(other, 1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (word != another))
    return row[-1]
