"""Small songs made of sums of sines, and what a separation of them is compared with."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.audio.decode import read
from inference.audio.wave import write_wave
from inference.engine import Samples
from inference.separation.model import ACCOMPANIMENT, RATE, VOCALS


def quiet(stage: str, fraction: float) -> None:
    """A report that nobody waits for."""


_MELODY = (0, 4, 7, 2, 9, 5, -3, 11, 6, -1, 8, 3, 10, 1, -5, 12)
"""Semitones; no note comes twice, so that nothing of the voice repeats."""


def voice(seconds: float, hertz: float = 220.0) -> Samples:
    """A centred voice: harmonics with vibrato on a melody, in phrases with rests."""
    time = np.arange(round(seconds * RATE)) / RATE
    notes = np.asarray(_MELODY)[(time / 0.4).astype(np.intp) % len(_MELODY)]
    sung = hertz * 2 ** (notes / 12 + 0.02 * np.sin(2 * np.pi * 5.5 * time))
    phase = 2 * np.pi * np.cumsum(sung) / RATE
    tone = sum(np.sin(number * phase) / number for number in range(1, 16))
    return _stereo(0.1 * tone * (np.sin(2 * np.pi * 0.4 * time) > -0.3), 0.0)


def band(seconds: float, seed: int = 1) -> Samples:
    """A wide accompaniment that repeats: chords to the sides, a bass, and a drum in each half second."""
    generator = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    beat = np.mod(time, 0.5)
    left = sum(np.sin(2 * np.pi * hertz * time) for hertz in (261.6, 329.6, 392.0, 523.3)) * np.exp(-2 * beat)
    right = sum(np.sin(2 * np.pi * hertz * time) for hertz in (293.7, 349.2, 440.0, 587.3)) * np.exp(-2 * beat)
    noise = generator.normal(size=time.size) * np.exp(-60 * beat)
    bass = np.sin(2 * np.pi * 65.4 * time)
    return _stereo(0.04 * left, -0.9) + _stereo(0.04 * right, 0.9) + _stereo(0.05 * noise + 0.08 * bass, 0.0)


def kept(path: Path, samples: Samples) -> Path:
    """A file of these samples."""
    write_wave(path, samples, RATE)
    return path


def results(folder: Path) -> tuple[Samples, Samples]:
    """What was written: vocals and accompaniment."""
    return read(folder / VOCALS, RATE), read(folder / ACCOMPANIMENT, RATE)


def sdr(reference: Samples, estimate: Samples) -> float:
    """Signal to distortion, dB."""
    wrong = np.square(reference - estimate, dtype=np.float64).sum()
    return float(10 * np.log10(np.square(reference, dtype=np.float64).sum() / max(wrong, 1e-20)))


def _stereo(mono: np.ndarray, pan: float) -> Samples:
    angle = (pan + 1) * np.pi / 4
    return np.stack([mono * np.cos(angle), mono * np.sin(angle)], axis=1).astype(np.float32)
