"""Who can sing: voices of our own making, low to high, each with its range and its character."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_NOTES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


@dataclass(frozen=True, slots=True)
class Voice:
    """A singer: where they are comfortable, and what makes them sound like themselves."""

    name: str
    """Stable identifier, as stored with versions."""
    title: str
    """As people see it."""
    low: int
    """Lowest comfortable MIDI note number."""
    high: int
    """Highest comfortable MIDI note number."""
    formants: float
    """How much higher the resonances lie than those of the speaker that is analysed."""
    tilt: float
    """Decibels an octave that the spectrum leans above 1 kHz: up is bright, down is dark."""
    breath: float
    """Share of noise in held vowels at high frequencies, 0..1."""
    vibrato_rate: float
    """Hz."""
    vibrato_depth: float
    """Cents to either side, once it has grown."""
    scoop: float
    """Cents below the note that a phrase is approached from."""

    @property
    def range(self) -> str:
        """As "A2–E4"."""
        return f"{_note(self.low)}–{_note(self.high)}"


def _note(pitch: int) -> str:
    return f"{_NOTES[pitch % 12]}{pitch // 12 - 1}"


_ALL = (
    Voice("oak", "Oak, low and warm", 40, 60, 0.98, -0.5, 0.10, 5.1, 26.0, 90.0),
    Voice("reed", "Reed, a clear tenor", 47, 67, 1.03, 0.0, 0.12, 5.4, 28.0, 110.0),
    Voice("willow", "Willow, soft and close", 53, 72, 1.08, -2.0, 0.45, 5.3, 24.0, 80.0),
    Voice("wren", "Wren, high and bright", 57, 76, 1.13, 0.5, 0.16, 5.7, 28.0, 100.0),
)

VOICES: Mapping[str, Voice] = {voice.name: voice for voice in _ALL}
"""Every voice by its name, low to high."""
