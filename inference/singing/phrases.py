"""A vocal part cut into phrases, each of which can be sung without knowing the others."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from inference.singing.model import Sheet, SpokenWord, SungNote

_BREATH_GAP = 0.35
"""Seconds without a note in which a singer breathes."""
_LONGEST_WORDS, _LONGEST_SECONDS = 20, 14.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is sung on one breath: everything that decides how it sounds, besides the seed."""

    voice: str
    language: str
    first_word: int
    """Index into `Sheet.words` of the first of `words`."""
    words: tuple[SpokenWord, ...]
    lines: tuple[int, ...]
    notes: tuple[SungNote, ...]
    """As in the sheet; their words count from the sheet's first."""
    pause: float
    """Seconds without a note before it."""
    doubled: bool

    def key(self, seed: str) -> int:
        """The number its chances grow from: the same phrase at the same place under the same seed has the same."""
        first = self.notes[0].word
        told = [
            (round(note.start, 6), round(note.duration, 6), note.pitch, note.velocity, note.word - first, note.syllable)
            for note in self.notes
        ]
        words = [word.text for word in self.words]
        digest = hashlib.blake2b(repr((seed, self.voice, self.language, words, told)).encode(), digest_size=8)
        return int.from_bytes(digest.digest(), "big")


def phrases(sheet: Sheet) -> tuple[Phrase, ...]:
    """The sheet's phrases in order: split where the lyrics begin a line and where the notes leave time to breathe."""
    groups: list[list[SungNote]] = []
    for note in sorted(sheet.notes, key=lambda each: each.start):
        if not groups or _breaks(sheet, groups[-1], note):
            groups.append([])
        groups[-1].append(note)
    ends = [0.0, *(max(note.start + note.duration for note in group) for group in groups)]
    return tuple(_phrase(sheet, group, group[0].start - before) for group, before in zip(groups, ends, strict=False))


def _breaks(sheet: Sheet, group: Sequence[SungNote], note: SungNote) -> bool:
    last = group[-1]
    if (note.word, note.syllable) == (last.word, last.syllable):
        return False
    apart = note.start - last.start - last.duration
    new_word = note.word != last.word
    too_long = note.word - group[0].word >= _LONGEST_WORDS or note.start - group[0].start > _LONGEST_SECONDS
    return (
        note.word < last.word
        or sheet.lines[note.word] != sheet.lines[last.word]
        or (new_word and (apart >= _BREATH_GAP or too_long))
    )


def _phrase(sheet: Sheet, notes: Sequence[SungNote], pause: float) -> Phrase:
    first, last = notes[0].word, notes[-1].word
    middle = 0.5 * (notes[0].start + notes[-1].start + notes[-1].duration)
    return Phrase(
        voice=sheet.voice,
        language=sheet.language,
        first_word=first,
        words=sheet.words[first : last + 1],
        lines=sheet.lines[first : last + 1],
        notes=tuple(notes),
        pause=max(pause, 0.0),
        doubled=any(start <= middle < end for start, end in sheet.doubled),
    )
