"""Telling how far a piece of the work is."""

from __future__ import annotations

from collections.abc import Callable

Tick = Callable[[float], None]
"""Told the fraction done, 0..1; whatever it raises ends the work."""


def part(tick: Tick, start: float, share: float) -> Tick:
    """A tick for a part of the work that begins at `start` and is `share` of the whole."""
    return lambda fraction: tick(start + share * fraction)
