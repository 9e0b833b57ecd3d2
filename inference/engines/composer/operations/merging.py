"""Joining two scores of one form: bars of the one in the place of bars of the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from inference.engines.composer.instruments import INSTRUMENTS
from inference.engines.composer.score import Note, Score, Track


def merged(old: Score, new: Score, first: float, last: float, *, same_band: bool) -> tuple[Track, ...]:
    """The tracks of `old` with those of `new` from beat `first` until `last`.

    With the `same_band` a part goes on with the sound it had; else a part with another sound is a track of its own.
    """
    partners = {track.name: track for track in new.tracks}
    result: list[Track] = []
    for track in old.tracks:
        partner = partners.get(track.name)
        notes = _outside(track, first, last)
        if partner is not None and (same_band or _sounds_like(track, partner)):
            del partners[track.name]
            notes += [_playable(note, track) for note in inside(partner.notes, first, last)]
        result.append(replace(track, notes=_ordered(notes)))
    names = {track.name for track in old.tracks}
    for partner in partners.values():
        result.append(replace(partner, name=_fresh(partner.name, names), notes=inside(partner.notes, first, last)))
        names.add(result[-1].name)
    return tuple(track for track in result if track.notes)


def inside(notes: Iterable[Note], first: float, last: float) -> tuple[Note, ...]:
    """The notes that start from `first` on and before `last`, let go by then."""
    return tuple(
        replace(note, duration=min(note.duration, last - note.start)) for note in notes if first <= note.start < last
    )


def before(notes: Iterable[Note], beat: float) -> tuple[Note, ...]:
    """The notes that start before `beat`, let go by then."""
    return inside(notes, 0.0, beat)


def _outside(track: Track, first: float, last: float) -> list[Note]:
    """What stays; a tone that rang into the span ends where it begins, one that rang through it goes on."""
    kept: list[Note] = []
    for note in track.notes:
        if first <= note.start < last:
            continue
        cut = not track.kit and note.start < first < note.start + note.duration <= last
        kept.append(replace(note, duration=first - note.start) if cut else note)
    return kept


def _sounds_like(one: Track, other: Track) -> bool:
    return (one.role, one.layers, one.kit) == (other.role, other.layers, other.kit)


def _playable(note: Note, track: Track) -> Note:
    """The note in the range of the instrument that now plays it."""
    instrument = INSTRUMENTS.get(track.instrument)
    pitch = note.pitch
    while instrument and pitch < instrument.low:
        pitch += 12
    while instrument and pitch > instrument.high:
        pitch -= 12
    return replace(note, pitch=pitch)


def _ordered(notes: Sequence[Note]) -> tuple[Note, ...]:
    return tuple(sorted(notes, key=lambda note: (note.start, note.pitch)))


def _fresh(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(f"{name} anew {n}" for n in range(1, len(taken) + 2) if f"{name} anew {n}" not in taken)
