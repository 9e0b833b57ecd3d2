"""A first pass over a vocal: its melody, and what its singer sounds like.

It is the dearer half of a conversion and knows nothing of who is to sing, so it can be kept for the next performer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from inference.voice import analysis
from inference.voice.analysis import BANDS, Doubles
from inference.voice.model import SAMPLE_RATE, NothingSung
from inference.voice.windows import length, windows

VERSION = "3"
"""Changes whenever the same vocal would be heard otherwise."""
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
    breath: Doubles
    """The share of noise of every `STEP`-th frame as WORLD codes it, shape (frames / STEP, codes)."""

    def save(self, path: Path) -> None:
        """Write it to a file."""
        with path.open("wb") as file:
            np.savez(file, **{each.name: getattr(self, each.name) for each in fields(self)})

    @staticmethod
    def load(path: Path) -> Survey:
        """What `save` wrote."""
        with np.load(path, allow_pickle=False) as kept:
            arrays = {each.name: kept[each.name] for each in fields(Survey)}
        return Survey(samples=int(arrays.pop("samples")), **arrays)


def survey(vocals: Path, tick: Callable[[float], None]) -> Survey:
    """Hear all of `vocals`; NothingSung when nobody sings in it. `tick` is told the fraction done."""
    samples = length(vocals)
    count = -(-samples // SAMPLES_A_STEP) * STEP + 1
    spans = [(start - _MARGIN, min(start + _PIECE, count) + _MARGIN) for start in range(0, count, _PIECE)]
    quick, levels = _at_a_glance(vocals, spans, lambda done: tick(0.3 * done))
    loudest = float(np.percentile(levels[levels > 0], 95)) if (levels > 0).any() else 0.0
    span = analysis.search_span(analysis.gated(quick, levels, loudest))
    f0 = np.zeros(count)
    breath = np.zeros((-(-count // STEP), analysis.breath_codes(SAMPLE_RATE)))
    pieces: list[_Piece] = []
    for number, (window, (first, last)) in enumerate(zip(_mono(vocals, spans), spans, strict=True)):
        whole = np.pad(levels, _MARGIN)[first + _MARGIN : last + _MARGIN]
        heard = _melody(window, whole, loudest, span)
        f0[first + _MARGIN : last - _MARGIN] = heard[_MARGIN : len(heard) - _MARGIN]
        tick(0.3 + 0.7 * (number + 0.5) / len(spans))
        piece = _piece(window, heard, whole, loudest)
        breath[(first + _MARGIN) // STEP :][: len(piece.breath)] = piece.breath
        pieces.append(piece)
        tick(0.3 + 0.7 * (number + 1) / len(spans))
    colours = np.concatenate([piece.colours for piece in pieces])
    if len(colours) < _LEAST_FRAMES:
        raise NothingSung("Nobody can be heard singing here, so there is no voice to swap.")
    hiss = np.concatenate([piece.hiss for piece in pieces])
    hiss = hiss.mean(axis=0) if len(hiss) >= _LEAST_FRAMES else np.zeros(BANDS)
    noise = np.concatenate([piece.noise for piece in pieces]).mean(axis=0)
    return Survey(samples, f0, levels, colours, hiss - hiss.mean(), noise, breath)


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """What is heard in a piece without its margins; see `Survey`."""

    colours: Doubles
    hiss: Doubles
    """Envelopes of some unvoiced frames."""
    noise: Doubles
    """Logarithms of the share of noise of some voiced frames."""
    breath: Doubles


def _melody(window: Doubles, level: Doubles, loudest: float, span: tuple[float, float]) -> Doubles:
    """Pitches of a piece; where nothing is loud enough nobody looks for them."""
    if not analysis.gated(np.ones_like(level), level, loudest).any():
        return np.zeros_like(level)
    found = _fitted(analysis.pitch(window, SAMPLE_RATE, span), len(level))
    return analysis.steadied(analysis.gated(found, level, loudest))


def _piece(window: Doubles, f0: Doubles, level: Doubles, loudest: float) -> _Piece:
    times = analysis.frame_times(len(f0))
    inside = np.arange(len(f0))[_MARGIN : len(f0) - _MARGIN]
    chosen = inside[::_EVERY]
    voiced = chosen[(f0[chosen] > 0) & (level[chosen] > 0.1 * loudest)]
    unvoiced = chosen[(f0[chosen] == 0) & (level[chosen] > 0.02 * loudest)]
    coloured, hissed = (_colours(window, f0[which], times[which]) for which in (voiced, unvoiced))
    even = inside[::STEP]
    share = analysis.aperiodicity(window, SAMPLE_RATE, f0[even], times[even], analysis.SINGING)
    # of the frames that colours are taken from, too
    few = np.isin(even, voiced[::_NOISE_EVERY])
    noises = analysis.colours(2 * np.log(share[few] + 1e-4), SAMPLE_RATE)
    return _Piece(coloured, hissed, noises, analysis.breath(share, SAMPLE_RATE))


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
