"""The picture of a waveform at several widths, small enough to send with a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inference.engine import Samples

VERSION = 1
WIDTHS = (200, 800, 3200)
"""Pairs a level; each is a multiple of the one before, so coarse levels follow from fine ones."""
SCALE = 127
"""What full scale is written as."""


def peaks(samples: Samples, sample_rate: int) -> dict[str, Any]:
    """The lowest and highest sample, over both channels, of equal spans of the song, as JSON values:
    `{"version", "seconds", "channels", "scale", "levels": [{"pairs", "data": [lowest, highest, …]}]}`.

    A song shorter than the finest level repeats samples. ValueError when there are no samples.
    """
    if not samples.shape[0]:
        raise ValueError("there are no samples to draw")
    lowest, highest = _extremes(samples, WIDTHS[-1])
    levels = []
    for width in WIDTHS:
        low, high = lowest.reshape(width, -1).min(axis=1), highest.reshape(width, -1).max(axis=1)
        pairs = np.rint(np.clip(np.stack([low, high], axis=1), -1, 1) * SCALE).astype(np.int8)
        levels.append({"pairs": width, "data": pairs.reshape(-1).tolist()})
    return {
        "version": VERSION,
        "seconds": round(samples.shape[0] / sample_rate, 6),
        "channels": samples.shape[1],
        "scale": SCALE,
        "levels": levels,
    }


def write_peaks(path: Path, samples: Samples, sample_rate: int) -> None:
    """Write `peaks` to `path` as compact JSON."""
    path.write_text(json.dumps(peaks(samples, sample_rate), separators=(",", ":")), encoding="ascii")


def _extremes(samples: Samples, width: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Lowest and highest sample of `width` equal spans, over all channels."""
    edges = np.arange(width + 1) * samples.shape[0] // width
    starts, stops = edges[:-1], np.maximum(edges[1:], edges[:-1] + 1)
    lowest, highest = np.empty(width, np.float32), np.empty(width, np.float32)
    for index, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        span = samples[start:stop]
        lowest[index], highest[index] = span.min(), span.max()
    return lowest, highest
