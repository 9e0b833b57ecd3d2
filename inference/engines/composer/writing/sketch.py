"""A sketch: the form, harmony and melody of a song that exists, to be arranged anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.engine import EngineError
from inference.engines.composer.reading.pitch import TEMPO_RANGE, parse_key
from inference.engines.composer.score import METERS, Meter, Note, Span
from inference.engines.composer.theory import MODES, QUALITIES, Chord, Key
from inference.engines.composer.writing.form import Plan

_MOST_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a cover keeps."""

    seconds: float
    tempo: float
    """Pulses a minute."""
    key: Key
    meter: Meter
    plan: Plan
    chords: tuple[Chord, ...]
    """All but the last, which rings."""
    lead: tuple[Note, ...]


def load(folder: Path) -> Sketch:
    """The sketch of the version in `folder`; EngineError when it has no score, or one that cannot be read."""
    path = folder / "score.json"
    if not path.is_file():
        raise EngineError("This version has no score, so its melody cannot be played again in another style.")
    try:
        return _sketch(json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise EngineError("The score of this version cannot be read.") from error


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
    lead: list[Mapping[str, Any]] = next((t["notes"] for t in score["tracks"] if t["stem"] == "lead"), [])
    notes = tuple(n for n in map(_note, lead) if n.start < final - 0.01)
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
