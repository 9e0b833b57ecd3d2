"""A sketch: what of a song is settled before it is written, as the form, harmony and melody of one that exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from inference.engines.composer import score_json
from inference.engines.composer.reading.pitch import TEMPO_RANGE, parse_key
from inference.engines.composer.score import METERS, Meter, Note, Span, Vocal
from inference.engines.composer.score_json import ScoreError
from inference.engines.composer.theory import MODES, QUALITIES, Chord, Key
from inference.engines.composer.writing.form import Plan

_MOST_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Loop:
    """Chords that a section goes round, in bars of `beats` quarter notes; the first starts at 0."""

    chords: tuple[Chord, ...]
    bars: int
    beats: float

    def laid(self, span: Span, meter: Meter) -> list[Chord]:
        """The loop over a section, stretched to the section's metre."""
        stretch = meter.beats / self.beats
        result: list[Chord] = []
        for bar in range(span.bars):
            first = bar % self.bars * self.beats
            here = [c for c in self.chords if first <= c.start + 1e-6 < first + self.beats]
            for index, chord in enumerate(here):
                end = here[index + 1].start if index + 1 < len(here) else first + self.beats
                start = (span.start + bar) * meter.beats + (chord.start - first) * stretch
                result.append(replace(chord, start=start, duration=(end - chord.start) * stretch))
        return result


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is settled; the rest is written anew."""

    seconds: float
    tempo: float
    """Pulses a minute."""
    key: Key
    meter: Meter
    plan: Plan | None
    """None: a form of its own."""
    chords: tuple[Chord, ...] | None
    """All but the last, which rings; None: the genre's, or those of the `loops`."""
    lead: tuple[Note, ...] | None
    """All but the last note; None: a melody of its own."""
    band: str = ""
    """The seed whose chance picked the players; empty: the song's own."""
    vocal: Vocal | None = None
    """What is sung already."""
    loops: Mapping[str, Loop] = field(default_factory=dict)
    """Harmony by theme, for whatever form there will be; a theme that is not here has that of "A"."""
    curve: tuple[float, ...] = ()
    """How intense the song is over its length, at even steps, 0..1; sections follow it half the way."""

    def shaped(self, plan: Plan) -> Plan:
        """The plan with the intensities that the curve asks for."""
        if not self.curve:
            return plan
        return replace(plan, spans=tuple(self._shaped(span, plan.bars) for span in plan.spans))

    def _shaped(self, span: Span, bars: int) -> Span:
        first = int(span.start / bars * len(self.curve))
        last = max(first + 1, int(span.end / bars * len(self.curve)))
        here = self.curve[first:last]
        return replace(span, intensity=min(1.0, max(0.1, 0.5 * (span.intensity + sum(here) / len(here)))))

    def harmony(self, spans: Sequence[Span], meter: Meter) -> tuple[Chord, ...] | None:
        """The chords that are settled for these sections."""
        if self.chords or not self.loops:
            return self.chords
        home = self.loops.get("A") or next(iter(self.loops.values()))
        return tuple(chord for span in spans for chord in self.loops.get(span.theme, home).laid(span, meter))


def load(folder: Path) -> Sketch:
    """Form, harmony and melody of the version in `folder`; ScoreError when it has no score that can be read."""
    value = score_json.read_file(folder)
    try:
        return _sketch(value)
    except score_json.BROKEN as error:
        raise ScoreError("The score of this version cannot be read.") from error


def _sketch(score: Mapping[str, Any]) -> Sketch:
    meter = METERS[score["meter"]]
    named = parse_key(score["key"])
    mode = score["mode"]
    seconds, tempo = float(score["seconds"]), float(score["pulse"])
    if named is None or mode not in MODES or not 1 <= seconds <= _MOST_SECONDS:
        raise ValueError
    if not TEMPO_RANGE[0] <= tempo <= TEMPO_RANGE[1]:
        raise ValueError
    spans = _spans(score["sections"])
    final = spans[-1].end * meter.beats
    chords = tuple(chord for chord in map(_chord, score["chords"]) if chord.start < final - 0.01)
    lead = [_note(n) for track in score["tracks"] if track["stem"] == "lead" for n in track["notes"]]
    notes = tuple(sorted((n for n in lead if n.start < final - 0.01), key=lambda n: n.start))
    if not chords or chords[0].start > 0:
        raise ValueError
    return Sketch(seconds, tempo, Key(named.tonic, mode), meter, Plan(spans, spans[-1].end), chords, notes)


def _spans(sections: list[Mapping[str, Any]]) -> tuple[Span, ...]:
    spans: list[Span] = []
    turns: dict[str, int] = {}
    for section in sections:
        theme = str(section["theme"])
        turn = turns.get(theme, 0)
        turns[theme] = turn + 1
        start, bars = int(section["bar"]), int(section["bars"])
        if bars < 1 or start != (spans[-1].end if spans else 0):
            raise ValueError
        intensity = min(1.0, max(0.1, float(section["intensity"])))
        spans.append(Span(str(section["name"]), theme, start, bars, intensity, turn))
    return tuple(spans)


def _chord(chord: Mapping[str, Any]) -> Chord:
    root, bass, quality = int(chord["root"]) % 12, int(chord["bass"]) % 12, str(chord["quality"])
    tones = tuple((root + interval) % 12 for interval in QUALITIES[quality])
    return Chord(float(chord["beat"]), float(chord["beats"]), root, bass, quality, str(chord["symbol"]), tones)


def _note(note: Mapping[str, Any]) -> Note:
    pitch, velocity = int(note["pitch"]), int(note["velocity"])
    start, length = float(note["beat"]), float(note["beats"])
    if not (0 <= pitch <= 127 and 0 < velocity <= 127 and start >= 0 and length > 0):
        raise ValueError
    return Note(start, length, pitch, velocity)
