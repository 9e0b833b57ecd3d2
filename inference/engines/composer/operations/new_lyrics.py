"""New lyrics: the same song with other words. Lines that stay are left as they were sung; a song gets a voice."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from inference.engine import EngineError, Request
from inference.engines.composer.operations.fitting import fitted
from inference.engines.composer.operations.repainting import lead
from inference.engines.composer.operations.rewording import Line, lines_of, reworded
from inference.engines.composer.operations.voices import sung_by, voice_for
from inference.engines.composer.operations.work import Kept, Work, piece_of, sound_of
from inference.engines.composer.score import Role, Score, Vocal, VocalNote
from inference.engines.composer.score_json import Piece
from inference.engines.composer.ticks import Tick
from inference.engines.composer.writing import vocals
from inference.engines.composer.writing.composing import write
from inference.engines.composer.writing.form import Plan
from inference.engines.composer.writing.singer import singer
from inference.engines.composer.writing.sketch import Sketch
from inference.engines.composer.writing.songtext import song_text
from inference.lyrics import parse
from inference.singing.model import SpokenWord
from inference.singing.pronunciation import pronounce

_EARLY = 0.5
"""Seconds before its first vowel in which a line's breath and consonants are heard."""
_TAIL = 1.2
"""Seconds after its last note in which a line dies away."""


def new_lyrics(request: Request, tick: Tick) -> Work:
    """The parent with the words of the request; only what is sung otherwise sounds otherwise."""
    piece = piece_of(request)
    if not request.lyrics.strip():
        raise EngineError("Write the new lyrics first.")
    vocal = piece.score.vocal
    same_singer = vocal is not None and voice_for(request, piece.reading, vocal).name == vocal.voice
    language = request.language or (vocal.language if vocal else "")
    changed = None
    if vocal is not None and language == vocal.language and _alike(piece.request.lyrics, request.lyrics):
        changed = _changed(vocal, piece.request.lyrics, request.lyrics)
    if vocal is None or changed is None:
        return _sung_anew(request, piece, tick)
    reworded_vocal, lines = changed
    if not same_singer:
        reworded_vocal = sung_by(reworded_vocal, voice_for(request, piece.reading, vocal))
    wishes = replace(piece.request, lyrics=request.lyrics, language=language, voice=reworded_vocal.voice)
    wishes = replace(wishes, instrumental=False)
    made = replace(piece, score=replace(piece.score, vocal=reworded_vocal), request=wishes)
    tick(1.0)
    spans = _spans(piece.score, vocal, reworded_vocal, lines)
    told = {"kept": "everything but the words that changed", "anew": _count(len(lines))}
    if not same_singer:
        spans = ((0.0, piece.score.seconds),)
        told = {"kept": "melody, band and form", "anew": "the whole vocal, by another voice"}
    if not spans:
        raise EngineError("These lyrics are the ones that are sung already.")
    return Work(made, Kept(sound_of(request), spans, frozenset({Role.VOCALS.value})), told)


def _alike(old: str, new: str) -> bool:
    """Whether lyrics were corrected, and not replaced: at least half of the words stay where they were."""
    return difflib.SequenceMatcher(None, old.lower().split(), new.lower().split(), autojunk=False).ratio() >= 0.5


def _count(lines: int) -> str:
    return "one line" if lines == 1 else f"{lines} lines"


def _changed(vocal: Vocal, old_text: str, new_text: str) -> tuple[Vocal, list[Line]] | None:
    """The part with the new words, and the lines, as in it, that sound otherwise; None when no line pairs up."""
    old, new = _numbered(old_text), _numbered(new_text)
    if len(old) != len(new) or not set(vocal.lines) <= set(old):
        return None
    pairs = dict(zip(old, new, strict=True))
    said = dict(zip(new, pronounce(list(new.values()), vocal.language), strict=True))
    lengths = {n: len(words) for n, words in zip(old, pronounce(list(old.values()), vocal.language), strict=True)}
    if not all(said[pairs[number]] for number in set(vocal.lines)):
        return None
    words: list[SpokenWord] = []
    numbers: list[int] = []
    notes: list[VocalNote] = []
    lines: list[Line] = []
    for line in lines_of(vocal, lengths):
        number = pairs[line.number]
        first = len(words)
        before = vocal.words[line.first : line.last]
        if len(before) < lengths[line.number]:
            # A line that the song's end cut off, or a long one in several breaths, stays unless its words change.
            if old[line.number] != new[number]:
                return None
            own = [(word, _slots(vocal, line.first + i)) for i, word in enumerate(before)]
        else:
            own = reworded(vocal, line, said[number])
        for word, slots in own:
            notes += [replace(n, word=len(words), syllable=s) for s, slot in enumerate(slots) for n in slot]
            words.append(word)
            numbers.append(number)
        if [word.syllables for word in before] != [word.syllables for word in words[first:]]:
            lines.append(Line(number, first, len(words)))
    part_again = replace(vocal, words=tuple(words), lines=tuple(numbers), notes=tuple(notes))
    return part_again, lines


def _slots(vocal: Vocal, word: int) -> list[tuple[VocalNote, ...]]:
    count = len(vocal.words[word].syllables)
    return [tuple(n for n in vocal.notes if (n.word, n.syllable) == (word, s)) for s in range(count)]


def _numbered(text: str) -> Mapping[int, str]:
    """Every line once, by its number."""
    return {line.number: line.text for line in parse(text).lines}


def _spans(score: Score, old: Vocal, new: Vocal, lines: list[Line]) -> tuple[tuple[float, float], ...]:
    """The seconds in which the changed lines are heard, up to where their neighbours are."""
    at = score.clock.seconds
    edges = [(at(n.start), at(n.start + n.duration)) for n in sorted((*old.notes, *new.notes), key=lambda n: n.start)]
    spans: list[tuple[float, float]] = []
    for line in lines:
        own = [n for n in new.notes if line.first <= n.word < line.last]
        first, last = at(own[0].start), at(own[-1].start + own[-1].duration)
        previous = max((end for start, end in edges if start < first - 1e-6), default=0.0)
        following = min((start for start, _ in edges if start > at(own[-1].start) + 1e-6), default=score.seconds)
        start = max(first - _EARLY, min(first - 0.1, (previous + first) / 2 if previous < first else first - 0.1))
        end = min(last + _TAIL, max(last, following - _EARLY), score.seconds)
        spans.append((max(0.0, start), end))
    return _merged(spans)


def _merged(spans: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    result: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1] + 0.1:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    assert all(one[1] <= two[0] for one, two in pairwise(result))
    return tuple(result)


def _sung_anew(request: Request, piece: Piece, tick: Tick) -> Work:
    """A new vocal melody over the song's own form and harmony; the band plays what it played and makes room."""
    old, reading = piece.score, piece.reading
    vocal = old.vocal
    voice = voice_for(request, reading, vocal) if vocal else singer(request, reading)
    text = song_text(request.lyrics, request.language, old.seconds)
    plan = fitted(text, old)
    frame = vocals.Frame(plan, reading.genre, old.key, old.meter, old.clock, old.chords, old.final_beat)
    sung = vocals.vocal(frame, voice, text.language, piece.seed)
    settled = Sketch(
        old.seconds, reading.tempo, old.key, old.meter, Plan(old.spans, old.bars), old.chords[:-1],
        tuple(n for n in lead(old) if n.start < old.final_beat), band=piece.seed, vocal=sung,
    )  # fmt: skip
    fresh = write(reading, old.seconds, piece.seed, tick, settled)
    # The lead makes room for the voice; all others play on.
    tracks = tuple(
        track
        for source, leads in ((old, False), (fresh, True))
        for track in source.tracks
        if (track.role is Role.LEAD) is leads
    )
    wishes = replace(piece.request, lyrics=request.lyrics, language=text.language, voice=voice.name, instrumental=False)
    made = Piece(replace(old, vocal=sung, tracks=tracks), reading, piece.seed, wishes)
    told = {"kept": "form, harmony and band", "anew": "the voice and its melody"}
    if plan.notes:
        told["left_out"] = "; ".join(plan.notes)
    return Work(made, told=told)
