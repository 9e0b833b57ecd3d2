"""Extending: a song goes on where its ending began: new sections, themes that come back developed, an ending."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from inference.engine import EngineError, Request
from inference.engines.composer.chance import well
from inference.engines.composer.operations import continuing, singing_on, voices
from inference.engines.composer.operations.developing import developed
from inference.engines.composer.operations.merging import before, merged
from inference.engines.composer.operations.repainting import lead
from inference.engines.composer.operations.singing_on import Words
from inference.engines.composer.operations.work import Kept, Work, piece_of, seed_of, sound_of
from inference.engines.composer.score import Note, Score, Span, Vocal
from inference.engines.composer.score_json import Piece
from inference.engines.composer.theory import Chord
from inference.engines.composer.ticks import Tick, part
from inference.engines.composer.writing.composing import write
from inference.engines.composer.writing.form import RING, Plan
from inference.engines.composer.writing.sketch import Sketch

LEAST_SECONDS = 5.0
"""By which an extension is longer than its parent."""
_LEAST_BARS = 2


@dataclass(frozen=True, slots=True)
class _Joint:
    """Where the old song is left: the bar whose sound is the first new one, and the bar from which it is new music."""

    sound: int
    music: int


def extend(request: Request, tick: Tick) -> Work:
    """The parent up to its ending, then more of it, `request.seconds` in all."""
    piece, folder = piece_of(request), sound_of(request)
    old, reading = piece.score, piece.reading
    joint = _joint(old)
    heard = tuple(span for span in old.spans if span.start < joint.music)
    bars = _new_bars(request.seconds, old, joint)
    bar = old.meter.beats * 60 / old.clock.tempo
    words = singing_on.words_for(request, piece, request.seconds - joint.music * bar)
    if words:
        fresh_spans = singing_on.spans_of(words, heard)
    else:
        following = continuing.sections(reading.genre.form, heard, bars)
        fresh_spans = continuing.spans(reading.genre.form, heard, following, reading.energy)
    plan = Plan((*heard, *fresh_spans), fresh_spans[-1].end)
    score = _written(request, piece, plan, joint, words, tick)
    seam = old.clock.seconds(joint.sound * old.meter.beats)
    told = {
        "kept": f"the first {seam:.2f} s, sample for sample; key, tempo, groove, band and themes",
        "anew": ", ".join(span.name for span in fresh_spans),
    }
    if words and words.plan.notes:
        told["left_out"] = "; ".join(words.plan.notes)
    return Work(
        Piece(score, reading, piece.seed, _wishes(request, piece, words, score)),
        Kept(folder, ((seam, request.seconds),)),
        told,
    )


def _wishes(request: Request, piece: Piece, words: Words | None, score: Score) -> Request:
    wishes = replace(piece.request, seconds=request.seconds, instrumental=score.vocal is None)
    if words and score.vocal:
        lyrics = singing_on.together(piece.request.lyrics, request.lyrics)
        return replace(wishes, lyrics=lyrics, language=score.vocal.language, voice=score.vocal.voice)
    return wishes


def _joint(old: Score) -> _Joint:
    """An outro is left out, and the bar that slows down before an ending is played again in time."""
    last = old.spans[-1]
    music = last.start if last.theme == "o" and len(old.spans) > 1 else old.bars
    slowing = math.floor(min(old.clock.slow_from, 1e6) / old.meter.beats + 1e-6)
    return _Joint(min(music, slowing), music)


def _new_bars(seconds: float, old: Score, joint: _Joint) -> int:
    """Bars to write; EngineError when there is no room for them."""
    bar = old.meter.beats * 60 / old.clock.tempo
    least = max(old.seconds + LEAST_SECONDS, (joint.music + _LEAST_BARS) * bar + RING)
    if seconds < least - 1e-6:
        raise EngineError(
            f"This song lasts {old.seconds:.0f} seconds; an extension of it lasts at least {math.ceil(least)} seconds "
            "in all."
        )
    return math.floor((seconds - RING) / bar) - joint.music


def _written(request: Request, piece: Piece, plan: Plan, joint: _Joint, words: Words | None, tick: Tick) -> Score:
    old, reading = piece.score, piece.reading
    beats = old.meter.beats
    start = joint.music * beats
    # What is new has a chance of its own, so that two extensions differ; the band plays on with the song's.
    chance = f"{seed_of(request)}:{piece.seed}"
    settled = Sketch(request.seconds, reading.tempo, old.key, old.meter, plan, None, None, band=piece.seed)
    fresh = write(reading, request.seconds, chance, part(tick, 0.0, 0.4), settled)
    settled = replace(settled, chords=_chords(old, fresh, plan, start))
    fresh = write(reading, request.seconds, chance, part(tick, 0.4, 0.3), settled)
    vocal = _vocal(request, piece, plan, joint, words, fresh)
    settled = replace(settled, lead=_melody(old, fresh, plan, start, chance), vocal=vocal)
    fresh = write(reading, request.seconds, piece.seed, part(tick, 0.7, 0.3), settled)
    clock = replace(fresh.clock, tempo=old.clock.tempo, swing=old.clock.swing, unit=old.clock.unit)
    shortened = replace(old, tracks=tuple(replace(t, notes=before(t.notes, start)) for t in old.tracks))
    tracks = merged(shortened, fresh, start, math.inf, same_band=True)
    return replace(fresh, clock=clock, key=old.key, tracks=tracks, vocal=vocal)


def _vocal(
    request: Request, piece: Piece, plan: Plan, joint: _Joint, words: Words | None, fresh: Score
) -> Vocal | None:
    """What was sung until the joint, and what is sung after it."""
    old = piece.score
    sung = voices.between(old.vocal, 0.0, joint.music * old.meter.beats) if old.vocal else None
    if words:
        after: Vocal | None = singing_on.sung_anew(request, piece, words, plan, fresh)
    elif request.instrumental:
        after = None
    else:
        after = singing_on.chorus_again(old, [span for span in plan.spans if span.start >= joint.music])
    return voices.joined(sung, after)


def _source(span: Span, heard: Sequence[Span], start_bar: float) -> Span | None:
    """The section that a later one brings back, as it was last heard."""
    return next((old for old in reversed(heard) if old.theme == span.theme and old.start < start_bar), None)


def _chords(old: Score, fresh: Score, plan: Plan, start: float) -> tuple[Chord, ...]:
    """The old chords, those of returning sections again, and new ones for what was not heard before."""
    beats = old.meter.beats
    result = [chord for chord in old.chords if chord.start < start]
    for span in plan.spans:
        if span.start * beats < start:
            continue
        source = _source(span, old.spans, start / beats)
        if source is None:
            result += [c for c in fresh.chords if span.start * beats <= c.start < span.end * beats]
            continue
        for bar in range(span.bars):
            here = (source.start + bar % source.bars) * beats
            shift = (span.start + bar) * beats - here
            result += [replace(c, start=c.start + shift) for c in old.chords if here <= c.start < here + beats]
    return tuple(result)


def _melody(old: Score, fresh: Score, plan: Plan, start: float, chance: str) -> tuple[Note, ...]:
    """The old melody, developments of its themes, and a new one where the theme is new."""
    beats = old.meter.beats
    sung = lead(old)
    result = [note for note in sung if note.start < start]
    for span in plan.spans:
        if span.start * beats < start:
            continue
        source = _source(span, old.spans, start / beats)
        new = [n for n in lead(fresh) if span.start * beats <= n.start < span.end * beats]
        if source is None or span.theme in "so" or not new:
            result += new
            continue
        rng = well(f"{chance}:development {span.start}")
        result += developed(sung, source, span, fresh.chords, old.key, old.meter, rng)
    return tuple(sorted(result, key=lambda note: note.start))
