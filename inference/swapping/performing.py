"""What is known of whoever is to sing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inference.audio.decode import DecodeError, read
from inference.performers.shipped import shipped
from inference.speakers.model import Embedding
from inference.speakers.telling import available, embed
from inference.speakers.voicing import TooLittle
from inference.swapping.model import SwapTask
from inference.voice import prints
from inference.voice.model import BadPrint
from inference.voice.prints import VoicePrint

_MOST_BYTES = 16 * 1024**2
_RATE, _HEARD_SECONDS = 16_000, 30
"""Of a recording that are enough to know a voice by."""


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """Somebody's voice."""

    print: VoicePrint
    likeness: Embedding | None
    """What tells it from others, by the best measure here; None where nothing that says enough was given."""


def voice_of(task: SwapTask) -> Voice:
    """The voice in the task's files, or that of a built-in performer; EngineError for nobody known, and BadPrint."""
    if task.voice is None:
        known = shipped(task.built_in)
        return Voice(known.print, known.likenesses.get(available()[0]))
    if task.voice.stat().st_size > _MOST_BYTES:
        raise BadPrint("This file is not a voice print.")
    return Voice(prints.from_bytes(task.voice.read_bytes()), _heard_in(task.reference))


def _heard_in(recording: Path | None) -> Embedding | None:
    if recording is None:
        return None
    try:
        return embed(read(recording, _RATE).mean(axis=1)[: _HEARD_SECONDS * _RATE], _RATE)
    except (DecodeError, TooLittle):
        return None
