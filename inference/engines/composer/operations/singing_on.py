"""What is sung in the part by which a song is extended: new words, or the chorus once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inference.engine import Request
from inference.engines.composer.operations.rewording import Line, lines_of
from inference.engines.composer.operations.voices import joined, moved, voice_for
from inference.engines.composer.score import Score, Span, Vocal
from inference.engines.composer.score_json import Piece
from inference.engines.composer.writing import vocals
from inference.engines.composer.writing.form import Plan
from inference.engines.composer.writing.singer import singer
from inference.engines.composer.writing.songtext import SongText, song_text
from inference.engines.composer.writing.vocal_form import SungPlan, sung_plan

_PICKUP = 1.5
"""Beats before its section in which a line may begin."""


@dataclass(frozen=True, slots=True)
class Words:
    """New words and the sections they are sung in, counted from the end of what was heard."""

    text: SongText
    plan: SungPlan


def words_for(request: Request, piece: Piece, seconds: float) -> Words | None:
    """The request's lyrics in the form they take in `seconds`; None when it has none, or is instrumental."""
    if request.instrumental or not request.lyrics.strip():
        return None
    old, reading = piece.score, piece.reading
    language = request.language or (old.vocal.language if old.vocal else "")
    text = song_text(request.lyrics, language, seconds)
    return Words(text, sung_plan(text, seconds, old.clock.tempo, old.meter, reading.genre, reading.energy))


def spans_of(words: Words, heard: Sequence[Span]) -> tuple[Span, ...]:
    """The sections of the words after those that were heard."""
    start = heard[-1].end
    return tuple(
        replace(
            span,
            start=start + span.start,
            name="interlude" if span.theme == "i" else span.name,
            turn=span.turn + sum(1 for old in heard if old.theme == span.theme),
        )
        for span in words.plan.plan.spans
    )


def sung_anew(request: Request, piece: Piece, words: Words, plan: Plan, fresh: Score) -> Vocal:
    """The new words set over the chords of `fresh`; their lines count on from those of the old lyrics."""
    old, reading = piece.score, piece.reading
    voice = voice_for(request, reading, old.vocal) if old.vocal else singer(request, reading)
    shift = plan.bars - words.plan.plan.bars
    before = len(plan.spans) - len(words.plan.plan.spans)
    phrases = tuple(tuple(replace(p, bar=p.bar + shift) for p in own) for own in words.plan.phrases)
    sung = SungPlan(plan, ((),) * before + phrases, words.plan.notes, words.plan.shortened)
    frame = vocals.Frame(sung, reading.genre, old.key, old.meter, fresh.clock, fresh.chords, fresh.final_beat)
    vocal = vocals.vocal(frame, voice, words.text.language, piece.seed)
    return moved(vocal, 0.0, together(piece.request.lyrics, "").count("\n"))


def together(old: str, new: str) -> str:
    """The lyrics of both parts."""
    return f"{old.rstrip()}\n\n{new}" if old.strip() else new


def chorus_again(old: Score, fresh: Sequence[Span]) -> Vocal | None:
    """What was sung in a chorus, in each section that brings it back; None when nothing was."""
    vocal = old.vocal
    if vocal is None:
        return None
    result: Vocal | None = None
    beats = old.meter.beats
    for span in fresh:
        source = next((s for s in reversed(old.spans) if s.theme == span.theme and s.theme == "B"), None)
        if source is None:
            continue
        first = source.start * beats - _PICKUP
        last = (source.start + min(source.bars, span.bars)) * beats
        for line in lines_of(vocal, {}):
            sung = _only(vocal, line)
            begins, ends = sung.notes[0].start, sung.notes[-1].start + sung.notes[-1].duration
            if first <= begins < last - _PICKUP and ends <= last + 1e-6:
                again = moved(sung, (span.start - source.start) * beats)
                result = joined(result, again)
        if result is not None and any(a <= source.start * beats < b for a, b in vocal.doubled):
            result = replace(result, doubled=(*result.doubled, (span.start * beats, span.end * beats)))
    return result


def _only(vocal: Vocal, line: Line) -> Vocal:
    return replace(
        vocal,
        words=vocal.words[line.first : line.last],
        lines=vocal.lines[line.first : line.last],
        notes=tuple(
            replace(n, word=n.word - line.first) for n in vocal.notes if line.first <= n.word < line.last
        ),
        doubled=(),
    )  # fmt: skip
