"""What a voice is as numbers, and what comparing two of them says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt


class Measure(StrEnum):
    """How voices are told apart, best first."""

    RESEMBLYZER = "resemblyzer"
    """A voice encoder trained on thousands of people; where its weights are installed."""
    SPECTRAL = "spectral"
    """The colour of the voice over the whole recording; weak, and fooled by another microphone."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """A voice as a point: near ones sound alike."""

    vector: npt.NDArray[np.float32]
    """Shape (dimensions,), of length 1."""
    measure: Measure
    version: str
    """Of the measure; another version's points lie elsewhere."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two recordings are of one speaker."""

    same: bool
    similarity: float
    """−1..1."""
    measure: str
    """Name and version of what was measured with."""


def similarity(a: Embedding, b: Embedding) -> float:
    """The cosine between two voices, −1..1. Raises ValueError when they were not measured alike."""
    if (a.measure, a.version) != (b.measure, b.version):
        raise ValueError(f"{a.measure} {a.version} does not compare with {b.measure} {b.version}")
    return float(np.clip(a.vector @ b.vector, -1.0, 1.0))
