"""Other words on a melody: words that stay keep their notes, others take over the notes of those they replace."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from inference.engine import EngineError
from inference.engines.composer.score import Vocal, VocalNote
from inference.singing.model import SpokenWord

_SHORTEST = 0.2
"""Beats of a syllable when a note is parted for two."""

_Slot = tuple[VocalNote, ...]
"""The notes of one syllable."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is sung once: its number in the lyrics and its words among all of the part."""

    number: int
    first: int
    last: int


def lines_of(vocal: Vocal, lengths: Mapping[int, int]) -> list[Line]:
    """The lines of the part in order; `lengths` tells how many words each has, so that repeats are told apart."""
    result: list[Line] = []
    for word, number in enumerate(vocal.lines):
        last = result[-1] if result else None
        whole = last is not None and last.last - last.first >= lengths.get(last.number, 10**6)
        if last is None or last.number != number or whole:
            result.append(Line(number, word, word + 1))
        else:
            result[-1] = replace(last, last=word + 1)
    return result


class NoRoom(EngineError):
    """A line has more syllables than its notes can be parted for."""


def reworded(vocal: Vocal, line: Line, words: Sequence[SpokenWord]) -> list[tuple[SpokenWord, list[_Slot]]]:
    """The new words of a line, each with the notes of its syllables; NoRoom when there are too many."""
    try:
        return _word_by_word(vocal, line, words)
    except NoRoom:
        needed = [len(word.syllables) for word in words]
        room = [slot for word in range(line.first, line.last) for slot in _slots(vocal, word)]
        return list(zip(words, _shared(_fitted(room, sum(needed), words), needed), strict=True))


def _word_by_word(vocal: Vocal, line: Line, words: Sequence[SpokenWord]) -> list[tuple[SpokenWord, list[_Slot]]]:
    old = vocal.words[line.first : line.last]
    slots = {word: _slots(vocal, word) for word in range(line.first, line.last)}
    matcher = difflib.SequenceMatcher(None, [_key(w) for w in old], [_key(w) for w in words], autojunk=False)
    result: list[tuple[SpokenWord, list[_Slot]]] = []
    for a, b, c, d in _blocks(matcher.get_opcodes(), len(old)):
        room = [slot for word in range(a, b) for slot in slots[line.first + word]]
        if [_key(w) for w in old[a:b]] == [_key(w) for w in words[c:d]]:
            result += [(words[c + i], slots[line.first + a + i]) for i in range(b - a)]
            continue
        needed = [len(word.syllables) for word in words[c:d]]
        shares = _shared(_fitted(room, sum(needed), words), needed)
        result += zip(words[c:d], shares, strict=True)
    return result


def _shared(slots: list[_Slot], counts: Sequence[int]) -> list[list[_Slot]]:
    """The slots in groups of so many."""
    ends = list(itertools.accumulate(counts))
    return [slots[end - count : end] for end, count in zip(ends, counts, strict=True)]


def _key(word: SpokenWord) -> tuple[tuple[str, ...], ...]:
    """What a word sounds like; a comma more or less is no other word."""
    return tuple(tuple(phone.symbol for phone in syllable.phones) for syllable in word.syllables)


def _blocks(codes: Sequence[tuple[str, int, int, int, int]], count: int) -> list[tuple[int, int, int, int]]:
    """Spans of old and new words that correspond; words that come in or fall out share the notes of a neighbour."""
    parts: list[tuple[int, int, int, int]] = []
    for tag, a, b, c, d in codes:
        if tag == "equal":
            # One at a time, so that a neighbour shares one word's notes and not the whole line's.
            parts += [(a + i, a + i + 1, c + i, c + i + 1) for i in range(b - a)]
        else:
            parts.append((a, b, c, d))
    merged: list[tuple[int, int, int, int]] = []
    for part in parts:
        empty = part[0] == part[1] or part[2] == part[3]
        if merged and (empty or merged[-1][0] == merged[-1][1] or merged[-1][2] == merged[-1][3]):
            merged[-1] = (merged[-1][0], part[1], merged[-1][2], part[3])
        else:
            merged.append(part)
    return merged


def _slots(vocal: Vocal, word: int) -> list[_Slot]:
    return [
        tuple(n for n in vocal.notes if n.word == word and n.syllable == syllable)
        for syllable in range(len(vocal.words[word].syllables))
    ]


def _fitted(slots: Sequence[_Slot], count: int, words: Sequence[SpokenWord]) -> list[_Slot]:
    """As many slots as there are syllables: short ones go together, long ones are parted."""
    result = [slot for slot in slots if slot]
    while len(result) > max(1, count):
        index = min(range(1, len(result)), key=lambda i: _length(result[i]))
        before, dropped = result[index - 1], result[index]
        end = dropped[-1].start + dropped[-1].duration
        held = replace(before[-1], duration=end - before[-1].start)
        result[index - 1 : index + 1] = [(*before[:-1], held)]
    while len(result) < count:
        index = max(range(len(result)), key=lambda i: _length(result[i]))
        parts = _parted(result[index])
        if parts is None:
            line = " ".join(word.text for word in words)
            raise NoRoom(f"“{line[:80]}” has more syllables than its place in the song can hold.")
        result[index : index + 1] = parts
    return result


def _length(slot: _Slot) -> float:
    return slot[-1].start + slot[-1].duration - slot[0].start


def _parted(slot: _Slot) -> list[_Slot] | None:
    if len(slot) > 1:
        return [slot[:1], slot[1:]]
    note = slot[0]
    half = max(round(note.duration * 2) / 4, note.duration / 2 if note.duration < 0.5 else 0.25)
    if min(half, note.duration - half) < _SHORTEST:
        return None
    return [(replace(note, duration=half),), (replace(note, start=note.start + half, duration=note.duration - half),)]
