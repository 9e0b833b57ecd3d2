"""Spoken material: a phrase said by espeak-ng and analysed with WORLD, sound by sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pyworld

from inference.singing.espeak import SAMPLE_RATE, speak
from inference.singing.languages import ESPEAK_VOICES
from inference.singing.model import CannotBeSung, SpokenWord
from inference.singing.pronunciation import say
from inference.singing.syllables import Sound
from inference.singing.wording import Said, plan, text_of

PERIOD = 0.005
"""Seconds from one frame to the next."""
FFT_SIZE = 512
"""Of the stored spectra: every second bin of the analysis, which is smooth enough."""
_ANALYSIS_FFT_SIZE = 1024
BINS = FFT_SIZE // 2 + 1
_WORDS_PER_MINUTE = 130
_PITCH = 45
_LOWEST_F0, _HIGHEST_F0 = 71.0, 300.0
_FLOOR = 1e-16

Frames = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A phrase as it was said."""

    envelope: Frames
    """Natural logarithm of the power spectrum's envelope, shape (frames, BINS)."""
    aperiodicity: Frames
    """Share of noise, 0..1, shape (frames, BINS)."""
    voiced: npt.NDArray[np.bool_]
    spans: tuple[tuple[float, float], ...]
    """For each sound of the phrase's words in order, its first and last frame (fractions count)."""


def spoken(words: Sequence[SpokenWord], language: str) -> Spoken:
    """The words said one after the other; as long as they last when spoken, whatever the song does with them."""
    takes = [_Take(*piece) for piece in _said(words, language)]
    analysed = [_analysed(take.samples) for take in takes]
    spans: list[tuple[float, float]] = []
    offset = 0.0
    for take, (envelope, _, _) in zip(takes, analysed, strict=True):
        scale = 1.0 / (SAMPLE_RATE * PERIOD)
        spans += [(offset + each.begin * scale, offset + each.end * scale) for each in take.sounds]
        offset += len(envelope)
    envelope, aperiodicity, voiced = (np.concatenate(parts) for parts in zip(*analysed, strict=True))
    return Spoken(envelope, aperiodicity, voiced, tuple(spans))


@dataclass(frozen=True, slots=True)
class _Take:
    samples: npt.NDArray[np.float64]
    sounds: tuple[Sound, ...]
    """One for each sound of the words, in order."""


def _said(words: Sequence[SpokenWord], language: str) -> list[tuple[npt.NDArray[np.float64], tuple[Sound, ...]]]:
    """Runs of words in one language said together; a word that then sounds unlike its phones is said by itself."""
    planned = [(word, plan(word.text, language)) for word in words]
    takes = []
    for tongue, run in groupby(planned, key=lambda pair: pair[1][0].language if pair[1] else language):
        together = list(run)
        saids = [said for _, saids in together for said in saids]
        samples, sounds = _speak(saids, tongue)
        counts = [len(saids) for _, saids in together]
        place = 0
        pieces: list[tuple[SpokenWord, list[Sound]]] = []
        for (word, _), count in zip(together, counts, strict=True):
            pieces.append((word, [each for said in sounds[place : place + count] for each in said]))
            place += count
        heard = [each for _, several in pieces for each in several]
        wanted = [phone.symbol for word, _ in pieces for syllable in word.syllables for phone in syllable.phones]
        takes.append((samples, tuple(_matched(wanted, heard))))
    return takes


def _speak(saids: Sequence[Said], language: str) -> tuple[npt.NDArray[np.float64], list[list[Sound]]]:
    speech = speak(text_of(saids), ESPEAK_VOICES[language], words_per_minute=_WORDS_PER_MINUTE, pitch=_PITCH, melody=0)
    return np.frombuffer(speech.samples, np.int16).astype(np.float64) / 32768.0, say(saids, speech)


def _matched(wanted: Sequence[str], heard: Sequence[Sound]) -> list[Sound]:
    """A heard sound for each wanted one: the same where they agree, the nearest in place where they do not."""
    if [each.phone.symbol for each in heard] == list(wanted):
        return list(heard)
    if not heard:
        raise CannotBeSung("These words cannot be pronounced here. Write them another way.")
    matcher = SequenceMatcher(None, wanted, [each.phone.symbol for each in heard], autojunk=False)
    matched: list[Sound] = []
    for _, start, end, heard_start, heard_end in matcher.get_opcodes():
        for index in range(start, end):
            share = (index - start) / (end - start)
            place = heard_start + int(share * (heard_end - heard_start))
            matched.append(heard[min(place, len(heard) - 1)])
    return matched


def _analysed(samples: npt.NDArray[np.float64]) -> tuple[Frames, Frames, npt.NDArray[np.bool_]]:
    f0, times = pyworld.dio(
        samples, SAMPLE_RATE, f0_floor=_LOWEST_F0, f0_ceil=_HIGHEST_F0, frame_period=1000 * PERIOD, speed=1
    )
    f0 = pyworld.stonemask(samples, f0, times, SAMPLE_RATE)
    power = pyworld.cheaptrick(samples, f0, times, SAMPLE_RATE, f0_floor=_LOWEST_F0, fft_size=_ANALYSIS_FFT_SIZE)
    # What is noise changes slowly, and is the dearest to find: every second frame does.
    sparse = (np.ascontiguousarray(f0[::2]), np.ascontiguousarray(times[::2]))
    noise = pyworld.d4c(samples, *sparse, SAMPLE_RATE, fft_size=_ANALYSIS_FFT_SIZE, threshold=0.85)
    noise = np.repeat(noise[:, ::2], 2, axis=0)[: len(f0)]
    return np.log(power[:, ::2] + _FLOOR).astype(np.float32), noise.astype(np.float32), f0 > 0
