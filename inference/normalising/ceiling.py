"""Samples beyond full scale, turned down just there: a file of floats, or a decoded MP3, may have them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from inference.engine import Samples

_HOP = 64
_REACH = 12
"""Hops, about 17 ms, before and after one that is too loud in which the gain changes."""

_Gains = npt.NDArray[np.float32]


class Ceiling:
    """A limiter that looks ahead, and changes nothing where nothing is too loud."""

    def __init__(self) -> None:
        self.overs = 0
        """Samples that were beyond full scale."""

    def under(self, song: Iterable[Samples]) -> Iterator[Samples]:
        """The blocks of `song`, as long as they were and each longer than 50 ms, but perhaps the last."""
        before: _Gains = np.ones(2 * _REACH, np.float32)
        held: Samples | None = None
        gains = before[:0]
        for block in song:
            following = self._needed(block)
            if held is not None:
                yield _turned_down(held, before, gains, following)
                before = np.concatenate([before, gains])[-2 * _REACH :]
            held, gains = block, following
        if held is not None:
            yield _turned_down(held, before, gains, before[:0])

    def _needed(self, block: Samples) -> _Gains:
        """The gain that each hop needs on its own."""
        sides = np.abs(block).max(axis=1) if block.shape[1] == 1 else np.maximum(*np.abs(block.T))
        self.overs += int(np.count_nonzero(sides > 1))
        peaks = np.maximum.reduceat(sides, np.arange(0, sides.size, _HOP))
        return np.asarray(1 / np.maximum(peaks, 1), np.float32)


def _turned_down(block: Samples, before: _Gains, gains: _Gains, after: _Gains) -> Samples:
    """The block with a gain that is nowhere higher than needed; `before` and `after` are what its neighbours need."""
    needed = np.concatenate([before, gains, after[: 2 * _REACH], np.ones(max(0, 2 * _REACH - after.size), np.float32)])
    if needed.min() >= 1:
        return block
    lowest = ndimage.minimum_filter1d(needed, 2 * _REACH + 1, mode="nearest")
    # Half as wide as the minimum, so that no hop gets more than it needs, and neither does a sample between two hops.
    smooth = ndimage.uniform_filter1d(lowest, 2 * (_REACH // 2) + 1, mode="nearest")[before.size - 1 :]
    places = (np.arange(block.shape[0]) / _HOP + 0.5).astype(np.float32)
    curve = np.interp(places, np.arange(smooth.size), smooth).astype(np.float32)
    return np.asarray(np.clip(block * curve[:, None], -1, 1), np.float32)
