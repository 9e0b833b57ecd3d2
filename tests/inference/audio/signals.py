"""Signals whose properties are known because they are made that way."""

from __future__ import annotations

import numpy as np

from inference.engine import Samples

RATE = 44_100


def sine(frequency: float, seconds: float, level: float = 0.5, *, phase: float = 0.0, rate: int = RATE) -> Samples:
    """A stereo sine of this peak level."""
    time = np.arange(round(seconds * rate)) / rate
    wave = level * np.sin(2 * np.pi * frequency * time + phase)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def noise(seconds: float, level: float = 0.1, *, seed: int = 1) -> Samples:
    """Stereo white noise, different left and right."""
    frames = round(seconds * RATE)
    return np.random.default_rng(seed).normal(scale=level, size=(frames, 2)).astype(np.float32)


def fade(samples: Samples) -> Samples:
    """The same, rising from and falling to silence."""
    return samples * np.hanning(samples.shape[0]).astype(np.float32)[:, None]


def band(seconds: float, *, tempo: float, tonic: int, minor: bool) -> Samples:
    """Four chords of a key with bass and drums, one chord a bar; `tonic` counts semitones above C."""
    generator = np.random.default_rng(3)
    scale = (0, 2, 3, 5, 7, 8, 10) if minor else (0, 2, 4, 5, 7, 9, 11)
    beat = 60 / tempo
    mono = np.zeros(round((seconds + 8 * beat) * RATE))

    def add(start: float, sound: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
        first = round(start * RATE)
        mono[first : first + sound.size] += sound[: max(0, mono.size - first)]

    def note(degree: int, octave: int, start: float, beats: float) -> None:
        semitone = tonic + scale[degree % 7] + 12 * (degree // 7 + octave)
        time = np.arange(round(beats * beat * RATE)) / RATE
        frequency = 440 * 2 ** ((semitone - 9) / 12)
        partials = sum(np.sin(2 * np.pi * frequency * k * time) / k**1.5 for k in range(1, 6))
        add(start, 0.2 * partials * np.exp(-2 * time) * np.minimum(1, 200 * time))

    for bar in range(int(seconds / (4 * beat)) + 1):
        root = (0, 5, 3, 4)[bar % 4]
        for count in range(4):
            start = (4 * bar + count) * beat
            note(root, -2, start, 1)
            note(root + int(generator.choice([0, 2, 4])), 1, start, 1)
            add(start, generator.normal(scale=0.3 if count % 2 else 0.1, size=4000) * np.exp(-np.arange(4000) / 800))
        for third in (0, 2, 4):
            note(root + third, 0, 4 * bar * beat, 4)
    mono = mono[: round(seconds * RATE)]
    mono *= 0.8 / np.abs(mono).max()
    return np.stack([mono, mono], axis=1).astype(np.float32)
