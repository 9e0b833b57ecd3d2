"""Second-order filters, from the Audio EQ Cookbook, and filtering long signals block by block."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy import signal

from inference.engine import Samples
from inference.engines.composer.ticks import Tick

RATE = 44_100
BLOCK = 1 << 17
Section = tuple[float, float, float, float, float, float]


def high_pass(frequency: float, q: float = 0.707) -> Section:
    """12 dB an octave below `frequency`."""
    w = 2 * math.pi * frequency / RATE
    alpha, c = math.sin(w) / (2 * q), math.cos(w)
    return _normal((1 + c) / 2, -(1 + c), (1 + c) / 2, 1 + alpha, -2 * c, 1 - alpha)


def low_pass(frequency: float, q: float = 0.707) -> Section:
    """12 dB an octave above `frequency`."""
    w = 2 * math.pi * frequency / RATE
    alpha, c = math.sin(w) / (2 * q), math.cos(w)
    return _normal((1 - c) / 2, 1 - c, (1 - c) / 2, 1 + alpha, -2 * c, 1 - alpha)


def peak(frequency: float, gain_db: float, q: float = 0.9) -> Section:
    """A bell of `gain_db` around `frequency`."""
    w = 2 * math.pi * frequency / RATE
    a = 10 ** (gain_db / 40)
    alpha, c = math.sin(w) / (2 * q), math.cos(w)
    return _normal(1 + alpha * a, -2 * c, 1 - alpha * a, 1 + alpha / a, -2 * c, 1 - alpha / a)


def shelf(frequency: float, gain_db: float, *, high: bool) -> Section:
    """A shelf of `gain_db` above (or below) `frequency`."""
    w = 2 * math.pi * frequency / RATE
    a = 10 ** (gain_db / 40)
    c = math.cos(w) * (1 if high else -1)
    beta = 2 * math.sqrt(a) * math.sin(w) / 2 * math.sqrt(2)
    plus, minus = (a + 1) + (a - 1) * c, (a + 1) - (a - 1) * c
    b0, b1, b2 = a * (plus + beta), -2 * a * ((a - 1) + (a + 1) * c), a * (plus - beta)
    a0, a1, a2 = minus + beta, 2 * ((a - 1) - (a + 1) * c), minus - beta
    if not high:
        b1, a1 = -b1, -a1
    return _normal(b0, b1, b2, a0, a1, a2)


def _normal(b0: float, b1: float, b2: float, a0: float, a1: float, a2: float) -> Section:
    return (b0 / a0, b1 / a0, b2 / a0, 1.0, a1 / a0, a2 / a0)


def filter_in_place(samples: Samples, sections: Sequence[Section], tick: Tick) -> None:
    """Run `samples` through the sections."""
    if not sections:
        return
    for block, filtered in filtered_blocks(samples, sections, tick):
        block[:] = filtered


def filtered_blocks(
    samples: Samples, sections: Sequence[Section], tick: Tick
) -> Iterator[tuple[Samples, npt.NDArray[np.float64]]]:
    """Block by block: a view of `samples` and what the sections make of it."""
    sos = np.asarray(sections, np.float64)
    state: npt.NDArray[np.float64] = np.zeros((sos.shape[0], 2, samples.shape[1]))
    for start in range(0, samples.shape[0], BLOCK):
        block = samples[start : start + BLOCK]
        filtered, state = signal.sosfilt(sos, block, axis=0, zi=state)
        yield block, filtered
        tick(min(1.0, (start + BLOCK) / samples.shape[0]))
