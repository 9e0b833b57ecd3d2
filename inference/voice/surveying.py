"""A first pass over a vocal: its melody, and what its singer sounds like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.voice import analysis
from inference.voice.analysis import BANDS, Doubles
from inference.voice.model import SAMPLE_RATE, NothingSung
from inference.voice.windows import length, windows

STEP = 2
"""Frames: only every second begins at a whole sample."""
SAMPLES_A_STEP = 441

_PIECE, _MARGIN = 1200, 60
"""Frames surveyed at once, and those to either side that are heard with them."""
_EVERY, _NOISE_EVERY = 6, 4
"""Which voiced frames are looked at, and which of those again for their noise."""
_LEAST_FRAMES = 60


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What a vocal is like; frames are `analysis.PERIOD` apart."""

    samples: int
    f0: Doubles
    """Hz of each frame, 0 where there is no pitch."""
    level: Doubles
    """Root mean square of each frame."""
    colours: Doubles
    """Envelopes of some voiced frames, in bands."""
    hiss: Doubles
    """The mean envelope of unvoiced sounds, its mean zero."""
    noise: Doubles
    """The mean logarithm of the share of noise in voiced frames."""


def survey(vocals: Path, tick: Callable[[float], None]) -> Survey:
    """Hear all of `vocals`; NothingSung when nobody sings in it. `tick` is told the fraction done."""
    samples = length(vocals)
    count = -(-samples // SAMPLES_A_STEP) * STEP + 1
    spans = [(start - _MARGIN, min(start + _PIECE, count) + _MARGIN) for start in range(0, count, _PIECE)]
    quick, levels = _at_a_glance(vocals, spans, lambda done: tick(0.3 * done))
    loudest = float(np.percentile(levels[levels > 0], 95)) if (levels > 0).any() else 0.0
    span = analysis.search_span(analysis.gated(quick, levels, loudest))
    f0 = np.zeros(count)
    coloured: list[Doubles] = []
    hissed: list[Doubles] = []
    noisy: list[Doubles] = []
    for number, (window, (first, last)) in enumerate(zip(_mono(vocals, spans), spans, strict=True)):
        inside = slice(_MARGIN, last - first - _MARGIN)
        whole = np.pad(levels, _MARGIN)[first + _MARGIN : last + _MARGIN]
        heard = (
            _fitted(analysis.pitch(window, SAMPLE_RATE, span), last - first) if whole.any() else np.zeros_like(whole)
        )
        heard = analysis.gated(heard, whole, loudest)
        f0[first + _MARGIN : last - _MARGIN] = heard[inside]
        tick(0.3 + 0.7 * (number + 0.6) / len(spans))
        times = analysis.frame_times(len(heard))
        chosen = np.arange(len(heard))[inside][::_EVERY]
        voiced = chosen[(heard[chosen] > 0) & (whole[chosen] > 0.1 * loudest)]
        unvoiced = chosen[(heard[chosen] == 0) & (whole[chosen] > 0.02 * loudest)]
        coloured.append(_colours(window, heard[voiced], times[voiced]))
        hissed.append(_colours(window, heard[unvoiced], times[unvoiced]))
        few = voiced[::_NOISE_EVERY]
        if few.size:
            share = analysis.aperiodicity(window, SAMPLE_RATE, heard[few], times[few])
            noisy.append(analysis.colours(2 * np.log(share + 1e-4), SAMPLE_RATE))
        tick(0.3 + 0.7 * (number + 1) / len(spans))
    colours = np.concatenate(coloured)
    if len(colours) < _LEAST_FRAMES:
        raise NothingSung("Nobody can be heard singing here, so there is no voice to swap.")
    hiss = np.concatenate(hissed)
    hiss = hiss.mean(axis=0) if len(hiss) >= _LEAST_FRAMES else np.zeros(BANDS)
    return Survey(samples, f0, levels, colours, hiss - hiss.mean(), np.concatenate(noisy).mean(axis=0))


def _at_a_glance(vocals: Path, spans: list[tuple[int, int]], tick: Callable[[float], None]) -> tuple[Doubles, Doubles]:
    """Pitches and levels of all frames, quickly."""
    pitches, levels = [], []
    for number, (window, (first, last)) in enumerate(zip(_mono(vocals, spans), spans, strict=True)):
        inside = slice(_MARGIN, last - first - _MARGIN)
        levels.append(analysis.levels(window, SAMPLE_RATE, last - first)[inside])
        pitches.append(_fitted(analysis.quick_pitch(window, SAMPLE_RATE), last - first)[inside])
        tick((number + 1) / len(spans))
    return np.concatenate(pitches), np.concatenate(levels)


def _mono(vocals: Path, spans: list[tuple[int, int]]) -> Iterator[Doubles]:
    steps = [(first // STEP * SAMPLES_A_STEP, -(-last // STEP) * SAMPLES_A_STEP) for first, last in spans]
    return (window.mean(axis=1, dtype=np.float64) for window in windows(vocals, steps))


def _fitted(values: Doubles, count: int) -> Doubles:
    return np.pad(values, (0, max(0, count - len(values))))[:count]


def _colours(samples: Doubles, f0: Doubles, times: Doubles) -> Doubles:
    if not len(f0):
        return np.zeros((0, BANDS))
    return analysis.colours(analysis.envelope(samples, SAMPLE_RATE, f0, times), SAMPLE_RATE)
