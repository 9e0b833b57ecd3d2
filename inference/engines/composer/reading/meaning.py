"""What words mean that no table knows: the moods and genres that they are nearest to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from inference.engines.composer.reading import eras, matching, shapes, vectors, words
from inference.engines.composer.reading.evidence import Notebook
from inference.engines.composer.reading.glossary import GLOSSARY
from inference.engines.composer.reading.title import STOP

_MOST_WORDS = 24
_LEAST_MOOD, _LEAST_GENRE = 0.25, 0.15
_SECOND_MOOD = 0.9
"""A second mood joins when it is nearly as near as the first."""
_MOST_GENRES = 5
_KNOWN = (
    words.GENRES, words.MOODS, words.INSTRUMENTS, words.TEMPO_WORDS, words.ENERGY_WORDS, words.METER_WORDS,
    words.MODE_WORDS, eras.NAMED, shapes.FAMILIES, shapes.PARTS,
)  # fmt: skip
_WORD = re.compile(r"(?<![\w'])[a-z]{3,20}(?!\w)")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the words that no table knows are near to, as cosines, nearest first; empty when nothing is known."""

    words: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    moods: Mapping[str, float] | None = None
    genres: Mapping[str, float] | None = None

    def nearest_moods(self) -> tuple[str, ...]:
        """One mood, or two as near."""
        ranked = list((self.moods or {}).items())
        if not ranked or ranked[0][1] < _LEAST_MOOD:
            return ()
        return tuple(name for name, near in ranked[:2] if near >= _SECOND_MOOD * ranked[0][1])

    def nearest_genres(self) -> Mapping[str, float]:
        """A few genres and how near they are."""
        ranked = list((self.genres or {}).items())[:_MOST_GENRES]
        return {name: near for name, near in ranked if near >= _LEAST_GENRE}


def meaning(page: Notebook) -> Meaning:
    """Look at the prompt's other words; English, and common words of the glossary's languages."""
    text = page.text.plain
    taken = {place for table in _KNOWN for hit in matching.found(text, table) for place in range(hit.start, hit.end)}
    known: list[tuple[tuple[int, int], str]] = [
        ((hit.start, hit.end), hit.concept) for hit in matching.found(text, GLOSSARY) if not hit.negated
    ]
    translated = {place for (start, end), _ in known for place in range(start, end)}
    known += [
        (match.span(), match.group())
        for match in _WORD.finditer(text)
        if match.group() not in STOP and not taken & set(range(*match.span())) and match.start() not in translated
    ]
    known = [(span, word) for span, word in sorted(known) if vectors.known_as(word)][:_MOST_WORDS]
    point = vectors.meaning([word for _, word in known])
    if point is None:
        return Meaning()
    return Meaning(
        tuple(dict.fromkeys(page.text.cut(*span) for span, _ in known)),
        tuple(span for span, _ in known),
        _ranked(vectors.nearness(point, "mood")),
        _ranked(vectors.nearness(point, "genre")),
    )


def _ranked(near: Mapping[str, float]) -> Mapping[str, float]:
    return dict(sorted(near.items(), key=lambda item: (-item[1], item[0])))
