"""Automation over the form: filters that close in intros and breaks and open into the drop."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from inference.engine import Samples
from inference.engines.composer.mixing import dynamics, filters
from inference.engines.composer.mixing.dynamics import HOP, Curve
from inference.engines.composer.mixing.filters import RATE
from inference.engines.composer.score import Role, Score
from inference.engines.composer.ticks import Tick

SWEPT = frozenset({Role.CHORDS, Role.ARP, Role.PADS})
_MOVES: Mapping[str, tuple[float, float]] = {"i": (0.0, 0.75), "p": (0.1, 1.0), "C": (0.35, 0.8), "o": (1.0, 0.2)}
"""Openness at the beginning and the end of a section, by theme."""
_CLOSED_HZ = 620.0


def sweep(stem: Samples, score: Score, depth: float, tick: Tick) -> None:
    """Close and open a low-pass over the sections of the form."""
    curve = openness(score, depth, stem.shape[0])
    if float(curve.min()) > 0.99:
        return
    blocks = filters.filtered_blocks(stem, [filters.low_pass(_CLOSED_HZ, 0.9)], tick)
    for index, (block, closed) in enumerate(blocks):
        dynamics.blend(block, closed.astype(np.float32), curve, index * filters.BLOCK)


def openness(score: Score, depth: float, frames: int) -> Curve:
    """1 where the filter is open, by hop; it snaps open at the joints."""
    curve = np.ones(dynamics.hops(frames), np.float32)
    beats = score.meter.beats
    for span in score.spans:
        if span.theme not in _MOVES or len(score.spans) < 3:
            continue
        first, last = (int(score.clock.seconds(bar * beats) * RATE / HOP) for bar in (span.start, span.end))
        begin, end = _MOVES[span.theme]
        ramp = np.linspace(0, 1, max(2, last - first)) ** 1.3
        values = 1 - depth * (1 - (begin + (end - begin) * ramp))
        size = curve[first:last].size
        curve[first:last] = values[:size]
    return curve
