"""The text of a song: lyrics as they are said, ready to be set to music."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inference.engine import EngineError
from inference.lyrics import LyricLine, Lyrics, LyricSection, parse
from inference.singing.model import SpokenWord
from inference.singing.pronunciation import guess_language, pronounce

_SHORTEST_LINE = 0.8
"""Seconds."""
_MOST_WORDS_A_SECOND = 6.0
MOST_PHRASE = 14
"""Syllables of one breath, however long the line."""
_PAUSES = (",", ";", ":", ".", "!", "?", "—", "–", "…", "，", "。", "、")


@dataclass(frozen=True, slots=True)
class SungLine:
    """A line and how it is said; `soft` tells for each word whether it is a backing word."""

    number: int
    """Its place among the lines of the lyrics as written, from 0."""
    words: tuple[SpokenWord, ...]
    soft: tuple[bool, ...]
    part: int = 0
    """Which breath of its line it is, when the line has several."""

    @property
    def syllables(self) -> int:
        return sum(len(word.syllables) for word in self.words)


@dataclass(frozen=True, slots=True)
class SungSection:
    """A section of the text: its kind ("" when unknown) and name as in `inference.lyrics`."""

    kind: str
    name: str
    lines: tuple[SungLine, ...]


@dataclass(frozen=True, slots=True)
class SongText:
    """Everything that is to be sung, in order."""

    language: str
    sections: tuple[SungSection, ...]
    cut: bool
    """Whether the lyrics have more than could ever be sung in the time."""
    notes: tuple[str, ...] = ()


def song_text(lyrics: str, language: str, seconds: float) -> SongText:
    """The lyrics as they are said in `language` (guessed when empty), as far as `seconds` could ever hold them.

    Raises CannotBeSung when the text has no pronunciation, EngineError when there are no words in it.
    """
    parsed = parse(lyrics)
    if not parsed.lines:
        raise EngineError("There are no words to sing in these lyrics.")
    spoken_in = language or guess_language("\n".join(line.text for line in parsed.lines[:200]))
    kept = _within(parsed, seconds)
    sections = _spoken(kept, spoken_in)
    if not any(section.lines for section in sections):
        raise EngineError("There are no words to sing in these lyrics.")
    return SongText(spoken_in, sections, kept != parsed, parsed.notes)


def _within(lyrics: Lyrics, seconds: float) -> Lyrics:
    """What could be sung by a very fast singer: looking up more would take long and help nobody."""
    lines, words = round(seconds / _SHORTEST_LINE) + 2, round(seconds * _MOST_WORDS_A_SECOND)
    kept: list[LyricSection] = []
    for section in lyrics.sections:
        inside: list[LyricLine] = []
        for line in section.lines:
            if lines <= 0 or words <= 0:
                break
            inside.append(line if len(line.words) <= words else replace(line, words=line.words[:words]))
            lines, words = lines - 1, words - len(line.words)
        if inside or not section.lines:
            kept.append(replace(section, lines=tuple(inside)))
    return lyrics if sum(map(_length, kept)) == _length_of(lyrics) else replace(lyrics, sections=tuple(kept))


def _length(section: LyricSection) -> int:
    return sum(len(line.words) for line in section.lines)


def _length_of(lyrics: Lyrics) -> int:
    return sum(map(_length, lyrics.sections))


def _spoken(lyrics: Lyrics, language: str) -> tuple[SungSection, ...]:
    lines = lyrics.lines
    said = dict(zip((line.text for line in lines), pronounce([line.text for line in lines], language), strict=True))
    return tuple(
        SungSection(
            section.kind,
            section.name,
            tuple(sung for line in section.lines if (sung := _line(line, said[line.text])).words),
        )
        for section in lyrics.sections
    )


def _line(line: LyricLine, words: Sequence[SpokenWord]) -> SungLine:
    backing = [word.backing for word in line.words]
    soft = backing if len(backing) == len(words) else [bool(backing) and all(backing)] * len(words)
    return SungLine(line.number, tuple(words), tuple(soft))


def phrases(line: SungLine, most: int) -> list[SungLine]:
    """The line in breaths of at most `most` syllables, parted at pauses where it can be."""
    most = min(most, MOST_PHRASE)
    count = -(-line.syllables // most)
    if count <= 1 or len(line.words) < 2:
        return [line]
    parts: list[SungLine] = []
    words, soft = list(line.words), list(line.soft)
    while words:
        left = max(1, -(-sum(len(word.syllables) for word in words) // most))
        cut = _cut(words, sum(len(word.syllables) for word in words) / left, most) if left > 1 else len(words)
        parts.append(SungLine(line.number, tuple(words[:cut]), tuple(soft[:cut]), len(parts)))
        words, soft = words[cut:], soft[cut:]
    return parts


def _cut(words: Sequence[SpokenWord], wanted: float, most: int) -> int:
    """After how many words to breathe."""
    best, best_cost, count = 1, float("inf"), 0
    for index, word in enumerate(words[:-1]):
        count += len(word.syllables)
        cost = abs(count - wanted) + (100 if count > most else 0)
        cost -= 2.5 if word.text.endswith(_PAUSES) else 0
        # "and", "of", "the" belong to what follows.
        cost += 1.5 if all(s.stress == 0 for s in word.syllables) else 0
        if cost < best_cost:
            best, best_cost = index + 1, cost
    return best
