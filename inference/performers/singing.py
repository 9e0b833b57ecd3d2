"""What a performer is heard singing: lines in five languages, low and high, slow and quick."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

from inference.engine import EngineError
from inference.performers import REFERENCE_RATE
from inference.performers.cast import TIMBRES
from inference.performers.model import Performer, Timbre
from inference.performers.notes import midi
from inference.performers.shaping import roughened, shaped
from inference.singing.espeak import SAMPLE_RATE
from inference.singing.model import SpokenWord, SungNote
from inference.singing.placing import place
from inference.singing.pronunciation import pronounce
from inference.singing.speaking import PERIOD, Spoken, spoken
from inference.singing.take import sing
from inference.singing.voices import Voice

Mono = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a reference, and how it is sung."""

    text: str
    height: float
    """Where in the performer's range its melody lies, 0 lowest .. 1 highest."""
    beat: float
    """Seconds a syllable lasts."""
    language: str = "en"


LINES = (
    Line("Follow the river all the way down to the sea", 0.35, 0.42),
    Line("Over the valley a thousand bells are ringing", 0.6, 0.40),
    Line("Show me the place where the young birds measure the sky", 0.8, 0.38),
    Line("She checked the old blue book twice, but nothing further was there to read aloud", 0.2, 0.19),
    Line("Joy and thunder, garden and shadow, choose your path", 0.5, 0.45),
    Line("Schöne Lichter über grünen Wäldern und Höfen", 0.4, 0.36, "de"),
    Line("La niña corre por el rojo camino del valle", 0.65, 0.34, "es"),
    Line("Une lune d'or sur un jardin de brume et de feu", 0.3, 0.38, "fr"),
    Line("Nel cielo sereno dormono gli ulivi", 0.7, 0.45, "it"),
    Line("Good night, moon; we were young, and the fire is low", 0.1, 0.48),
)

_CONTOURS = (
    (0, 2, 4, 5, 4, 2, 4, 7, 5, 4, 2, 0),
    (4, 4, 2, 0, 2, 4, 5, 5, 4, 2, -1, 0),
    (0, -3, 0, 4, 2, 0, 5, 4, 0, 2, -1, 0),
)
"""Semitones from the middle of the line, one for each syllable, over and over."""
_LAST_BEATS = 2.6
_PAUSE = 0.35
_PEAK = 0.7
_VELOCITIES = (84, 104, 92, 112)


@lru_cache(maxsize=2)
def recorded(performer: Performer) -> Mono:
    """The performer singing `LINES`; shape (frames,) at REFERENCE_RATE."""
    return performed(performer, LINES)


def performed(performer: Performer, lines: Sequence[Line]) -> Mono:
    """The performer singing `lines` one after the other; shape (frames,) at REFERENCE_RATE, peak below full scale.

    Raises EngineError for somebody who is not built in, CannotBeSung for a text without a pronunciation.
    """
    timbre = TIMBRES.get(performer.name)
    if timbre is None:
        raise EngineError("This performer is not one of those built in.")
    gap = np.zeros(round(_PAUSE * SAMPLE_RATE))
    parts = []
    for number, line in enumerate(lines):
        parts += [_sung(performer, timbre, line, number), gap]
    samples = np.concatenate(parts)
    samples *= _PEAK / np.abs(samples).max()
    divisor = int(np.gcd(REFERENCE_RATE, SAMPLE_RATE))
    resampled = resample_poly(samples, REFERENCE_RATE // divisor, SAMPLE_RATE // divisor).astype(np.float32)
    resampled.flags.writeable = False
    return resampled


def _sung(performer: Performer, timbre: Timbre, line: Line, number: int) -> npt.NDArray[np.float64]:
    words, said = _said(line.text, line.language)
    voice = _voice(performer, timbre)
    notes = _melody(words, line, voice, number)
    natural = [(end - begin) * PERIOD for begin, end in said.spans]
    seed = hashlib.blake2b(f"{performer.name} {line.text}".encode(), digest_size=8).digest()
    chance = np.random.default_rng(int.from_bytes(seed, "big"))
    _, samples = sing(shaped(said, timbre), place(words, 0, notes, natural), notes, voice, chance)
    samples = roughened(samples, timbre.rough, chance)
    return np.asarray(samples / (np.sqrt(np.mean(samples**2)) + 1e-9))


@lru_cache(maxsize=64)
def _said(text: str, language: str) -> tuple[tuple[SpokenWord, ...], Spoken]:
    """Every performer sings the same lines: each is said and analysed once."""
    (words,) = pronounce([text], language)
    return words, spoken(words, language)


def _voice(performer: Performer, timbre: Timbre) -> Voice:
    """What the singing room asks of a singer; the throat is already in the spoken material."""
    low, high = (midi(note) for note in performer.range)
    return Voice(
        performer.name, performer.title, low, high, formants=1.0, tilt=0.0, breath=timbre.breath,
        vibrato_rate=timbre.vibrato_rate, vibrato_depth=timbre.vibrato_depth, scoop=timbre.scoop,
    )  # fmt: skip


def _melody(words: Sequence[SpokenWord], line: Line, voice: Voice, number: int) -> tuple[SungNote, ...]:
    syllables = [(word, index) for word, each in enumerate(words) for index in range(len(each.syllables))]
    contour = _CONTOURS[number % len(_CONTOURS)]
    quick = line.beat < 0.25
    middle = round(voice.low + line.height * (voice.high - voice.low))
    notes = []
    time = 1.0
    for count, (word, syllable) in enumerate(syllables):
        last = count + 1 == len(syllables)
        stressed = words[word].syllables[syllable].stress == 2
        length = line.beat * (_LAST_BEATS if last else 1.5 if stressed and not quick else 1.0)
        step = contour[count % len(contour)] * (0.5 if quick else 1.0)
        pitch = float(np.clip(middle + step, voice.low, voice.high))
        velocity = _VELOCITIES[(count + number) % len(_VELOCITIES)]
        notes.append(SungNote(time, 0.94 * length, pitch, velocity, word, syllable))
        time += length
    return tuple(notes)
