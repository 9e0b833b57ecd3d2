"""How a long song is made of windows as long as those that the model was trained on."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_WINDOW = 30.0
"""Seconds."""
CARRIED = 12.0
"""Seconds that every later window is given of what is there, so that it goes on from it."""


@dataclass(frozen=True, slots=True)
class Window:
    """A span to make, in seconds of the song; `heard` seconds before `start` are given to the model."""

    start: float
    end: float
    heard: float


def windows(start: float, end: float) -> tuple[Window, ...]:
    """From `start`, before which there is a song already (0: none), to `end`."""
    result = []
    while end - start > 1e-6:
        heard = min(CARRIED, start)
        stop = min(end, start + LONGEST_WINDOW - heard)
        result.append(Window(start, stop, heard))
        start = stop
    return tuple(result)
