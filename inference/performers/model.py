"""What a performer is to people, and what makes one sound like themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Register(StrEnum):
    """Where a voice is at home."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Performer:
    """Somebody whose voice a song can be given."""

    name: str
    """Stable identifier, as stored with versions."""
    title: str
    """As people see it."""
    range: tuple[str, str]
    """Lowest and highest comfortable note, as "A2" (A4 is 440 Hz)."""
    style: str
    """What they sing, in a few words."""
    register: Register
    about: str
    """What they sound like, in one sentence."""
    licence: str
    """What may be done with what they sing."""


@dataclass(frozen=True, slots=True)
class Resonance:
    """A peak or a dip that a throat gives to everything it sings."""

    hertz: float
    decibels: float
    """Height; below 0 it is a dip."""
    width: float
    """Hz from its middle to where it has fallen to 60 %."""


@dataclass(frozen=True, slots=True)
class Timbre:
    """Source and filter of a performer, as changes to those of the speaker that is analysed."""

    tract: tuple[float, float, float, float]
    """How much higher the first, second, third and all further resonances lie: a shorter throat has higher ones."""
    tilt: float
    """Decibels an octave that the source leans above 1 kHz: up is bright, down is dark."""
    body: float
    """Decibels at the lowest frequencies, fading out by 800 Hz: up is round, down is thin."""
    focus: float
    """How far resonances stand out; 1 is as analysed, more is ringing, less is veiled."""
    breath: float
    """Share of noise in the voice from 2 to 6 kHz, 0..1."""
    rough: float
    """How deep the voice's loudness trembles at 30 to 80 Hz, 0..1."""
    vibrato_rate: float
    """Hz."""
    vibrato_depth: float
    """Cents to either side, once it has grown."""
    scoop: float
    """Cents below the note that a phrase is approached from."""
    resonances: tuple[Resonance, ...] = ()
