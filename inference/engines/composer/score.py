"""The score: what the composer writes and the players read, in beats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from inference.engines.composer.theory import Chord, Key


class Role(StrEnum):
    """What a part does in the arrangement; each role is one stem."""

    DRUMS = "drums"
    PERCUSSION = "percussion"
    BASS = "bass"
    CHORDS = "chords"
    ARP = "arpeggio"
    PADS = "pads"
    LEAD = "lead"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Note:
    """One note: start and duration in beats, MIDI pitch, velocity 1..127."""

    start: float
    duration: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Meter:
    """A metre; a beat is a quarter note (a dotted quarter is 1.5 beats in 6/8)."""

    name: str
    beats: float
    """Quarter notes in a bar."""
    pulse: float
    """Quarter notes in what a listener counts: 1 in 4/4, 1.5 in 6/8."""

    @property
    def steps(self) -> int:
        """Sixteenths in a bar."""
        return round(self.beats * 4)


METERS: Mapping[str, Meter] = {
    "4/4": Meter("4/4", 4.0, 1.0),
    "3/4": Meter("3/4", 3.0, 1.0),
    "6/8": Meter("6/8", 3.0, 1.5),
    "5/4": Meter("5/4", 5.0, 1.0),
    "7/8": Meter("7/8", 3.5, 1.0),
    "2/4": Meter("2/4", 2.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A section of the form, in bars: `theme` names the material it states, `turn` counts its returns."""

    name: str
    theme: str
    start: int
    bars: int
    intensity: float
    turn: int

    @property
    def end(self) -> int:
        return self.start + self.bars


@dataclass(frozen=True, slots=True)
class Clock:
    """Beats to seconds: tempo in quarter notes a minute, swing of eighths or sixteenths, and a slowing end."""

    tempo: float
    swing: float = 0.5
    """Where the off-beat falls in its pair: 0.5 straight, 0.667 triplets."""
    unit: float = 0.5
    """The swung note value in beats."""
    slow_from: float = float("inf")
    """The beat from which the music broadens, once, by `slow` seconds until `slow_to`."""
    slow_to: float = float("inf")
    slow: float = 0.0

    def seconds(self, beat: float) -> float:
        """When `beat` sounds."""
        pair = self.unit * 2
        whole, rest = divmod(beat, pair)
        early = self.unit
        bent = rest * self.swing * 2 if rest <= early else pair * self.swing + (rest - early) * (1 - self.swing) * 2
        straight = (whole * pair + bent) * 60.0 / self.tempo
        if beat <= self.slow_from:
            return straight
        share = min(1.0, (beat - self.slow_from) / (self.slow_to - self.slow_from))
        return straight + self.slow * share * share


@dataclass(frozen=True, slots=True)
class Layer:
    """One sound of a part: a SoundFont program or a synthesiser's name, an octave shift and a level."""

    program: int
    gain_db: float = 0.0
    octave: int = 0
    synth: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """One part as written: who plays it, with what, and its notes in order."""

    name: str
    role: Role
    instrument: str
    layers: tuple[Layer, ...]
    notes: tuple[Note, ...]
    kit: str = ""
    level_db: float = 0.0
    pan: float = 0.0
    send: float = 0.2
    human: float = 0.5
    scoop: float = 0.0
    """How often accented notes are bent into from below, 0..1."""


@dataclass(frozen=True, slots=True)
class Score:
    """A whole song."""

    seconds: float
    key: Key
    meter: Meter
    clock: Clock
    bars: int
    spans: tuple[Span, ...]
    chords: tuple[Chord, ...]
    tracks: tuple[Track, ...]
    final_beat: float
    """Where the last chord lands."""

    def as_json(self) -> dict[str, Any]:
        """The score as JSON values, times in beats and in seconds."""
        at = self.clock.seconds

        def times(start: float, duration: float) -> dict[str, float]:
            first, last = at(start), min(at(start + duration), self.seconds)
            return {
                "beat": round(start, 4),
                "beats": round(duration, 4),
                "start": round(first, 4),
                "duration": round(max(0.0, last - first), 4),
            }

        return {
            "format": 1,
            "seconds": self.seconds,
            "tempo": round(self.clock.tempo, 3),
            "pulse": round(self.clock.tempo / self.meter.pulse, 3),
            "meter": self.meter.name,
            "key": self.key.name,
            "mode": self.key.mode,
            "swing": self.clock.swing,
            "sections": [
                {"name": s.name, "theme": s.theme, "bar": s.start, "bars": s.bars, "intensity": round(s.intensity, 3)}
                | times(s.start * self.meter.beats, s.bars * self.meter.beats)
                for s in self.spans
            ],
            "chords": [
                {"symbol": c.symbol, "root": c.root, "bass": c.bass, "quality": c.quality, "pitches": list(c.tones)}
                | times(c.start, c.duration)
                for c in self.chords
            ],
            "tracks": [
                {
                    "name": t.name,
                    "stem": t.role.value,
                    "instrument": t.instrument,
                    "program": t.layers[0].program if t.layers else None,
                    "drums": bool(t.kit),
                    "notes": [{"pitch": n.pitch, "velocity": n.velocity} | times(n.start, n.duration) for n in t.notes],
                }
                for t in self.tracks
            ],
        }
