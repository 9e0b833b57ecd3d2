"""A vocal part made audible, phrase by phrase."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

from inference.engine import Word
from inference.singing.breath import inhaled
from inference.singing.espeak import SAMPLE_RATE
from inference.singing.model import CannotBeSung, Sheet, SpokenWord, Vocal
from inference.singing.phrases import Phrase, phrases
from inference.singing.placing import Placed, place
from inference.singing.speaking import PERIOD, Spoken, spoken
from inference.singing.take import Manner, sing
from inference.singing.voices import VOICES

__all__ = ["phrases", "render", "render_phrase"]

Stereo = npt.NDArray[np.float32]

_DOUBLES = (
    (Manner(cents=-6.0, delay=0.014, loose=1.8, breath=0.15), 0.8),
    (Manner(cents=5.0, delay=0.022, loose=1.8, breath=0.15), -0.8),
)
"""How the second and third take differ, and where they stand, −1 left … 1 right."""
_DOUBLE_GAIN = 0.42
_CEILING = 0.97
_KNEE = 0.7


@dataclass(frozen=True, slots=True)
class _Take:
    start: float
    samples: npt.NDArray[np.float64]
    gain: float = 1.0
    pan: float = 0.0


def render(sheet: Sheet, seconds: float, sample_rate: int, seed: str, tick: Callable[[float], None]) -> Vocal:
    """The whole part, `seconds` long, at `sample_rate` Hz.

    `tick` is told how much is done, 0..1, several times a second; what it raises ends the work. Raises CannotBeSung
    for a voice that nobody here has.
    """
    samples: Stereo = np.zeros((round(seconds * sample_rate), 2), np.float32)
    words: list[Word] = []
    parts = phrases(sheet)
    for index, phrase in enumerate(parts):

        def inner(fraction: float, index: int = index) -> None:
            tick((index + fraction) / len(parts))

        start, sung, heard = render_phrase(phrase, sample_rate, seed, inner)
        _add(samples, sung, start)
        words += heard
    tick(1.0)
    np.clip(samples, -_CEILING, _CEILING, out=samples)
    return Vocal(samples, _in_order(words, seconds))


def render_phrase(
    phrase: Phrase, sample_rate: int, seed: str, tick: Callable[[float], None]
) -> tuple[int, Stereo, tuple[Word, ...]]:
    """One phrase: the frame of the song where it begins (below 0 when it is cut), its samples, and its words.

    It depends on nothing but the phrase and the seed.
    """
    if phrase.voice not in VOICES:
        raise CannotBeSung(f"There is no voice called {phrase.voice[:24]} here.")
    voice = VOICES[phrase.voice]
    key = phrase.key(seed)
    tick(0.0)
    said = _spoken(phrase.words, phrase.language)
    placed = place(phrase.words, phrase.first_word, phrase.notes, [(end - begin) * PERIOD for begin, end in said.spans])
    tick(0.4)
    begin, lead = sing(said, placed, phrase.notes, voice, np.random.default_rng([key, 0]))
    lead = inhaled(lead, placed[0].start - begin, phrase.pause, voice, np.random.default_rng([key, 9]))
    takes = [_Take(begin, lead)]
    for number, (manner, pan) in enumerate(_DOUBLES if phrase.doubled else (), start=1):
        tick(0.4 + 0.2 * number)
        start, samples = sing(said, placed, phrase.notes, voice, np.random.default_rng([key, number]), manner)
        takes.append(_Take(start, samples, _DOUBLE_GAIN, pan))
    tick(0.9)
    first, mixed = _together(takes, sample_rate)
    return first, mixed, _words(phrase, placed)


@lru_cache(maxsize=6)
def _spoken(words: tuple[SpokenWord, ...], language: str) -> Spoken:
    """Choruses come back: what was just analysed is kept."""
    return spoken(words, language)


def _together(takes: Sequence[_Take], sample_rate: int) -> tuple[int, Stereo]:
    """Takes summed in stereo at `sample_rate`, peaks rounded off, and the frame of the song where they begin."""
    divisor = int(np.gcd(sample_rate, SAMPLE_RATE))
    up, down = sample_rate // divisor, SAMPLE_RATE // divisor
    first = min(round(take.start * sample_rate) for take in takes)
    parts = [(round(take.start * sample_rate) - first, resample_poly(take.samples, up, down), take) for take in takes]
    mixed = np.zeros((max(offset + len(samples) for offset, samples, _ in parts), 2))
    for offset, samples, take in parts:
        for channel, side in enumerate((-1.0, 1.0)):
            mixed[offset : offset + len(samples), channel] += take.gain * np.sqrt(1.0 + side * take.pan) * samples
    return first, _rounded(mixed)


def _rounded(samples: npt.NDArray[np.float64]) -> Stereo:
    """Soft above the knee, never above the ceiling."""
    size = np.abs(samples)
    room = _CEILING - _KNEE
    soft = _KNEE + room * np.tanh((size - _KNEE) / room)
    return np.where(size > _KNEE, np.sign(samples) * soft, samples).astype(np.float32)


def _add(samples: Stereo, sung: Stereo, start: int) -> None:
    begin, end = max(start, 0), min(start + len(sung), len(samples))
    if begin < end:
        samples[begin:end] += sung[begin - start : end - start]


def _words(phrase: Phrase, placed: Sequence[Placed]) -> tuple[Word, ...]:
    words = []
    for index, group in groupby(placed, key=lambda each: each.word):
        sounds = list(group)
        number = index - phrase.first_word
        words.append(Word(phrase.words[number].text, sounds[0].start, sounds[-1].end, phrase.lines[number]))
    return tuple(words)


def _in_order(words: Sequence[Word], seconds: float) -> tuple[Word, ...]:
    """Each begins no earlier than the one before, ends no later than the next begins, and lies in the song."""
    ordered = []
    for word, following in zip(words, [*words[1:], None], strict=False):
        latest = seconds if following is None else min(max(following.start, word.start), seconds)
        if word.start < seconds:
            ordered.append(
                Word(word.text, max(word.start, 0.0), max(min(word.end, latest), word.start, 0.0), word.line)
            )
    return tuple(ordered)
