"""Finding known words in free text: any script, any accent, stems, negations, and near misses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from inference.engines.composer.reading import words

_TOKEN = re.compile(r"\w+")
_LETTERED = re.compile(r"[0-9a-zа-я]")
_NEGATION = re.compile(rf"(?<!\w)(?:{words.NEGATIONS})\s+(?:\w+\s+)?$")
_NEGATION_LETTERS = 24
_WHOLE = {"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"}
"""Letters that have no accent to take away."""
_LISTED = re.compile(rf"\s+(?:{words.LISTING}|{words.LISTING_MORE})\s+|\s*,\s*(?:{words.LISTING_MORE})\s+")
_WITHOUT_AFTER = re.compile(r"-?(?:less|free)(?!\w)")


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept found in the text, where, and whether it was negated ("no drums")."""

    concept: str
    start: int
    end: int
    negated: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A text as written and in its plain form, and for each plain letter where it was written."""

    written: str
    plain: str
    origin: tuple[int, ...]

    def cut(self, start: int, end: int) -> str:
        """What was written where the plain form has `start` to `end`."""
        if start >= end or start >= len(self.origin):
            return ""
        return " ".join(self.written[self.origin[start] : self.origin[min(end, len(self.origin)) - 1] + 1].split())


def spread(written: str) -> Text:
    """The text with its plain form."""
    pieces = [(place, letter) for place, c in enumerate(written) for letter in _plain_letter(c)]
    return Text(written, "".join(letter for _, letter in pieces), tuple(place for place, _ in pieces))


def plain(text: str) -> str:
    """The text in small letters without accents, so that one spelling matches all."""
    return text.lower() if text.isascii() else "".join(map(_plain_letter, text))


@lru_cache(4096)
def _plain_letter(letter: str) -> str:
    decomposed = unicodedata.normalize("NFKD", _WHOLE.get(letter.casefold(), letter.casefold()))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("’", "'")


@dataclass(slots=True)
class _Lexicon:
    """The entries of a table, ready to be looked up word by word."""

    table: Mapping[str, str]
    exact: dict[str, list[str]] = field(default_factory=dict)
    stems: dict[str, list[str]] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    """How many words the longest entry has that begins with this one."""
    symbols: dict[str, list[str]] = field(default_factory=dict)
    """Entries of scripts without spaces, and emoji."""
    any_symbol: re.Pattern[str] | None = None

    def __post_init__(self) -> None:
        for concept, entries in self.table.items():
            for entry in filter(None, entries.split("|")):
                self._add(concept, plain(entry.rstrip("*")), stem=entry.endswith("*"))
        if self.symbols:
            ordered = sorted(self.symbols, key=len, reverse=True)
            self.any_symbol = re.compile("|".join(map(re.escape, ordered)))

    def _add(self, concept: str, entry: str, *, stem: bool) -> None:
        if not _LETTERED.match(entry):
            self.symbols.setdefault(entry, []).append(concept)
            return
        tokens, gaps = _tokens(entry)
        (self.stems if stem else self.exact).setdefault(_phrase(entry, tokens, gaps, 0, len(tokens)), []).append(
            concept
        )
        first = entry[slice(*tokens[0])]
        if len(tokens) > 1:
            self.longest[first] = max(self.longest.get(first, 1), len(tokens))


_LEXICONS: dict[int, _Lexicon] = {}


def _lexicon(table: Mapping[str, str]) -> _Lexicon:
    """The tables are constants: each is prepared once."""
    known = _LEXICONS.get(id(table))
    if known is None or known.table is not table:
        known = _LEXICONS[id(table)] = _Lexicon(table)
    return known


@lru_cache(8)
def _tokens(text: str) -> tuple[tuple[tuple[int, int], ...], tuple[str, ...]]:
    """Where the words are, and what stands after each: a space for blanks and hyphens, else the signs themselves."""
    spans = tuple(match.span() for match in _TOKEN.finditer(text))
    ends = [*(start for start, _ in spans[1:]), len(text)][: len(spans)]
    gaps = []
    for (_, end), following in zip(spans, ends, strict=True):
        signs = text[end:following].replace("-", " ").strip()
        gaps.append(signs or " ")
    return spans, tuple(gaps)


def _phrase(text: str, tokens: tuple[tuple[int, int], ...], gaps: tuple[str, ...], first: int, last: int) -> str:
    parts = [text[slice(*tokens[first])]]
    for place in range(first + 1, last):
        parts += [gaps[place - 1], text[slice(*tokens[place])]]
    return "".join(parts)


def found(text: str, table: Mapping[str, str]) -> list[Hit]:
    """Every concept of `table` in the plain `text`, in order; of overlapping ones the longest stays."""
    hits = [Hit(concept, start, end, False) for concept, start, end in _all(text, _lexicon(table))]
    hits.sort(key=lambda hit: (hit.start - hit.end, hit.start))
    kept: list[Hit] = []
    taken: dict[int, tuple[int, int]] = {}
    for hit in hits:
        here = (hit.start, hit.end)
        if all(taken.get(place, here) == here for place in range(hit.start, hit.end)):
            taken.update(dict.fromkeys(range(hit.start, hit.end), here))
            kept.append(hit)
    kept.sort(key=lambda hit: (hit.start, hit.concept))
    return _negated(text, kept)


def _all(text: str, lexicon: _Lexicon) -> Iterable[tuple[str, int, int]]:
    tokens, gaps = _tokens(text)
    for first, (start, stop) in enumerate(tokens):
        most = lexicon.longest.get(text[start:stop], 1)
        for last in range(first + 1, min(first + most, len(tokens)) + 1):
            phrase, end = _phrase(text, tokens, gaps, first, last), tokens[last - 1][1]
            for concept in lexicon.exact.get(phrase, ()):
                yield concept, start, end
            least = len(phrase) - (end - tokens[last - 1][0]) + 1
            for length in range(max(2, least), min(len(phrase), 24) + 1):
                for concept in lexicon.stems.get(phrase[:length], ()):
                    yield concept, start, end
    if lexicon.any_symbol is not None and not text.isascii():
        for match in lexicon.any_symbol.finditer(text):
            for concept in lexicon.symbols[match.group()]:
                yield concept, match.start(), match.end()


def _negated(text: str, hits: list[Hit]) -> list[Hit]:
    """The hits with their negations: "no drums", "drumless", and "no drums, bass or piano" to the end of the list."""
    result: list[Hit] = []
    for hit in hits:
        before = text[max(0, hit.start - _NEGATION_LETTERS) : hit.start]
        negated = bool(_NEGATION.search(before)) or bool(_WITHOUT_AFTER.match(text, hit.end))
        if not negated and result and result[-1].negated:
            negated = bool(_LISTED.fullmatch(text, result[-1].end, hit.start))
        result.append(Hit(hit.concept, hit.start, hit.end, negated))
    return result


def knows(word: str, table: Mapping[str, str]) -> bool:
    """Whether the plain `word` is or begins an entry of `table`."""
    return any(True for _ in _all(word, _lexicon(table)))


def contains(text: str, entries: str) -> bool:
    """Whether the plain `text` holds any of the entries, whether negated or not."""
    return any(True for _ in _all(text, _entries(entries)))


@cache
def _entries(entries: str) -> _Lexicon:
    return _Lexicon({"any": entries})


@lru_cache(4096)
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
