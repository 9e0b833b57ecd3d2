"""What is sung: words as they are pronounced, and the notes they are sung on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.engine import EngineError, Word

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class CannotBeSung(EngineError):
    """The text has no pronunciation; the message says which text, and what would help."""


@dataclass(frozen=True, slots=True)
class Phone:
    """One speech sound."""

    symbol: str
    """In the International Phonetic Alphabet, as espeak-ng writes it, without stress marks."""
    vowel: bool
    """Whether a note can be held on it: vowels, diphthongs and syllabic consonants."""


@dataclass(frozen=True, slots=True)
class Syllable:
    """What one note carries: its phones hold exactly one that is held."""

    text: str
    """The letters it is written with, as a score would print them; the syllables of a word join to the word."""
    phones: tuple[Phone, ...]
    stress: int
    """2 primary, 1 secondary, 0 none."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word and how it is said."""

    text: str
    """As written, with its punctuation."""
    syllables: tuple[Syllable, ...]


@dataclass(frozen=True, slots=True)
class SungNote:
    """A syllable on a pitch; several in a row with the same word and syllable are one melisma."""

    start: float
    """Seconds: when the vowel sounds. Consonants before it come earlier."""
    duration: float
    """Seconds until the note is let go."""
    pitch: float
    """MIDI note number."""
    velocity: int
    word: int
    """Index into `Sheet.words`."""
    syllable: int
    """Index into that word's syllables."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole vocal part."""

    voice: str
    language: str
    words: tuple[SpokenWord, ...]
    lines: tuple[int, ...]
    """For each word, the number of its line among the lines of the lyrics as the person wrote them, from 0."""
    notes: tuple[SungNote, ...]
    """In order; each word at least once."""
    doubled: tuple[tuple[float, float], ...] = ()
    """Spans in seconds that a second and a third take double, as choruses are."""


@dataclass(frozen=True, slots=True)
class Vocal:
    """A rendered vocal part."""

    samples: npt.NDArray[np.float32]
    """Shape (frames, 2), peak below full scale, starting at second 0 of the song."""
    words: tuple[Word, ...]
    """When each word really sounds, first consonant to last."""
