"""The lead kept apart from what sounds beside it in the vocals, and where it stands between the channels.

Backing vocals to the sides and the width of the room are no part of the lead: they are not sung anew but stay with the
accompaniment, as loud and as wide as they were. What is left is one voice at one place, and whoever sings it instead is
put there. Bins belong to the lead as both channels, brought to the middle, are alike (C. Avendano, "Frequency-Domain
Source Identification and Manipulation in Stereo Mixes", 2003).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from inference import stages
from inference.audio.streams import even
from inference.audio.wave import WaveWriter
from inference.engine import Samples
from inference.separation.model import ACCOMPANIMENT, RATE, SEPARATING, VOCALS, Report
from inference.separation.pieces import bounds, pieces
from inference.separation.spectra import analyse, synthesise
from inference.stage_cache import StageCache
from inference.swapping.source import in_step
from inference.swapping.stems import Stems
from inference.voice.windows import length

VERSION = "1"
"""Changes whenever the same vocals would be put apart otherwise."""

_PLACE = "place.json"
_WINDOW, _HOP = 4096, 1024
_LENGTH, _OVERLAP = 20 * RATE, RATE
_ALIKE_FROM, _ALIKE_TO = 0.2, 0.6
"""How alike a bin's channels are, 1 being the same, where none of it is the lead's, and where all of it is."""
_NARROW_DB = -40.0
"""Of what is beside the lead, relative to the lead, below which there is nothing to put apart."""
_FURTHEST = 0.8
"""Of the places between the channels, ±1 being a channel alone."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the lead stands, and what is beside it."""

    side: float = 0.0
    """−1 right … 1 left; 0 is the middle."""
    beside_db: float | None = None
    """What is beside the lead relative to it; None where nothing is."""

    @property
    def gains(self) -> Samples:
        """Of a mono voice put there, shape (2,): left and right; together as strong as in the middle."""
        return np.asarray(np.array([1 + self.side, 1 - self.side]) / math.hypot(1, self.side), np.float32)


MIDDLE = Place()
"""Where most leads stand, alone."""


def lead_of(stems: Stems, cache: StageCache, report: Report) -> tuple[Stems, Place]:
    """The stems with the lead alone as vocals and all else as accompaniment, and its place; raises what `report` does.

    Vocals that stand at one place are left as they are.
    """

    def put_apart(folder: Path) -> None:
        place = _place(stems.vocals)
        if place.beside_db is not None:
            frames = length(stems.vocals)
            lead = _lead_at(place)
            with WaveWriter(folder / VOCALS, RATE, 2) as alone, WaveWriter(folder / ACCOMPANIMENT, RATE, 2) as rest:
                done = 0
                for (accompaniment, vocals), found in zip(
                    in_step(stems.accompaniment, stems.vocals), even(_faded(stems.vocals, frames, lead)), strict=True
                ):
                    alone.push(found)
                    rest.push(accompaniment + vocals - found)
                    done += found.shape[0]
                    report(SEPARATING, min(1.0, done / max(frames, 1)))
        (folder / _PLACE).write_text(json.dumps(asdict(place)), encoding="utf-8")

    kept = cache.get_or_make(
        "lead",
        *(VERSION, *stems.key),
        make=put_apart,
        waiting=lambda: report(stages.WAITING, 0.0),
    )
    place = Place(**json.loads((kept / _PLACE).read_text(encoding="utf-8")))
    if place.beside_db is None:
        return stems, place
    return replace(stems, vocals=kept / VOCALS, accompaniment=kept / ACCOMPANIMENT), place


def _place(vocals: Path) -> Place:
    """Of a voice whose sides are in step: the part of their difference that their sum explains is its place."""
    middles = sides = both = 0.0
    for (block,) in in_step(vocals):
        wide = block.astype(np.float64)
        middle, side = (wide[:, 0] + wide[:, 1]) / 2, (wide[:, 0] - wide[:, 1]) / 2
        middles += float(middle @ middle)
        sides += float(side @ side)
        both += float(middle @ side)
    if middles <= 0:
        return MIDDLE
    at = float(np.clip(both / middles, -_FURTHEST, _FURTHEST))
    beside = max(sides - 2 * at * both + at * at * middles, 0.0) / middles
    beside_db = 10 * math.log10(max(beside, 1e-12))
    return Place(round(at, 4), round(beside_db, 2) if beside_db > _NARROW_DB else None)


def _lead_at(place: Place) -> Callable[[Samples], Samples]:
    """What finds the lead in a piece of the vocals."""

    def lead(piece: Samples) -> Samples:
        left, right = analyse(piece / place.gains, _WINDOW, _HOP)
        both = np.abs(left) ** 2 + np.abs(right) ** 2
        alike = 2 * np.real(left * np.conj(right)) / np.maximum(both, 1e-12)
        share = np.clip((alike - _ALIKE_FROM) / (_ALIKE_TO - _ALIKE_FROM), 0.0, 1.0)
        middle = np.asarray((left + right) / 2 * share, np.complex64)
        return synthesise(middle[None], _WINDOW, _HOP, piece.shape[0]) * place.gains

    return lead


def _faded(vocals: Path, frames: int, lead: Callable[[Samples], Samples]) -> Iterator[Samples]:
    """The lead, found piece by piece, each faded into the next."""
    edges = bounds(frames, _LENGTH, _OVERLAP)
    fade = np.linspace(0.0, 1.0, _OVERLAP, dtype=np.float32)[:, None]
    tail: Samples | None = None
    for number, piece in enumerate(pieces(vocals, frames, _LENGTH, _OVERLAP)):
        found = lead(piece)
        if tail is not None:
            found[:_OVERLAP] = fade * found[:_OVERLAP] + (1 - fade) * tail
        done = edges[number + 1][0] - edges[number][0] if number + 1 < len(edges) else piece.shape[0]
        tail = found[done : done + _OVERLAP].copy()
        yield found[:done]
