"""How like the performer the result sounds, by a speaker embedding."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from inference.engine import EngineError, Samples
from inference.quality.model import Metric
from inference.quality.pitch import HOP_SECONDS, Track
from inference.quality.reading import mono
from inference.speakers.model import Embedding, Measure, similarity
from inference.speakers.telling import SAME_FROM, embed
from inference.speakers.voicing import TooLittle

_NAME = "speaker_similarity"
_RATE = 16_000
_PIECE_SECONDS, _MOST_PIECES = 4.0, 5
_LEAST_SUNG = 0.5


def likeness(source: Path, result: Path, tracks: tuple[Track, Track], target: Embedding | None) -> Metric:
    """Similarity of the result to the performer, beside that of the source; Unreadable.

    Only a measure that was trained to tell people apart is held against what it calls the same speaker.
    """
    if target is None:
        return Metric(_NAME, None, "", "cosine of speaker embeddings", reason="The performer's voice was not given.")
    method = f"cosine of speaker embeddings ({target.measure} {target.version}), over at most 20 s of singing"
    try:
        value = _similarity(result, tracks[1], target)
    except TooLittle:
        return Metric(_NAME, None, "", method, reason="Too little is sung.")
    except (EngineError, ValueError):
        return Metric(_NAME, None, "", method, reason="The performer's voice was measured in a way not available here.")
    metric = Metric(_NAME, value, "", method, baseline=_or_none(source, tracks[0], target))
    if target.measure is Measure.SPECTRAL:
        return metric
    return replace(metric, good=value >= SAME_FROM[target.measure])


def _or_none(path: Path, track: Track, target: Embedding) -> float | None:
    try:
        return _similarity(path, track, target)
    except TooLittle:
        return None


def _similarity(path: Path, track: Track, target: Embedding) -> float:
    heard = sung(path, track)
    if not heard.size:
        raise TooLittle("Nobody sings.")
    return round(similarity(embed(heard, _RATE, target.measure), target), 4)


def sung(path: Path, track: Track) -> Samples:
    """Up to five pieces of 4 s in which most is voiced, spread evenly over the file, as mono samples at 16 kHz.

    Where no piece is voiced that much, the one that is most. Empty when nothing is voiced. Unreadable.
    """
    frames = round(_PIECE_SECONDS / HOP_SECONDS)
    voiced = np.pad(track.voiced, (0, -track.voiced.size % frames)).reshape(-1, frames).mean(axis=1)
    if not voiced.any():
        return np.zeros(0, np.float32)
    able = np.flatnonzero(voiced >= _LEAST_SUNG)
    if not able.size:
        able = np.asarray([voiced.argmax()])
    chosen = set(able[:: -(-able.size // _MOST_PIECES)].tolist())
    pieces = enumerate(mono(path, _RATE, round(_PIECE_SECONDS * _RATE)))
    return np.concatenate([np.zeros(0, np.float32), *(piece for number, piece in pieces if number in chosen)])
