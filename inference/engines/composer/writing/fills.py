"""What an instrument plays beside a voice: answers in its rests, its melody in solos, and the last chorus with it."""

from __future__ import annotations

import random
from collections.abc import Sequence

from inference.engines.composer.score import Meter, Note, Span, Vocal, VocalNote
from inference.engines.composer.writing.form import Plan

_LEAST_GAP = 1.5
"""Beats of rest that leave room for an answer."""
_MARGIN = 0.2
"""Beats between the voice and an answer."""
_DOUBLED = 0.5
"""How likely an instrument plays the last chorus with the voice."""


def beside(lead: Sequence[Note], vocal: Vocal, plan: Plan, meter: Meter, center: int, rng: random.Random) -> list[Note]:
    """The lead as it goes with a voice: it answers, takes up the verse in solos, and may double the last chorus."""
    beats = meter.beats
    notes = answers(lead, vocal.notes, plan.bars * beats)
    verse = next((s for s in plan.spans if s.theme == "A"), None)
    for span in plan.spans:
        taken = recalled(vocal.notes, verse, span, beats, center) if verse and span.theme == "s" else []
        if taken:
            notes = [n for n in notes if not span.start <= n.start / beats < span.start + span.bars // 2] + taken
    choruses = [s for s in plan.spans if s.theme == "B"]
    if len(choruses) > 2 and rng.random() < _DOUBLED:
        last = choruses[-1]
        notes = [n for n in notes if not last.start <= n.start / beats < last.end]
        notes += together(vocal.notes, last, beats, center)
    return sorted(notes, key=lambda n: n.start)


def answers(lead: Sequence[Note], sung: Sequence[VocalNote], end: float) -> list[Note]:
    """The notes of the lead that lie in the rests of the voice, cut to them; `end` is the song's last beat."""
    gaps = _gaps(sung, end)
    kept: list[Note] = []
    for first, last in gaps:
        inside = [n for n in lead if first + _MARGIN <= n.start <= last - 0.4]
        # One note alone is no answer.
        if len(inside) < 2 and last - first < 4:
            continue
        kept += [Note(n.start, min(n.duration, last - _MARGIN - n.start), n.pitch, n.velocity) for n in inside]
    return kept


def _gaps(sung: Sequence[VocalNote], end: float) -> list[tuple[float, float]]:
    gaps: list[tuple[float, float]] = []
    free = 0.0
    for note in sung:
        if note.start - free >= _LEAST_GAP:
            gaps.append((free, note.start))
        free = max(free, note.start + note.duration)
    if end - free >= _LEAST_GAP:
        gaps.append((free, end))
    return gaps


def recalled(sung: Sequence[VocalNote], source: Span, target: Span, beats: float, center: int) -> list[Note]:
    """What the voice sang in `source`, for the first half of `target`, in the octave around `center`."""
    first, shift = source.start * beats, (target.start - source.start) * beats
    last = first + min(source.bars, target.bars // 2) * beats
    return [_moved(n, shift, center) for n in sung if first <= n.start and n.start + n.duration <= last]


def together(sung: Sequence[VocalNote], span: Span, beats: float, center: int) -> list[Note]:
    """The voice's own melody in a section, in the octave around `center`, softer."""
    return [_moved(n, 0.0, center) for n in sung if span.start * beats <= n.start < span.end * beats]


def _moved(note: VocalNote, shift: float, center: int) -> Note:
    pitch = note.pitch + 12 * round((center - note.pitch) / 12)
    return Note(note.start + shift, note.duration, pitch, max(30, note.velocity - 10))
