"""A made-up singer whose every pitch is known, so that what an estimator says of it can be held against the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RATE = 44_100

_NOTES = (57, 60, 64, 62, 67, 65, 60, 69, 64, 59, 62, 55)
_VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
"""Formants in Hz: G. Peterson and H. Barney, "Control methods used in a study of the vowels" (1952)."""
_BANDWIDTHS = (80.0, 100.0, 140.0)
_NOTE_SECONDS, _REST_SECONDS = 0.65, 0.22
NOTE_STEP_SECONDS = _NOTE_SECONDS + _REST_SECONDS
_VIBRATO_HZ, _VIBRATO_CENTS = 5.3, 35.0
_HIGHEST_HZ = 9000.0


@dataclass(frozen=True, slots=True)
class Sung:
    """Stereo samples at 44.1 kHz, and the pitch of each, 0 where none sounds."""

    samples: npt.NDArray[np.float32]
    f0: Floats


def sing(
    seconds: float, *, cents: float = 0.0, wobble_cents: float = 0.0, tract: float = 1.0, mute: float = 0.0
) -> Sung:
    """A tune of notes and rests with vowels, vibrato, glides, and hissed consonants.

    All of it `cents` higher; `wobble_cents` is the root mean square of a slow detuning; `tract` scales the formants;
    `mute` is the share of each note, at its end, that is only breathed.
    """
    count = round(seconds * RATE)
    times = np.arange(count) / RATE
    step = NOTE_STEP_SECONDS
    index = (times / step).astype(int)
    within = times - index * step
    notes = np.asarray(_NOTES, np.float64)
    tune = notes[index % notes.size]
    before = notes[(index - 1) % notes.size]
    glide = np.clip(within / 0.06, 0, 1)
    midi = before + (tune - before) * glide * glide * (3 - 2 * glide)
    midi += _VIBRATO_CENTS / 100 * np.sin(2 * np.pi * _VIBRATO_HZ * times) + cents / 100
    midi += wobble_cents / 100 * np.sqrt(2) * np.sin(2 * np.pi * 0.9 * times)
    f0 = 440 * 2 ** ((midi - 69) / 12)
    sung = within < _NOTE_SECONDS * (1 - mute)
    envelope = _edges(within, _NOTE_SECONDS * (1 - mute))
    chance = np.random.default_rng(1)
    breath = _edges(within, _NOTE_SECONDS) - envelope if mute else np.zeros(count)
    hiss = np.diff(chance.standard_normal(count + 1)) * (0.02 * breath + 0.03 * _edges(within - _NOTE_SECONDS, 0.08))
    wave = envelope * _voice(f0, index, tract) + hiss
    return Sung(np.repeat((0.25 * wave).astype(np.float32)[:, None], 2, axis=1), np.where(sung, f0, 0.0))


def _voice(f0: Floats, index: npt.NDArray[np.int_], tract: float) -> Floats:
    """Harmonics of a falling spectrum through the formants of each note's vowel."""
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    formants = np.asarray(_VOWELS, np.float64)[index % len(_VOWELS)].T * tract
    wave = np.zeros(f0.size)
    for number in range(1, int(_HIGHEST_HZ / f0.min()) + 1):
        hertz = number * f0
        gain = sum(
            10 ** (-0.25 * place) / (1 + ((hertz - formant) / width) ** 2)
            for place, (formant, width) in enumerate(zip(formants, _BANDWIDTHS, strict=True))
        )
        wave += np.where(hertz < _HIGHEST_HZ, (gain + 0.01) / number**0.5, 0) * np.sin(number * phase)
    return wave


def _edges(within: Floats, length: float) -> Floats:
    """1 from 0 to `length`, with soft edges of 15 ms inside."""
    if length <= 0:
        return np.zeros(within.size)
    edges: Floats = np.clip(np.minimum(within, length - within) / 0.015, 0, 1)
    return edges


def noisy(samples: npt.NDArray[np.float32], snr_db: float) -> npt.NDArray[np.float32]:
    """With white noise, the same on both sides, so far below the mean power."""
    noise = np.random.default_rng(2).standard_normal(samples.shape[0])
    power = float(np.square(samples, dtype=np.float64).mean())
    scaled = noise * np.sqrt(power * 10 ** (-snr_db / 10) / np.square(noise).mean())
    louder: npt.NDArray[np.float32] = (samples + scaled[:, None]).astype(np.float32)
    return louder
