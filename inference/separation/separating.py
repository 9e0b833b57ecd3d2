"""Taking a song apart: hear it, choose a method, use it, and fall back to a simpler one when it cannot be used."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.engine import EngineError
from inference.separation import blend, centre, demucs
from inference.separation.choosing import free_memory, plan
from inference.separation.listening import Heard, listen
from inference.separation.model import LISTENING, Fact, Method, Report, Separated, Split, Unavailable
from inference.separation.pieces import split_pieces
from inference.separation.presence import Company

_LISTENED = 0.05

_WHY = {
    Method.CENTRE: "The vocals were taken from the middle between the channels, which is quick.",
    Method.BLEND: "The vocals were found by several cues together: position, repetition, harmonics and the sung pitch.",
    Method.DEMUCS: "The vocals were found by a neural network.",
}
_MONO = {
    Method.CENTRE: "The recording is mono, so the middle holds everything within the range of voices.",
    Method.BLEND: "The recording is mono, so position told nothing.",
}


@dataclass(frozen=True, slots=True)
class _Ready:
    """A method that can be used now."""

    split: Split
    length: int
    overlap: int
    version: str
    unsung_db: float
    """As `Company` has it."""
    weights: str = ""


def separate(
    source: Path,
    folder: Path,
    *,
    method: Method | None = None,
    report: Report,
    free_bytes: Callable[[], int] = free_memory,
) -> Separated:
    """Write the vocals and the accompaniment of `source`, 44.1 kHz stereo, into `folder` as float32 WAV.

    Both are as long as the source and add up to it. Without `method` the best one that fits the song is used; either
    way a simpler one takes over where that cannot be used, and the result says so. The same source and method give the
    same samples. Raises EngineError for what cannot be read, and what `report` raises.
    """
    heard = listen(source, _LISTENED, report)
    chosen = plan(heard, method, free_bytes=free_bytes())
    left_out = list(chosen.left_out)
    for each in chosen.methods:
        try:
            ready = _ready(each, heard, report)
            company = Company(ready.unsung_db)
            split_pieces(
                source, heard.frames, folder, ready.split, ready.length, ready.overlap, company, _LISTENED, report
            )
        except (Unavailable, MemoryError) as error:
            left_out.append(_obstacle(error))
            continue
        return Separated(
            method=each,
            version=f"{each.value} {ready.version}",
            reason=" ".join([_WHY[each], *([_MONO[each]] if heard.mono and each in _MONO else []), *left_out]),
            facts=_facts(heard, company),
            weights=ready.weights,
            singing=company.singing,
        )
    raise EngineError("There is too little free memory to take this song apart.", retryable=True)


def _ready(method: Method, heard: Heard, report: Report) -> _Ready:
    if heard.silent:
        return _Ready(np.zeros_like, centre.LENGTH, centre.OVERLAP, centre.VERSION, -math.inf)
    if method is Method.CENTRE:
        return _Ready(centre.split, centre.LENGTH, centre.OVERLAP, centre.VERSION, -math.inf)
    if method is Method.BLEND:
        return _Ready(blend.split, blend.LENGTH, blend.OVERLAP, blend.VERSION, blend.UNSUNG_DB)
    network = demucs.load(lambda fraction: report(LISTENING, _LISTENED * fraction))
    return _Ready(network.split, demucs.LENGTH, demucs.OVERLAP, demucs.VERSION, demucs.UNSUNG_DB, network.weights)


def _obstacle(error: Exception) -> str:
    return str(error) if isinstance(error, Unavailable) else "There was too little memory for a better method."


def _facts(heard: Heard, company: Company) -> dict[str, Fact]:
    return {
        "seconds": round(heard.seconds, 3),
        "channels": "mono" if heard.mono else "stereo",
        "level_db": round(heard.level_db, 2),
        "side_db": round(heard.side_db, 2),
        "correlation": round(heard.correlation, 4),
        "vocal_db": None if company.vocal_db is None else round(company.vocal_db, 2),
        "voice_presence": company.presence,
        "sung_share": company.sung_share,
    }
