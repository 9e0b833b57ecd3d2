"""Recordings for people to bring."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

RATE = 44_100


def recording(path: Path, seconds: float) -> Path:
    """Struck chords in A minor at 100 BPM over a little noise, as the ending of its name says."""
    time = np.arange(int(seconds * RATE)) / RATE
    beat = 60 / 100
    sound = 0.01 * np.random.default_rng(7).standard_normal(len(time))
    home, under, above = (220.0, 261.63, 329.63), (146.83, 220.0, 293.66, 349.23), (164.81, 207.65, 246.94, 329.63)
    chords = (home, under, above, home)
    for number in range(int(seconds / beat)):
        first = int(number * beat * RATE)
        since = time[first:] - time[first]
        decay = np.exp(-6 * since) * (1.0 if number % 4 == 0 else 0.6)
        for hertz in chords[number // 4 % 4]:
            sound[first:] += 0.15 * decay * np.sin(2 * np.pi * hertz * since)
    samples = np.clip(np.stack([sound, sound], axis=1), -1, 1).astype(np.float32)
    soundfile.write(path, samples, RATE, subtype="PCM_16")
    return path
