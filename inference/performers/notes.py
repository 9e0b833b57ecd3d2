"""Note names as people write them, and their numbers."""

from __future__ import annotations

import re

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS = {"": 0, "♯": 1, "#": 1, "♭": -1, "b": -1}
_NOTE = re.compile(r"([A-G])([♯#♭b]?)(-?\d)")


def midi(note: str) -> int:
    """The MIDI note number of "A2" or "B♭3". Raises ValueError for anything else."""
    match = _NOTE.fullmatch(note)
    if match is None:
        raise ValueError(f"not a note: {note!r}")
    return 12 * (int(match[3]) + 1) + _STEPS[match[1]] + _SIGNS[match[2]]
