"""The voice of a version taken along: sung by another, played by an instrument, or heard again later."""

from __future__ import annotations

from dataclasses import replace

from inference.engine import Request
from inference.engines.composer.reading.matching import plain
from inference.engines.composer.reading.reader import Reading
from inference.engines.composer.score import Note, Role, Score, Vocal
from inference.engines.composer.writing.singer import singer, voice_kinds
from inference.singing.voices import VOICES, Voice


def voice_for(request: Request, reading: Reading, vocal: Vocal) -> Voice:
    """The voice that was asked for, by name or in words, else the one that sang; EngineError for an unknown name."""
    if request.voice or voice_kinds(plain(request.prompt)) or vocal.voice not in VOICES:
        return singer(request, reading)
    return VOICES[vocal.voice]


def sung_by(vocal: Vocal, voice: Voice) -> Vocal:
    """The same melody and words in another voice, in the octave that suits it best."""
    if voice.name == vocal.voice:
        return vocal
    pitches = [note.pitch for note in vocal.notes]

    def outside(shift: int) -> int:
        return sum(max(voice.low - p - shift, p + shift - voice.high, 0) for p in pitches)

    shift = min((0, -12, 12, -24, 24), key=lambda option: (outside(option), abs(option)))
    notes = tuple(replace(note, pitch=note.pitch + shift) for note in vocal.notes)
    return replace(vocal, voice=voice.name, notes=notes)


def melody(score: Score) -> tuple[Note, ...]:
    """What the voice sings, with what the lead plays in its rests."""
    played = [n for track in score.tracks if track.role is Role.LEAD for n in track.notes if n.start < score.final_beat]
    sung = [Note(n.start, n.duration, n.pitch, n.velocity) for n in score.vocal.notes] if score.vocal else []
    free = [n for n in played if not any(s.start - 1e-6 < n.start < s.start + s.duration for s in sung)]
    return tuple(sorted([*sung, *free], key=lambda note: note.start))


def between(vocal: Vocal, first: float, last: float) -> Vocal | None:
    """What is sung in the words that begin from beat `first` on and before `last`; None when nothing is."""
    begins: dict[int, float] = {}
    for note in vocal.notes:
        begins.setdefault(note.word, note.start)
    kept = [word for word in range(len(vocal.words)) if first <= begins[word] < last]
    if not kept:
        return None
    place = {word: index for index, word in enumerate(kept)}
    notes = tuple(
        replace(n, word=place[n.word], duration=min(n.duration, max(0.05, last - n.start)))
        for n in vocal.notes
        if n.word in place and n.start < last
    )
    doubled = tuple((max(a, first), min(b, last)) for a, b in vocal.doubled if a < last and b > first)
    return replace(
        vocal,
        words=tuple(vocal.words[word] for word in kept),
        lines=tuple(vocal.lines[word] for word in kept),
        notes=notes,
        doubled=doubled,
    )


def moved(vocal: Vocal, beats: float, lines: int = 0) -> Vocal:
    """The same some beats later, its lines counted from another number on."""
    return replace(
        vocal,
        lines=tuple(line + lines for line in vocal.lines),
        notes=tuple(replace(note, start=note.start + beats) for note in vocal.notes),
        doubled=tuple((start + beats, end + beats) for start, end in vocal.doubled),
    )


def joined(first: Vocal | None, second: Vocal | None) -> Vocal | None:
    """One after the other, as one part."""
    if first is None or second is None:
        return first or second
    count = len(first.words)
    return replace(
        first,
        words=first.words + second.words,
        lines=first.lines + second.lines,
        notes=first.notes + tuple(replace(note, word=note.word + count) for note in second.notes),
        doubled=first.doubled + second.doubled,
    )
