"""A song with words: what is sung, by whom, and the form that the words ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from inference.engine import Request
from inference.engines.composer.reading.reader import Reading
from inference.engines.composer.writing.singer import singer
from inference.engines.composer.writing.songtext import SongText, song_text
from inference.engines.composer.writing.vocal_form import SungPlan, sung_plan
from inference.singing.voices import Voice


@dataclass(frozen=True, slots=True)
class Song:
    """Words, voice and form."""

    text: SongText
    voice: Voice
    plan: SungPlan


def song(request: Request, reading: Reading) -> tuple[Song | None, Request, Reading]:
    """The song that a request asks for, None for instrumentals; the request with the words, the reading with notes.

    Raises CannotBeSung and EngineError when the lyrics cannot be sung, before anything heavy is done.
    """
    if request.instrumental:
        return None, request, reading
    voice = singer(request, reading)
    text = song_text(request.lyrics, request.language, request.seconds)
    quarter = reading.tempo * reading.meter.pulse
    plan = sung_plan(text, request.seconds, quarter, reading.meter, reading.genre, reading.energy)
    return Song(text, voice, plan), request, replace(reading, notes=(*reading.notes, *plan.notes))
