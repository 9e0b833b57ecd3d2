"""Listening to a recording: tempo and beats, key, the chords of every bar, and how its energy moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.analysis import beats, chords
from inference.analysis.chords import HeardChord
from inference.audio import measure, spectrum
from inference.audio.decode import DecodeError, decode
from inference.audio.loudness import integrated_lufs
from inference.engine import EngineError, Samples

RATE = 44_100
_MOST_SECONDS = 480
"""Of the beginning are listened to; what comes later repeats it."""
_LEAST_SECONDS = 4
_TONAL_HOP = 4096
_CURVE = 64
"""Values of the energy curve, at most."""
_CURVE_RANGE_DB = 18.0
_LEAST_CLARITY = 0.24
"""How far the strongest pitch classes must stand out of the others for the recording to have a key."""
_LEAST_TONES = 0.3
"""Weight of the tones in a frame, on average, for the recording to have a key: noise has next to none."""
_LEAST_STROKE = 0.03
"""Of the strongest hundredth of the onsets, for the recording to have a beat: held tones waver, too."""
_NAMES = {"C": 0, "Db": 1, "C#": 1, "D": 2, "Eb": 3, "E": 4, "F": 5, "F#": 6, "G": 7, "Ab": 8, "G#": 8, "A": 9,
    "Bb": 10, "B": 11}  # fmt: skip
_SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard; what was not is None or empty."""

    tempo: float | None
    """Beats a minute."""
    beats: tuple[float, ...]
    """Seconds of every beat."""
    beats_a_bar: int
    first_bar: int
    """The number of the first beat that begins a bar."""
    key: str
    """As "E minor"."""
    chords: tuple[HeardChord, ...]
    energy: float
    """0..1, as it is measured of every version."""
    curve: tuple[float, ...]
    """How loud it is over its length, 0 (much softer than its loudest) .. 1."""


def listen(path: Path, on_progress: Callable[[float], None] | None = None) -> Heard:
    """What the recording at `path` is made of; EngineError when it cannot be read or has neither beat nor key."""
    tell = on_progress or (lambda _: None)
    samples = _mono(path, lambda f: tell(0.2 * f))
    loudness = integrated_lufs(samples, RATE)
    if loudness is None:
        raise EngineError("Nothing to take over was heard: the recording is silent.")
    found = spectrum.analyse(samples, RATE, lambda f: tell(0.2 + 0.4 * f))
    tempo = measure.tempo(found) if float(np.percentile(found.onsets, 99)) >= _LEAST_STROKE else None
    key = measure.key(found) if _tonal(found.chroma, samples.shape[0] / _TONAL_HOP) else ""
    if tempo is None and not key:
        raise EngineError("Nothing to take over was heard: no steady beat, no key.")
    energy = measure.energy(found, loudness, measure.brightness(found))
    curve = _curve(samples)
    if tempo is None:
        return Heard(None, (), 0, 0, key, (), energy, curve)
    # A stroke is strongest in the frame in whose middle it lies.
    grid = beats.beat_times(found.onsets, found.onset_rate, tempo) + spectrum.ONSET_WINDOW / 2 / RATE
    del found
    chroma, bass = _beat_chroma(samples, grid, lambda f: tell(0.6 + 0.35 * f))
    novelty = np.concatenate([[0.0], np.linalg.norm(np.diff(_unit(chroma), axis=0), axis=1)])
    meter, first = beats.bars(novelty, bass.sum(axis=1))
    harmony: tuple[HeardChord, ...] = ()
    if key:
        tonic, mode = key.split()
        scale = frozenset((_NAMES[tonic] + step) % 12 for step in _SCALES[mode])
        downbeats = (np.arange(grid.size) - first) % meter == 0
        harmony = tuple(chords.chord_track(chroma, bass, downbeats, scale))
    tell(1.0)
    return Heard(tempo, tuple(grid.tolist()), meter, first, key, harmony, energy, curve)


def _mono(path: Path, tell: Callable[[float], None]) -> Samples:
    """The beginning of the recording, shape (frames, 1)."""
    blocks: list[Samples] = []
    frames, most = 0, _MOST_SECONDS * RATE
    try:
        for block in decode(path, RATE):
            blocks.append(block[: most - frames].mean(axis=1, dtype=np.float32))
            frames += blocks[-1].size
            tell(frames / most)
            if frames >= most:
                break
    except DecodeError as error:
        raise EngineError("The recording to refer to cannot be read.") from error
    if not frames:
        raise EngineError("The recording to refer to cannot be read.")
    if frames < _LEAST_SECONDS * RATE:
        raise EngineError(f"A recording to refer to lasts at least {_LEAST_SECONDS} seconds.")
    samples = np.concatenate(blocks)[:, None]
    if not np.isfinite(samples).all():
        raise EngineError("The recording to refer to is damaged.")
    return samples


def _tonal(chroma: Floats, frames: float) -> bool:
    """Whether tones sound in most frames, and some pitch classes more than others."""
    total = float(chroma.sum())
    if total < _LEAST_TONES * frames:
        return False
    ordered = np.sort(chroma / total)[::-1]
    # The seven strongest, as many as a scale has, against as many of the others: 0 when all are alike, 1 at most.
    return float(ordered[:7].sum() - 7 * ordered[7:].mean()) >= _LEAST_CLARITY


def _beat_chroma(samples: Samples, grid: Floats, tell: Callable[[float], None]) -> tuple[Floats, Floats]:
    """Pitch classes of all tones and of the bass between each beat and the next, shape (beats, 12)."""
    fine: list[Floats] = []
    low: list[Floats] = []
    block = RATE // _TONAL_HOP * _TONAL_HOP * 8
    for mono, fraction in spectrum.mono_blocks(samples, block, spectrum.TONAL_WINDOW):
        magnitudes = spectrum.spectra(mono, spectrum.TONAL_WINDOW, _TONAL_HOP)
        found = spectrum.partials(magnitudes, RATE)
        places = found.frames * spectrum.FINE + found.places()
        size = magnitudes.shape[0] * spectrum.FINE
        deep = found.frequencies < spectrum.HIGHEST_BASS_HZ
        fine.append(_histograms(places, found.weights, size))
        low.append(_histograms(places[deep], found.weights[deep], size))
        tell(fraction)
    tones, deep_tones = np.concatenate(fine), np.concatenate(low)
    tenths = spectrum.tuning(tones.sum(axis=0))
    moments = (np.arange(tones.shape[0]) * _TONAL_HOP + spectrum.TONAL_WINDOW / 2) / RATE
    heard = spectrum.in_tune(tones, tenths), spectrum.in_tune(deep_tones, tenths)
    return _between(heard[0], moments, grid), _between(heard[1], moments, grid)


def _histograms(places: npt.NDArray[np.int64], weights: npt.NDArray[np.float32], size: int) -> Floats:
    return np.asarray(np.bincount(places, weights, minlength=size).reshape(-1, spectrum.FINE), float)


def _between(frames: Floats, moments: Floats, grid: Floats) -> Floats:
    """The sum of the frames in each beat; a beat shorter than a frame has the nearest one."""
    edges = np.searchsorted(moments, [*grid, grid[-1] + (grid[-1] - grid[0]) / max(1, grid.size - 1)])
    result = np.zeros((grid.size, frames.shape[1]))
    for beat in range(grid.size):
        first = min(int(edges[beat]), frames.shape[0] - 1)
        result[beat] = frames[first : max(first + 1, int(edges[beat + 1]))].sum(axis=0)
    return result


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _curve(samples: Samples) -> tuple[float, ...]:
    """How loud each of at most 64 parts is, relative to the loudest."""
    count = min(_CURVE, samples.shape[0] // RATE)
    size = samples.shape[0] // count
    parts = samples[: count * size, 0].reshape(count, size)
    level = np.asarray([10 * np.log10(float(np.square(part, dtype=np.float64).mean()) + 1e-12) for part in parts])
    return tuple(np.clip(1 + (level - level.max()) / _CURVE_RANGE_DB, 0, 1).round(4).tolist())
