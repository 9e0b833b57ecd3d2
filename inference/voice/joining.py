"""Chunks that were made apart, joined without a click."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from inference.voice.analysis import Doubles

FADE = 441
"""Samples to either side of a joint where one chunk turns into the next."""
_FURTHEST = 300
"""Samples a chunk may move for its waves to go on from those before: the pulses of a voice made anew start anywhere."""


class Joiner:
    """Joins chunks of one recording, in order."""

    def __init__(self, samples: int) -> None:
        """`samples` is the length of the whole, which comes out exactly."""
        self._left = samples
        self._tail: Doubles | None = None

    def add(self, chunk: Doubles, margin: int) -> Iterator[Doubles]:
        """Take a chunk with `margin` samples too many at either end, more than it may move, and give what is ready."""
        start = margin
        # A chunk that moves ends as much earlier or later, so that the next begins when it should.
        lag = 0 if self._tail is None else self._lag(chunk, margin)
        if self._tail is not None:
            start += lag
            fade = np.linspace(0.0, 1.0, 2 * FADE)
            over = self._tail * (1 - fade) + chunk[start - FADE : start + FADE] * fade
            yield self._cut(over)
            start += FADE
        end = len(chunk) - margin - FADE + lag
        yield self._cut(chunk[start:end])
        self._tail = chunk[end : end + 2 * FADE]

    def end(self) -> Iterator[Doubles]:
        """What is left."""
        if self._tail is not None:
            yield self._cut(self._tail[:FADE])
        if self._left:
            yield self._cut(np.zeros(self._left))

    def _cut(self, block: Doubles) -> Doubles:
        block = block[: self._left]
        self._left -= len(block)
        return block

    def _lag(self, chunk: Doubles, margin: int) -> int:
        assert self._tail is not None
        around = chunk[margin - FADE - _FURTHEST : margin + FADE + _FURTHEST]
        alike = np.correlate(around, self._tail, mode="valid")
        power = np.convolve(around**2, np.ones(2 * FADE), mode="valid")
        match = alike / np.sqrt(power * float((self._tail**2).sum()) + 1e-12)
        best = int(match.argmax())
        return best - _FURTHEST if match[best] > 0.5 else 0
