"""Compression, ducking and gain curves, computed coarsely and applied smoothly."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from inference.engine import Samples
from inference.engines.composer.mixing.filters import BLOCK, RATE

HOP = 128
Curve = npt.NDArray[np.float32]
"""A linear gain for every `HOP` frames."""


def hops(frames: int) -> int:
    """How many values a curve has for that many frames."""
    return frames // HOP + 2


def levels(samples: Samples) -> Curve:
    """The peak of each hop over both channels."""
    count = samples.shape[0] // HOP
    peaks = np.zeros(hops(samples.shape[0]), np.float32)
    step = BLOCK // HOP
    for first in range(0, count, step):
        last = min(count, first + step)
        block = np.abs(samples[first * HOP : last * HOP])
        peaks[first:last] = block.reshape(last - first, HOP * samples.shape[1]).max(axis=1)
    return peaks


def compressor(samples: Samples, threshold_db: float, ratio: float, attack: float, release: float) -> Curve:
    """The gains of a feed-forward compressor with a soft knee; its make-up is left to the gain staging."""
    level_db = 20 * np.log10(np.maximum(levels(samples), 1e-6))
    over = np.maximum(0.0, level_db - threshold_db)
    wanted = -(over * over / (over + 6.0)) * (1 - 1 / ratio)
    rise, fall = math.exp(-HOP / RATE / attack), math.exp(-HOP / RATE / release)
    state, smooth = 0.0, []
    for value in wanted.tolist():
        factor = rise if value < state else fall
        state = value + (state - value) * factor
        smooth.append(state)
    return np.asarray(10 ** (np.asarray(smooth) / 20), np.float32)


def ducking(frames: int, kicks: Sequence[int], depth: float, recovery: float) -> Curve:
    """Gains that dip at every kick and swell back within `recovery` seconds."""
    count = hops(frames)
    gain = np.ones(count, np.float32)
    length = max(2, int(recovery * RATE / HOP))
    dip = 1.0 - depth * (1 - np.linspace(0, 1, length, dtype=np.float32) ** 1.6)
    for kick in kicks:
        start = max(0, kick // HOP - 1)
        end = min(count, start + length)
        gain[start:end] = np.minimum(gain[start:end], dip[: end - start])
    return gain


def apply(samples: Samples, curve: Curve) -> None:
    """Multiply by the curve, interpolated between hops."""
    ramp = (np.arange(HOP, dtype=np.float32) / HOP)[None, :]
    step = BLOCK // HOP
    count = -(-samples.shape[0] // HOP)
    for first in range(0, count, step):
        here = curve[first : min(first + step, count)]
        there = curve[first + 1 : first + 1 + here.size]
        gains = (here[:, None] + (there - here)[:, None] * ramp).reshape(-1)
        block = samples[first * HOP : first * HOP + gains.size]
        block *= gains[: block.shape[0], None]


def blend(block: Samples, other: Samples, curve: Curve, start: int) -> None:
    """Cross-fade a block that begins at frame `start` with `other`: 1 leaves it as it is, 0 replaces it."""
    places = np.arange(start, start + block.shape[0]) / HOP
    weight = np.interp(places, np.arange(curve.size), curve).astype(np.float32)
    block -= other
    block *= weight[:, None]
    block += other
