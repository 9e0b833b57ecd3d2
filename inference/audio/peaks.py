"""The picture of a waveform at several widths, small enough to send with a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inference.audio.streams import BLOCK, blocks
from inference.engine import Samples

VERSION = 1
WIDTHS = (200, 800, 3200)
"""Pairs a level; each is a multiple of the one before, so coarse levels follow from fine ones."""
SCALE = 127
"""What full scale is written as."""

_MOST = 16 * BLOCK
"""Extremes that are kept: over a hundred for each of the finest pairs, however long the song."""

_Extremes = npt.NDArray[np.int8]
_Floats = npt.NDArray[np.float32]


def peaks(samples: Samples, sample_rate: int) -> dict[str, Any]:
    """The picture of `samples`, as `PeakPicture` draws it; ValueError when there are none."""
    picture = PeakPicture(sample_rate, samples.shape[1])
    for block in blocks(samples):
        picture.push(block)
    return picture.draw()


def write_peaks(path: Path, samples: Samples, sample_rate: int) -> None:
    """Write `peaks` to `path` as compact JSON."""
    writer = PeakWriter(path, sample_rate, samples.shape[1])
    for block in blocks(samples):
        writer.push(block)
    writer.close()


class PeakPicture:
    """Hears a song and draws it."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate, self._channels = sample_rate, channels
        self._frames = 0
        self._lowest, self._highest = _Curve(np.minimum), _Curve(np.maximum)

    def push(self, block: Samples) -> None:
        """Hear a block."""
        self._frames += block.shape[0]
        sides = [np.ascontiguousarray(side) for side in block.T]
        self._lowest.add(np.minimum.reduce(sides))
        self._highest.add(np.maximum.reduce(sides))

    def draw(self) -> dict[str, Any]:
        """The lowest and highest sample, over all channels, of equal spans of the song, as JSON values:
        `{"version", "seconds", "channels", "scale", "levels": [{"pairs", "data": [lowest, highest, …]}]}`.

        A song shorter than the finest level repeats samples; in one of more than 20 s a span may begin a hundredth of
        its length early. ValueError when there are no samples.
        """
        if not self._frames:
            raise ValueError("there are no samples to draw")
        lowest, highest = self._lowest.spans(WIDTHS[-1]), self._highest.spans(WIDTHS[-1])
        levels = []
        for width in WIDTHS:
            low, high = lowest.reshape(width, -1).min(axis=1), highest.reshape(width, -1).max(axis=1)
            levels.append({"pairs": width, "data": np.stack([low, high], axis=1).reshape(-1).tolist()})
        return {
            "version": VERSION,
            "seconds": round(self._frames / self._rate, 6),
            "channels": self._channels,
            "scale": SCALE,
            "levels": levels,
        }


class PeakWriter(PeakPicture):
    """Writes the picture when the song is over."""

    def __init__(self, path: Path, sample_rate: int, channels: int) -> None:
        super().__init__(sample_rate, channels)
        self._path = path

    def close(self) -> None:
        """Write it, as compact JSON."""
        self._path.write_text(json.dumps(self.draw(), separators=(",", ":")), encoding="ascii")


class _Curve:
    """The extremes of short spans, which grow longer as the song does."""

    def __init__(self, extreme: np.ufunc) -> None:
        self._extreme: Callable[..., Any] = extreme.reduceat
        self._span = 1
        self._kept: list[_Extremes] = []
        self._count = 0

    def add(self, values: _Floats) -> None:
        """Go on with a block; all but the last are as long, so that a span never reaches across."""
        extremes = self._extreme(values, np.arange(0, values.size, self._span))
        self._kept.append(np.rint(np.clip(extremes, -1, 1) * SCALE).astype(np.int8))
        self._count += extremes.size
        if self._count > _MOST:
            kept = np.concatenate(self._kept)
            self._kept = [self._extreme(kept, np.arange(0, kept.size, 2))]
            self._count, self._span = self._kept[0].size, 2 * self._span

    def spans(self, width: int) -> _Extremes:
        """The extremes of `width` equal spans of all that was added."""
        kept = np.concatenate(self._kept)
        # Where a span has no length, `reduceat` repeats what lies there.
        return np.asarray(self._extreme(kept, np.arange(width) * kept.size // width), np.int8)
