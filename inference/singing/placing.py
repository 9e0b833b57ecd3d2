"""When every speech sound is sung: vowels on the notes and held, consonants short and before the beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from inference.singing.model import Phone, SpokenWord, SungNote

_SHORTEST = 0.035
_LEAST_VOWEL_SHARE, _LEAST_VOWEL = 0.42, 0.10
_CLOSED_GAP = 0.07
_LONGEST = {"stop": 0.11, "fricative": 0.15, "sonorant": 0.11}
_STOPS = frozenset("pbtdkgɡqcɟʔ")
_SONORANTS = frozenset("mnŋɲɳlrɹɾʁʀɭɽʎɫɻjwɥɰʋ")


@dataclass(frozen=True, slots=True)
class Placed:
    """A speech sound in the song's time, in seconds."""

    phone: Phone
    source: int
    """Index of the sound among those of the phrase."""
    start: float
    end: float
    word: int
    held: bool
    """Whether it carries the note."""
    notes: tuple[SungNote, ...]
    """The notes of its syllable."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A syllable with its notes, and how long its consonants would like to be."""

    word: int
    phones: tuple[Phone, ...]
    first: int
    held: int
    notes: tuple[SungNote, ...]
    wishes: tuple[float, ...]

    @property
    def start(self) -> float:
        return self.notes[0].start

    @property
    def end(self) -> float:
        return self.notes[-1].start + self.notes[-1].duration

    @property
    def onset(self) -> float:
        return sum(self.wishes[: self.held])

    @property
    def coda(self) -> float:
        return sum(self.wishes[self.held + 1 :])


def kind(phone: Phone) -> str:
    """ "vowel", "stop", "fricative" (affricates and h too) or "sonorant"."""
    if phone.vowel:
        return "vowel"
    first = phone.symbol[0]
    if first in _SONORANTS:
        return "sonorant"
    return "stop" if first in _STOPS and len(phone.symbol.strip("ːʰʲʷ̪̟")) == 1 else "fricative"


def place(
    words: Sequence[SpokenWord], first_word: int, notes: Sequence[SungNote], natural: Sequence[float]
) -> tuple[Placed, ...]:
    """The sounds of a phrase in time.

    `words` are the phrase's, the first of them `first_word` of the sheet; `natural` is how many seconds each of their
    sounds lasts when spoken. Consonants come before the note as long as the vowel before keeps its share of the time.
    """
    units = _units(words, first_word, notes, natural)
    placed: list[Placed] = []
    room = max(units[0].start, 0.0)
    squeeze = min(1.0, room / units[0].onset) if units[0].onset else 1.0
    for index, unit in enumerate(units):
        following = units[index + 1] if index + 1 < len(units) else None
        start = unit.start
        placed += _laid(unit, range(unit.held), start - squeeze * unit.onset, squeeze)
        ending = unit.end - 0.5 * unit.coda
        squeeze_next = 1.0
        if following is not None:
            span = following.start - start
            wanted = unit.coda + following.onset
            most = span - min(max(_LEAST_VOWEL_SHARE * span, _LEAST_VOWEL), 0.8 * span)
            squeeze_next = min(1.0, most / wanted) if wanted else 1.0
            latest = following.start - squeeze_next * wanted
            ending = min(unit.end, latest)
            if latest - ending < _CLOSED_GAP:
                ending = latest
        ending = max(ending, start + 0.02)
        placed.append(
            Placed(unit.phones[unit.held], unit.first + unit.held, start, ending, unit.word, True, unit.notes)
        )
        placed += _laid(unit, range(unit.held + 1, len(unit.phones)), ending, squeeze_next)
        squeeze = squeeze_next
    return tuple(placed)


def _laid(unit: _Unit, indices: range, time: float, squeeze: float) -> list[Placed]:
    placed = []
    for index in indices:
        end = time + squeeze * unit.wishes[index]
        placed.append(Placed(unit.phones[index], unit.first + index, time, end, unit.word, False, unit.notes))
        time = end
    return placed


def _units(
    words: Sequence[SpokenWord], first_word: int, notes: Sequence[SungNote], natural: Sequence[float]
) -> list[_Unit]:
    firsts: dict[tuple[int, int], int] = {}
    count = 0
    for number, word in enumerate(words):
        for place_, syllable in enumerate(word.syllables):
            firsts[number, place_] = count
            count += len(syllable.phones)
    units = []
    for (word_, syllable_), group in groupby(notes, key=lambda note: (note.word - first_word, note.syllable)):
        phones = words[word_].syllables[syllable_].phones
        first = firsts[word_, syllable_]
        held = next((index for index, phone in enumerate(phones) if phone.vowel), len(phones) - 1)
        wishes = tuple(_wish(phone, natural[first + index]) for index, phone in enumerate(phones))
        units.append(_Unit(word_ + first_word, phones, first, held, tuple(group), wishes))
    return units


def _wish(phone: Phone, natural: float) -> float:
    longest = _LONGEST.get(kind(phone), 0.11)
    return min(max(natural, _SHORTEST), longest)
