"""Finding known words in free text: any script, any accent, stems, negations, and near misses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from inference.engines.composer.reading import words


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept found in the text, where, and whether it was negated ("no drums")."""

    concept: str
    start: int
    end: int
    negated: bool


def plain(text: str) -> str:
    """The text in small letters without accents, so that one spelling matches all."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss").casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("’", "'")


@cache
def _pattern(entries: str) -> re.Pattern[str]:
    def one(entry: str) -> str:
        stem = entry.endswith("*")
        body = re.escape(plain(entry.rstrip("*"))).replace(r"\ ", r"[\s-]+")
        if not entry.isascii() and not re.match(r"[a-zа-я]", plain(entry)):
            return body
        return rf"(?<!\w){body}" + (r"\w*" if stem else r"(?!\w)")

    ordered = sorted(set(entries.split("|")), key=len, reverse=True)
    return re.compile("|".join(one(entry) for entry in ordered if entry))


@cache
def _negation_before() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{words.NEGATIONS})\s+(?:\w+\s+)?$")


def found(text: str, table: Mapping[str, str]) -> list[Hit]:
    """Every concept of `table` in the plain `text`, in order; of overlapping ones the longest stays."""
    hits = [
        Hit(concept, m.start(), m.end(), bool(_negation_before().search(text[max(0, m.start() - 24) : m.start()])))
        for concept, entries in table.items()
        for m in _pattern(entries).finditer(text)
    ]
    hits.sort(key=lambda hit: (hit.start - hit.end, hit.start))
    kept: list[Hit] = []
    for hit in hits:
        if all(hit.end <= other.start or hit.start >= other.end or _twins(hit, other) for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: (hit.start, hit.concept))


def _twins(one: Hit, other: Hit) -> bool:
    return (one.start, one.end) == (other.start, other.end)


def contains(text: str, entries: str) -> bool:
    """Whether the plain `text` holds any of the entries."""
    return _pattern(entries).search(text) is not None


@cache
def _trigrams(word: str) -> frozenset[str]:
    padded = f"  {word} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


@cache
def _vocabulary() -> tuple[tuple[str, str, str], ...]:
    rows = []
    for kind, table in (("genre", words.GENRES), ("mood", words.MOODS), ("instrument", words.INSTRUMENTS)):
        for concept, entries in table.items():
            for entry in entries.split("|"):
                word = plain(entry.rstrip("*"))
                if " " not in word and len(word) >= 4:
                    rows.append((kind, concept, word))
    return tuple(rows)


def near(unknown: Iterable[str]) -> list[tuple[str, str, str]]:
    """(kind, concept, word) for words that are spelled almost like a known one, best spelling first a word."""
    result = []
    for word in unknown:
        grams = _trigrams(word)
        best, best_score = ("", ""), 0.0
        for kind, concept, known in _vocabulary():
            if abs(len(known) - len(word)) > 3:
                continue
            other = _trigrams(known)
            score = 2 * len(grams & other) / (len(grams) + len(other))
            if score > best_score:
                best, best_score = (kind, concept), score
        if best_score >= 0.62:
            result.append((*best, word))
    return result
