"""Stops: the band falls silent for a moment, so that what follows lands."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from inference.engines.composer.score import Meter, Note, Role, Span, Track
from inference.engines.composer.writing.grooves import MIDI

_LIKELY: Mapping[str, float] = {"song": 0.4, "groove": 0.5, "loop": 0.6, "club": 0.85, "arc": 0.3}
"""By family of form, how likely the loudest section is reached over a stop."""
_FILLED = frozenset(MIDI[sign] for sign in "sltc~!")
"""What a drummer may still play in a stop."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Silence in beats; `whole` for the drums too."""

    start: float
    end: float
    whole: bool


def stops(spans: Sequence[Span], family: str, meter: Meter, rng: random.Random) -> tuple[Stop, ...]:
    """Where the music holds its breath: before choruses and drops that are louder than what leads to them."""
    found = []
    for before, span in itertools.pairwise(spans):
        rising = span.theme == "B" and span.intensity >= before.intensity + 0.15 and before.bars >= 4
        if not rising or rng.random() > _LIKELY.get(family, 0.0) * (1.0 if span.turn else 0.6):
            continue
        joint = span.start * meter.beats
        found.append(Stop(joint - meter.pulse * (2 if family == "club" else 1), joint, family in ("club", "loop")))
    return tuple(found)


def stopped(track: Track, silences: Sequence[Stop]) -> Track:
    """The track without what would sound in the stops; a lead sings on, over nothing."""
    if not silences or track.role is Role.LEAD:
        return track
    notes = tuple(kept for note in track.notes if (kept := _cut(note, silences, drums=bool(track.kit))))
    return replace(track, notes=notes)


def _cut(note: Note, silences: Sequence[Stop], *, drums: bool) -> Note | None:
    for stop in silences:
        inside = stop.start - 0.01 <= note.start < stop.end - 0.01
        if drums:
            silent = inside and note.pitch not in (_FILLED if not stop.whole else {MIDI["~"], MIDI["!"]})
            if silent:
                return None
        elif inside:
            return None
        elif note.start < stop.start < note.start + note.duration:
            return replace(note, duration=stop.start - note.start)
    return note
