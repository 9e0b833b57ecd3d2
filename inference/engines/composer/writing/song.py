"""A song with words: what is sung, by whom, and the form that the words ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from inference.engine import Request
from inference.engines.composer.reading.reader import Reading
from inference.engines.composer.writing.own_lyrics import FORMS, own_lyrics
from inference.engines.composer.writing.singer import singer
from inference.engines.composer.writing.songtext import SongText, song_text
from inference.engines.composer.writing.vocal_form import SungPlan, sung_plan
from inference.singing.voices import Voice

_UNHURRIED = 3.6
"""Syllables a second that lyrics of our own do not go beyond."""


@dataclass(frozen=True, slots=True)
class Song:
    """Words, voice and form."""

    text: SongText
    voice: Voice
    plan: SungPlan


def song(request: Request, reading: Reading) -> tuple[Song | None, Request, Reading]:
    """The song that a request asks for, None for instrumentals; the request with the words, the reading with notes.

    Without lyrics there are some of our own. Raises CannotBeSung and EngineError when the lyrics cannot be sung.
    """
    if request.instrumental:
        return None, request, reading
    voice = singer(request, reading)
    if request.lyrics.strip():
        text = song_text(request.lyrics, request.language, request.seconds)
        return _noted(Song(text, voice, _plan(text, request, reading)), request, reading)
    lyrics, text, plan = _own(request, reading)
    english = "" if request.language in ("", "en") else ", which writes in English only"
    notes = (*reading.notes, f"the lyrics were written by the composer{english}")
    return _noted(Song(text, voice, plan), replace(request, lyrics=lyrics), replace(reading, notes=notes))


def _own(request: Request, reading: Reading) -> tuple[str, SongText, SungPlan]:
    """Lyrics of our own with as many sections as the song has room for."""
    seed = f"{request.seed}:{request.prompt}"
    for form in FORMS:
        lyrics = own_lyrics(request.prompt, reading.moods, form, seed)
        text = song_text(lyrics, "en", request.seconds)
        plan = _plan(text, request, reading)
        if not plan.shortened and _rate(plan, reading) <= _UNHURRIED:
            break
    return lyrics, text, plan


def _rate(plan: SungPlan, reading: Reading) -> float:
    """Syllables a second of its busiest phrase."""
    bar = reading.meter.beats * 60 / (reading.tempo * reading.meter.pulse)
    return max(p.line.syllables / (p.bars * bar) for own in plan.phrases for p in own)


def _plan(text: SongText, request: Request, reading: Reading) -> SungPlan:
    quarter = reading.tempo * reading.meter.pulse
    return sung_plan(text, request.seconds, quarter, reading.meter, reading.genre, reading.energy)


def _noted(song: Song, request: Request, reading: Reading) -> tuple[Song, Request, Reading]:
    return song, request, replace(reading, notes=(*reading.notes, *song.plan.notes))
