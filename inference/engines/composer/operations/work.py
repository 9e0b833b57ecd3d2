"""What there is to do for a request: a piece to play and, where sound of the parent stays, what to keep of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from inference.engine import EngineError, Parent, Request
from inference.engines.composer import score_json
from inference.engines.composer.operations import voices
from inference.engines.composer.reading.matching import plain
from inference.engines.composer.reading.reader import read
from inference.engines.composer.score_json import Piece, ScoreError
from inference.engines.composer.ticks import Tick
from inference.engines.composer.writing import sketch
from inference.engines.composer.writing.composing import write
from inference.engines.composer.writing.song import song

_INSTEAD = "A reference can take tempo, key, chords and energy from any recording."


@dataclass(frozen=True, slots=True)
class Kept:
    """The sound of a parent that stays as it was heard."""

    folder: Path
    anew: tuple[tuple[float, float], ...]
    """Spans of the result, in seconds and in order, that sound anew; all else is the parent's, at the same seconds."""
    only: frozenset[str] = frozenset()
    """The stems that change at all; empty: any may."""


@dataclass(frozen=True, slots=True)
class Work:
    """A piece to play, and what else the person should know about it."""

    piece: Piece
    kept: Kept | None = None
    told: Mapping[str, str] | None = None
    """What was kept and what was made anew, for the person to see."""


def parent_of(request: Request) -> Parent:
    """The version it starts from; EngineError without one."""
    if request.parent is None:
        raise EngineError(f"A {request.operation.value.replace('_', ' ')} needs the version it starts from.")
    return request.parent


def piece_of(request: Request) -> Piece:
    """What the parent's score says; EngineError when it has none that can be worked on."""
    try:
        return score_json.load(parent_of(request).folder)
    except ScoreError as error:
        raise ScoreError(f"{error} {_INSTEAD}") from error


def sound_of(request: Request) -> Path:
    """The folder with the sound of the parent; EngineError when it is not all there."""
    folder = parent_of(request).folder
    if not (folder / "master.flac").is_file() or not any((folder / "stems").glob("*.flac")):
        raise EngineError("The master or the stems of this version are missing, so what was heard cannot be kept.")
    return folder


def compose(request: Request, tick: Tick) -> Work:
    """A song of its own."""
    seed = seed_of(request)
    words, request, reading = song(request, read(request))
    return Work(Piece(write(reading, request.seconds, seed, tick, song=words), reading, seed, request))


def seed_of(request: Request) -> str:
    """What the wells of chance of a song are named after."""
    return f"{request.seed}:{plain(request.prompt)}"


def vary(request: Request, tick: Tick) -> Work:
    """Another song with the parent's wishes, except where it states its own."""
    parent = parent_of(request)
    try:
        wishes = score_json.load(parent.folder).request
    except ScoreError:
        wishes = parent.request
    work = compose(
        replace(
            request,
            prompt=request.prompt if request.prompt.strip() else wishes.prompt,
            genre=request.genre or wishes.genre,
            mood=request.mood or wishes.mood,
            key=request.key or wishes.key,
            tempo=request.tempo if request.tempo is not None else wishes.tempo,
            meter=request.meter or wishes.meter,
            instruments=request.instruments or wishes.instruments,
            energy=request.energy if request.energy is not None else wishes.energy,
            voice=request.voice or wishes.voice,
            lyrics=request.lyrics or ("" if request.instrumental else wishes.lyrics),
            language=request.language or wishes.language,
        ),
        tick,
    )
    return replace(work, told={"kept": "what was asked for", "anew": "everything that is played"})


def cover(request: Request, tick: Tick) -> Work:
    """The parent's form, harmony, melody and words in the style of the prompt."""
    folder = parent_of(request).folder
    try:
        old = sketch.load(folder)
    except ScoreError as error:
        raise ScoreError(f"{error} {_INSTEAD}") from error
    reading = replace(read(request), tempo=old.tempo, key=old.key, key_asked=True, meter=old.meter)
    wishes = replace(request, seconds=old.seconds, lyrics="", instrumental=True)
    kept, anew = "melody, harmony, form, tempo, key and length", "the band, its rhythm and its sound"
    sung = _sung(folder)
    if sung is not None and sung.score.vocal is not None:
        if request.instrumental:
            old = replace(old, lead=voices.melody(sung.score))
            anew = f"{anew}; an instrument plays what was sung"
        else:
            vocal = voices.sung_by(sung.score.vocal, voices.voice_for(request, reading, sung.score.vocal))
            old = replace(old, vocal=vocal)
            lyrics = sung.request.lyrics
            wishes = replace(wishes, lyrics=lyrics, language=vocal.language, voice=vocal.voice, instrumental=False)
            kept = f"words, {kept}"
    seed = seed_of(request)
    piece = Piece(write(reading, old.seconds, seed, tick, old), reading, seed, wishes)
    return Work(piece, told={"kept": kept, "anew": anew})


def _sung(folder: Path) -> Piece | None:
    try:
        return score_json.load(folder)
    except ScoreError:
        return None
