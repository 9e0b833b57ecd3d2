"""Word vectors without heavy libraries: where a word lies in meaning, and how near moods and genres are.

The table is distilled from all-MiniLM-L6-v2 (Apache-2.0) by `vectors_build.py`, which says how.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt
from operator import mul
from pathlib import Path

MAGIC = b"RVEC"

_TABLE = Path(__file__).with_name("vectors.bin")
_HEAD = struct.Struct("<HII")
_LEAST_PART = 3
_SUFFIXES = (
    ("ies", "y"), ("ves", "f"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"),
    ("ly", ""), ("ness", ""), ("iness", "y"),
)  # fmt: skip

Vector = Sequence[float]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of small integers by name, names in order; concepts are named "=mood:happy"."""

    dimensions: int
    names: tuple[str, ...]
    weights: bytes
    rows: array[int]

    def row(self, name: str) -> Sequence[int] | None:
        """The row of that exact name."""
        place = self._place(name)
        return None if place is None else self.rows[place * self.dimensions : (place + 1) * self.dimensions]

    def weight(self, name: str) -> int:
        """How much a word says, 0..255; 0 for one that is not there."""
        place = self._place(name)
        return 0 if place is None else self.weights[place]

    def _place(self, name: str) -> int | None:
        place = bisect_left(self.names, name)
        return place if place < len(self.names) and self.names[place] == name else None


@cache
def table() -> Table:
    """The table that ships with the composer, read once."""
    return read_table(_TABLE.read_bytes())


def read_table(data: bytes) -> Table:
    """The table in `data`; ValueError when it holds none."""
    if not data.startswith(MAGIC):
        raise ValueError("not a table of word vectors")
    dimensions, count, letters = _HEAD.unpack_from(data, len(MAGIC))
    start = len(MAGIC) + _HEAD.size
    names = tuple(data[start : start + letters].decode("ascii").split("\n"))
    start += letters
    rows = array("b", data[start + count :])
    if len(names) != count or len(rows) != count * dimensions:
        raise ValueError("the table of word vectors is damaged")
    return Table(dimensions, names, data[start : start + count], rows)


def stems(word: str) -> Iterator[str]:
    """What an English word may be a form of."""
    for suffix, instead in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) + len(instead) >= _LEAST_PART:
            stem = word[: -len(suffix)] + instead
            yield stem
            if suffix in ("ing", "ed") and not instead and len(stem) > _LEAST_PART and stem[-1] == stem[-2]:
                yield stem[:-1]


def known_as(word: str) -> tuple[str, ...]:
    """The names of the table that stand for a plain English word: itself, its stem, or the two words it joins."""
    words = table()
    for form in (word, *stems(word)):
        if words.weight(form):
            return (form,)
    cuts = [
        (word[:cut], word[cut:])
        for cut in range(_LEAST_PART, len(word) - _LEAST_PART + 1)
        if words.weight(word[:cut]) and words.weight(word[cut:])
    ]
    # The most even cut: "thunder" and "clap", not "thu" and "nderclap".
    return min(cuts, key=lambda cut: abs(len(cut[0]) - len(cut[1])), default=())


def meaning(words: Sequence[str]) -> Vector | None:
    """The mean of some words, each weighing as much as it says; None when none is known."""
    here = table()
    total = [0.0] * here.dimensions
    for word in words:
        for name in known_as(word):
            row, weight = here.row(name), here.weight(name) / 255
            total = [sum_ + weight * value for sum_, value in zip(total, row or (), strict=True)]
    return total if any(total) else None


def nearness(vector: Vector, kind: str) -> Mapping[str, float]:
    """Cosine, −1..1, of a vector with every concept of a kind, "mood" or "genre"."""
    here = table()
    length = sqrt(sum(map(mul, vector, vector)))
    result = {}
    for name in _concepts(kind):
        row = here.row(f"={kind}:{name}") or ()
        result[name] = sum(map(mul, vector, row)) / (length * sqrt(sum(map(mul, row, row))))
    return result


@cache
def _concepts(kind: str) -> tuple[str, ...]:
    prefix = f"={kind}:"
    return tuple(name.removeprefix(prefix) for name in table().names if name.startswith(prefix))
