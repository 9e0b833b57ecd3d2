"""Comparing a voice with protected ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from inference.likeness.model import Point, Protected, Resemblance
from inference.speakers.model import Embedding, Measure, similarity
from inference.speakers.telling import SAME_FROM, available, embed

Floats = npt.NDArray[np.float32]

SUNG_FROM: Mapping[Measure, float] = {Measure.RESEMBLYZER: 0.88, Measure.SPECTRAL: 0.75}
"""From which similarity on what is sung counts as a protected voice; docs/adr/0028 has how often that is wrong. Higher
than for speech: sung voices are nearer to one another."""


def points_of(samples: Floats, rate: int) -> tuple[Point, ...]:
    """The voice in `samples` (mono at `rate` Hz), by every measure there is here; raises TooLittle, BadWeights."""
    found = [embed(samples, rate, measure) for measure in available()]
    return tuple(Point(each.measure, each.version, tuple(map(float, each.vector))) for each in found)


def spoken_like(points: Sequence[Point], protected: Iterable[Protected]) -> Resemblance | None:
    """The protected voice most like that of somebody who speaks; None where none can be compared."""
    return _nearest(points, protected, SAME_FROM)


def sung_like(points: Sequence[Point], protected: Iterable[Protected]) -> Resemblance | None:
    """The protected voice most like that of somebody who sings; None where none can be compared."""
    return _nearest(points, protected, SUNG_FROM)


def taken(spoken: Sequence[Point], sung: Sequence[Point], protected: Sequence[Protected]) -> Resemblance | None:
    """The protected voice that somebody has who speaks and sings like this; None where it is nobody's."""
    found = (spoken_like(spoken, protected), sung_like(sung, protected))
    return next((each for each in found if each is not None and each.alike), None)


def comparable(points: Sequence[Point], voice: Protected) -> tuple[Point, Point] | None:
    """The best measure that both were taken by."""
    theirs = {(point.measure, point.version): point for point in voice.points}
    for measure in Measure:
        for point in points:
            if point.measure == measure and (match := theirs.get((point.measure, point.version))):
                return point, match
    return None


def _nearest(
    points: Sequence[Point], protected: Iterable[Protected], alike_from: Mapping[Measure, float]
) -> Resemblance | None:
    """By how far it is above what counts as alike, so that measures can be compared."""
    found: list[tuple[float, Resemblance]] = []
    for voice in protected:
        pair = comparable(points, voice)
        if pair is None:
            continue
        measure = Measure(pair[0].measure)
        value = similarity(*map(_embedding, pair))
        above = value - alike_from[measure]
        found.append((above, Resemblance(voice.name, value, f"{measure} {pair[0].version}", above >= 0.0)))
    return max(found, key=lambda each: each[0])[1] if found else None


def _embedding(point: Point) -> Embedding:
    return Embedding(np.asarray(point.vector, np.float32), Measure(point.measure), point.version)
