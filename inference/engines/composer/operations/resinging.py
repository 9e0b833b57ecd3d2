"""The words of some bars on another melody, in the same voice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from inference.engines.composer.operations.voices import between, joined
from inference.engines.composer.score import Vocal
from inference.engines.composer.score_json import Piece
from inference.engines.composer.writing import vocals
from inference.engines.composer.writing.form import Plan
from inference.engines.composer.writing.songtext import SungLine
from inference.engines.composer.writing.vocal_form import Phrase, SungPlan
from inference.singing.voices import VOICES

_BREATH = 1.0
"""Beats of rest that part two phrases."""
_REST, _SHORTEST = 0.4, 0.3
"""Beats of rest before what is sung next, and of the last note before it, at least."""
_PICKUP = 1.5
"""Beats before its bar in which a phrase may begin."""
_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class _Group:
    """Words sung in one breath."""

    first: int
    last: int
    begins: float
    ends: float


def resung(piece: Piece, first: float, last: float, seed: str) -> Vocal | None:
    """The vocal part with another melody for the phrases that lie within beats `first` to `last`.

    Where no phrase does, or the words do not go otherwise, it is the part as it was.
    """
    old = piece.score
    vocal = old.vocal
    if vocal is None or vocal.voice not in VOICES:
        return vocal
    groups = _groups(vocal)
    inside = [g for g in groups if g.begins >= first - _SLACK and g.ends <= min(last, old.final_beat) + _SLACK]
    if not inside:
        return vocal
    fresh = _set(piece, vocal, inside, groups, seed)
    before, after = groups.index(inside[0]), groups.index(inside[-1]) + 1
    free = max(first, groups[before - 1].ends) if before else first
    limit = groups[after].begins if after < len(groups) else min(last, old.final_beat)
    held = limit - (_REST if after < len(groups) else 0.0)
    if fresh.notes[0].start < free - _SLACK or fresh.notes[-1].start > held - _SHORTEST:
        return vocal
    notes = (replace(note, duration=min(note.duration, held - note.start)) for note in fresh.notes)
    fresh = replace(fresh, notes=tuple(notes))
    earlier = between(vocal, 0.0, inside[0].begins)
    later = between(vocal, limit, math.inf) if after < len(groups) else None
    result = joined(joined(earlier, replace(fresh, doubled=())), later)
    return replace(result, doubled=vocal.doubled) if result else vocal


def _groups(vocal: Vocal) -> list[_Group]:
    begins = [math.inf] * len(vocal.words)
    ends = [0.0] * len(vocal.words)
    for note in vocal.notes:
        begins[note.word] = min(begins[note.word], note.start)
        ends[note.word] = max(ends[note.word], note.start + note.duration)
    result: list[_Group] = []
    for word in range(len(vocal.words)):
        last = result[-1] if result else None
        if last and vocal.lines[word] == vocal.lines[last.first] and begins[word] - last.ends < _BREATH:
            result[-1] = replace(last, last=word + 1, ends=ends[word])
        else:
            result.append(_Group(word, word + 1, begins[word], ends[word]))
    return result


def _set(piece: Piece, vocal: Vocal, inside: Sequence[_Group], groups: Sequence[_Group], seed: str) -> Vocal:
    old = piece.score
    phrases: list[list[Phrase]] = [[] for _ in old.spans]
    for group in inside:
        whole, place = divmod(group.begins, old.meter.beats)
        bar = int(whole)
        bar += place >= old.meter.beats - _PICKUP and (bar + 1) * old.meter.beats < group.ends
        index = next(i for i, span in enumerate(old.spans) if bar < span.end)
        following = groups[groups.index(group) + 1].begins if group is not groups[-1] else old.final_beat
        room = (following - bar * old.meter.beats) / old.meter.beats
        needed = math.ceil((group.ends - bar * old.meter.beats) / old.meter.beats - _SLACK)
        words = vocal.words[group.first : group.last]
        line = SungLine(vocal.lines[group.first], words, (False,) * len(words))
        bars = max(1, min(needed, math.floor(room + 0.25)))
        phrases[index].append(Phrase(line, bar, bars, len(phrases[index]), last=False))
    own = tuple((*some[:-1], replace(some[-1], last=True)) if some else () for some in phrases)
    plan = SungPlan(Plan(old.spans, old.bars), own, (), shortened=False)
    frame = vocals.Frame(plan, piece.reading.genre, old.key, old.meter, old.clock, old.chords, old.final_beat)
    return vocals.vocal(frame, VOICES[vocal.voice], vocal.language, seed)
