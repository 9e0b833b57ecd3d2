"""The score: what the composer writes and the players read, in beats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from inference.engines.composer.theory import Chord, Key
from inference.singing.model import Sheet, SpokenWord, SungNote


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
    VOCALS = "vocals"


_CHOIR = 52
"""The General MIDI program that stands for a voice elsewhere."""


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
class VocalNote:
    """A syllable on a pitch, in beats; several in a row with the same word and syllable are one melisma."""

    start: float
    """When the vowel sounds; the consonants before it come earlier."""
    duration: float
    pitch: int
    velocity: int
    word: int
    """Index into `Vocal.words`."""
    syllable: int
    """Index into that word's syllables."""


@dataclass(frozen=True, slots=True)
class Vocal:
    """What is sung, in beats."""

    voice: str
    language: str
    words: tuple[SpokenWord, ...]
    lines: tuple[int, ...]
    """For each word, the number of its line among the lines of the lyrics as the person wrote them, from 0."""
    notes: tuple[VocalNote, ...]
    """In order, none over another; each word at least once."""
    doubled: tuple[tuple[float, float], ...] = ()
    """Spans that further takes double, as choruses are."""

    def as_json(self) -> dict[str, Any]:
        """All but the notes, as JSON values."""
        return {
            "voice": self.voice,
            "language": self.language,
            "words": [
                {
                    "text": word.text,
                    "line": line,
                    "syllables": [
                        {
                            "text": syllable.text,
                            "stress": syllable.stress,
                            "phones": [{"symbol": p.symbol, "vowel": p.vowel} for p in syllable.phones],
                        }
                        for syllable in word.syllables
                    ],
                }
                for word, line in zip(self.words, self.lines, strict=True)
            ],
            "doubled": [{"beat": round(start, 4), "beats": round(end - start, 4)} for start, end in self.doubled],
        }


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
    vocal: Vocal | None = None

    def sheet(self) -> Sheet | None:
        """What the voice sings, in seconds; None when nothing is sung."""
        vocal = self.vocal
        if vocal is None:
            return None
        at = self.clock.seconds
        notes = [
            SungNote(at(n.start), at(n.start + n.duration) - at(n.start), n.pitch, n.velocity, n.word, n.syllable)
            for n in vocal.notes
        ]
        doubled = tuple((at(start), at(end)) for start, end in vocal.doubled)
        return Sheet(vocal.voice, vocal.language, vocal.words, vocal.lines, tuple(notes), doubled)

    def as_json(self) -> dict[str, Any]:
        """The score as JSON values, times in beats and in seconds; what is sung is "vocal" and the track "vocals"."""
        at = self.clock.seconds

        def times(start: float, duration: float) -> dict[str, float]:
            first, last = at(start), min(at(start + duration), self.seconds)
            return {
                "beat": start,
                "beats": duration,
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
            ]
            + [
                {
                    "name": Role.VOCALS.value,
                    "stem": Role.VOCALS.value,
                    "instrument": vocal.voice,
                    "program": _CHOIR,
                    "drums": False,
                    "notes": [
                        {"pitch": n.pitch, "velocity": n.velocity, "word": n.word, "syllable": n.syllable}
                        | times(n.start, n.duration)
                        for n in vocal.notes
                    ],
                }
                for vocal in ([self.vocal] if self.vocal else [])
            ],
        } | ({"vocal": self.vocal.as_json()} if self.vocal else {})
