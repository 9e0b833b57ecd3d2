"""Repainting: some bars of a song are written anew, and everything around them stays as it was heard."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from inference.engine import EngineError, Request
from inference.engines.composer.chance import well
from inference.engines.composer.operations.merging import inside, merged
from inference.engines.composer.operations.reharmonising import varied
from inference.engines.composer.operations.resinging import resung
from inference.engines.composer.operations.work import Kept, Work, piece_of, seed_of, sound_of
from inference.engines.composer.reading.reader import Reading, read
from inference.engines.composer.score import Note, Role, Score
from inference.engines.composer.score_json import Piece
from inference.engines.composer.ticks import Tick, part
from inference.engines.composer.writing.composing import write
from inference.engines.composer.writing.form import Plan
from inference.engines.composer.writing.sketch import Sketch

_SLACK = 0.05
"""Seconds by which a span may miss what it must not: times come rounded."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Whole bars of a score: the first, the one after the last, and whether the last chord belongs to them."""

    first: int
    last: int
    ending: bool


def repaint(request: Request, tick: Tick) -> Work:
    """Other melody, chords and playing in the bars nearest to the request's span; a prompt changes their style."""
    piece, folder = piece_of(request), sound_of(request)
    old = piece.score
    bars = bars_of(request.span, old)
    reading = _style(request, piece)
    restyled = reading is not piece.reading
    beats = old.meter.beats
    first, last = bars.first * beats, math.inf if bars.ending else bars.last * beats
    seed = f"{seed_of(request)}:{piece.seed}"
    settled = Sketch(
        old.seconds, reading.tempo, old.key, old.meter, Plan(old.spans, old.bars), old.chords[:-1], None,
        band="" if restyled else piece.seed,
    )  # fmt: skip
    if not restyled and not reading.genre.loop and old.vocal is None:
        chords = varied(old.chords[:-1], old.key, first, last, well(f"{seed}:harmony"))
        settled = replace(settled, chords=chords)
    vocal = resung(piece, first, last, seed)
    settled = replace(settled, vocal=vocal)
    fresh = write(reading, old.seconds, seed, part(tick, 0.0, 0.5), settled)
    melody = [n for n in lead(old) if not first <= n.start < last] + [*inside(lead(fresh), first, last)]
    sung = [n for n in melody if n.start < old.final_beat]
    settled = replace(settled, lead=tuple(sorted(sung, key=lambda n: n.start)))
    fresh = write(reading, old.seconds, seed, part(tick, 0.5, 0.5), settled)
    score = replace(
        old,
        chords=(*(settled.chords or ()), old.chords[-1]),
        tracks=merged(old, fresh, first, last, same_band=not restyled),
        vocal=vocal,
    )
    at = old.clock.seconds
    span = (at(first) if bars.first else 0.0, old.seconds if bars.ending else at(last))
    return Work(replace(piece, score=score), Kept(folder, (span,)), _told(bars, span, reading if restyled else None))


def lead(score: Score) -> tuple[Note, ...]:
    """The notes of whatever leads, in order."""
    notes = [note for track in score.tracks if track.role is Role.LEAD for note in track.notes]
    return tuple(sorted(notes, key=lambda note: note.start))


def bars_of(span: tuple[float, float] | None, score: Score) -> Bars:
    """The whole bars nearest to a span in seconds; EngineError when it is none, or not one bar long."""
    if span is None or not all(math.isfinite(second) for second in span):
        raise EngineError("Say from which second to which the song should be repainted.")
    start, end = span
    bar = score.meter.beats * 60 / score.clock.tempo
    if start < -_SLACK or end > score.seconds + _SLACK or start >= end:
        raise EngineError(
            f"The part to repaint must lie inside the song, from 0 to {score.seconds:.1f} s; {start:g} to {end:g} s "
            "does not."
        )
    if end - start < bar - _SLACK:
        raise EngineError(f"At least one bar can be repainted, which is {bar:.1f} s of this song.")
    lines = [score.clock.seconds(number * score.meter.beats) for number in range(score.bars + 1)]
    first = min(range(score.bars), key=lambda n: abs(lines[n] - start))
    last = min(range(first + 1, score.bars + 1), key=lambda n: abs(lines[n] - end))
    return Bars(first, last, ending=last == score.bars and end > lines[-1] + bar / 2)


def _style(request: Request, piece: Piece) -> Reading:
    """The song's own style, or the one the request names, at the song's tempo and key."""
    if not (request.prompt.strip() or request.genre or request.mood or request.instruments):
        return piece.reading
    asked = read(request)
    own = piece.reading
    if not asked.origins["genre"].said:
        asked = read(replace(request, genre=own.genre.name))
        if not (asked.instruments or asked.moods or asked.without):
            return own
    return replace(asked, tempo=own.tempo, key=own.key, key_asked=True, meter=own.meter, title=own.title)


def _told(bars: Bars, span: tuple[float, float], restyled: Reading | None) -> dict[str, str]:
    style = f", as {restyled.genre.title}" if restyled else ""
    return {
        "kept": f"everything before {span[0]:.2f} s and after {span[1]:.2f} s, sample for sample",
        "anew": f"bars {bars.first + 1} to {bars.last} ({span[0]:.2f} to {span[1]:.2f} s){style}",
    }
