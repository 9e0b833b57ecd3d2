"""How long each stage of a job may stay silent before it counts as hung."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

STARTING = "starting"
"""From the command until the engine's first word; includes importing it."""
WAITING = "waiting"
"""In an engine process that makes other songs first; said again whenever one of those gets on."""
LOADING = "loading"
"""The name for engines to report while they load weights."""
FETCHING = "fetching"
"""And while they fetch them, at first use."""
ENCODING = "encoding"
MEASURING = "measuring"
DECODING = "decoding"
"""Opening what a stranger sent."""
NORMALISING = "normalising"
"""Reading it, and writing everything that becomes of it."""
LEARNING = "learning"
"""A voice, from recordings of it."""

STAGE_DEADLINES: Mapping[str, float] = MappingProxyType(
    # who waits must be more patient than whoever it waits for
    {
        STARTING: 120.0,
        WAITING: 660.0,
        LOADING: 600.0,
        FETCHING: 300.0,
        ENCODING: 60.0,
        MEASURING: 60.0,
        DECODING: 120.0,
        NORMALISING: 60.0,
        LEARNING: 300.0,
    }
)
"""Seconds without progress after which the process may be killed."""
OTHER_DEADLINE = 120.0
"""For every other stage of an engine."""


def deadline(stage: str) -> float:
    """Seconds that `stage` may stay without progress."""
    return STAGE_DEADLINES.get(stage, OTHER_DEADLINE)
