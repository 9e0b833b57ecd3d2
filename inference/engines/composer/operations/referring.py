"""Referring: a new song at another's tempo, in its key, over its chords and with its energy."""

from __future__ import annotations

from dataclasses import replace

from inference.engine import Request
from inference.engines.composer.operations.heard import Lent, lent
from inference.engines.composer.operations.work import Work, parent_of, seed_of
from inference.engines.composer.reading.reader import read
from inference.engines.composer.score_json import Piece
from inference.engines.composer.ticks import Tick, part
from inference.engines.composer.writing.composing import write
from inference.engines.composer.writing.sketch import Sketch
from inference.engines.composer.writing.song import song


def refer(request: Request, tick: Tick) -> Work:
    """A song of the prompt with what its reference lends; wishes in the form of the request go before it."""
    found = lent(parent_of(request).folder, part(tick, 0.0, 0.8))
    reading = read(request)
    if found.tempo is not None and request.tempo is None:
        reading = replace(reading, tempo=found.tempo)
    harmony = found.key is not None and not request.key.strip()
    if harmony and found.key is not None:
        reading = replace(reading, key=found.key, key_asked=True)
    if found.energy is not None and request.energy is None:
        reading = replace(reading, energy=min(1.0, max(0.05, found.energy)))
    settled = Sketch(
        request.seconds,
        reading.tempo,
        reading.key,
        reading.meter,
        None,
        None,
        None,
        loops=found.loops if harmony else {},
        curve=found.curve if request.energy is None else (),
    )
    words, wishes, reading = song(request, reading)
    seed = seed_of(request)
    score = write(reading, request.seconds, seed, part(tick, 0.8, 0.2), settled, words)
    # The wishes of its variations: what was taken over is a wish, too.
    wishes = replace(wishes, tempo=reading.tempo, key=reading.key.name, energy=reading.energy)
    return Work(Piece(score, reading, seed, wishes), told=_told(found, request))


def _told(found: Lent, request: Request) -> dict[str, str]:
    taken = {
        "tempo": found.tempo is not None and request.tempo is None,
        "key": found.key is not None and not request.key.strip(),
        "chords": bool(found.loops) and not request.key.strip(),
        "energy": found.energy is not None and request.energy is None,
    }
    missing = [
        name
        for name, there in (("beat", found.tempo), ("key", found.key), ("chords", found.loops))
        if not there
    ]  # fmt: skip
    how = "from its score" if found.from_score else "as it was heard"
    told = {
        "kept": f"{', '.join(name for name, is_taken in taken.items() if is_taken) or 'nothing'}, {how}",
        "anew": "melody, form, band and sound",
    }
    if missing:
        told["unheard"] = f"no {' and no '.join(missing)} could be heard in the reference; they were chosen anew"
    return told
