"""How like the performer the result sounds, by a speaker embedding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from inference.engine import Samples
from inference.quality.model import Metric
from inference.quality.pitch import HOP_SECONDS, Track
from inference.quality.reading import mono

LEAST: Mapping[str, float] = {"resemblyzer": 0.70}
"""From which similarity on the result is like the performer, by measure; weaker measures are only told."""
NO_TARGET = "The performer's voice was not given, or no speaker embedding is installed here."

_RATE = 16_000
_PIECE_SECONDS, _MOST_PIECES = 4.0, 5
_LEAST_SUNG = 0.5


@dataclass(frozen=True, slots=True)
class Target:
    """Whom the result should sound like."""

    measure: str
    """Name and version of the speaker embedding."""
    similarity: Callable[[Samples, int], float]
    """Of mono samples at a rate to the performer, −1..1."""


def likeness(source: Path, result: Path, tracks: tuple[Track, Track], target: Target | None) -> Metric:
    """Similarity of the result to the performer, beside that of the source; Unreadable."""
    if target is None:
        return Metric("speaker_similarity", None, "", "cosine of speaker embeddings", reason=NO_TARGET)
    method = f"cosine of speaker embeddings ({target.measure}), over at most 20 s of singing"
    before, after = (sung(path, track) for path, track in zip((source, result), tracks, strict=True))
    if not after.size:
        return Metric("speaker_similarity", None, "", method, reason="Too little is sung.")
    value = round(target.similarity(after, _RATE), 4)
    baseline = round(target.similarity(before, _RATE), 4) if before.size else None
    metric = Metric("speaker_similarity", value, "", method, baseline=baseline)
    least = next((limit for measure, limit in LEAST.items() if target.measure.startswith(measure)), None)
    return metric if least is None else replace(metric, good=value >= least)


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
