"""What a genre is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inference.engines.composer.score import Role


@dataclass(frozen=True, slots=True)
class Part:
    """One player: what it plays (`style`), on which sounds, how loud and where, and from which intensity on."""

    role: Role
    style: str
    sounds: tuple[str, ...]
    level: float = 0.0
    """dB."""
    pan: float = 0.0
    """−1 left … 1 right."""
    send: float = 0.2
    """Reverb, 0..1."""
    floor: float = 0.0
    """Silent in sections less intense than this."""
    ceiling: float = 2.0
    """Silent in sections more intense than this."""


@dataclass(frozen=True, slots=True)
class Harmony:
    """Progressions for one mode: by theme, bars separated by spaces, chords within a bar by commas."""

    verse: tuple[str, ...]
    chorus: tuple[str, ...]
    bridge: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Melody:
    """How the lead moves."""

    density: float = 0.5
    """0 long notes … 1 running sixteenths."""
    syncopation: float = 0.3
    leap: float = 0.3
    center: int = 70
    rest: float = 0.25
    """Share of each phrase left to breathe."""
    pentatonic: bool = False
    blue: bool = False
    """Bent into, with blue thirds before the chord's own."""
    idiom: str = "song"
    """Whose rhythms it is made of: a name of `rhythms.HALVES`."""
    pickup: float = 0.45
    """How likely its phrases begin before the bar line."""
    gate: float = 1.0
    """How much of its length a note sounds."""


@dataclass(frozen=True, slots=True)
class Mix:
    """How the genre sounds in the room."""

    reverb: float = 1.4
    """Seconds to −60 dB."""
    wet: float = 1.0
    """Scales every send."""
    pump: float = 0.0
    """Depth of the ducking under the kick, 0..1."""
    drive: float = 0.0
    bright: float = 0.0
    """Tilt in dB."""
    dust: float = 0.0
    """Tape wow, hiss and a closed top, 0..1."""
    echo: float = 0.0
    """Tempo echo on the lead, 0..1."""
    glue: float = 0.4
    """Bus compression, 0..1."""
    drums: float = 0.0
    """Drum level in dB."""
    sweep: float = 0.0
    """How far filters close in intros, breaks and builds, 0..1."""


@dataclass(frozen=True, slots=True)
class Genre:
    """A genre."""

    name: str
    title: str
    tempo: tuple[float, float]
    minor: float
    """How likely the mode is minor when nothing speaks for either."""
    form: str
    color: str
    """Chord colour: triad, seventh, ninth, add9, power, dominant."""
    major: Harmony
    dark: Harmony
    groove: str
    kit: str
    parts: tuple[Part, ...]
    melody: Melody = field(default_factory=Melody)
    mix: Mix = field(default_factory=Mix)
    swing: float = 0.5
    swing_unit: float = 0.5
    meter: str = "4/4"
    modes: Mapping[bool, str] = field(default_factory=lambda: {False: "major", True: "minor"})
    energy: float = 0.5
    human: float = 0.5
    """0 machine … 1 loose."""
    rubato: float = 0.0
    """Seconds by which the ending broadens."""
    loop: bool = False
    """The harmony circles without cadences."""
    kits: tuple[str, ...] = ()
    """Other kits that it may be played on."""
