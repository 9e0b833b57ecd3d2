"""One pass over a song for what the choice of a method depends on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.audio.decode import DecodeError, decode
from inference.engine import EngineError
from inference.separation.model import LISTENING, RATE, Report

SILENT_DB = -90.0
_MONO_SIDE_DB = -40.0
"""A difference between the channels this far below their sum tells nothing about where a voice stands."""
_LONGEST_SECONDS = 3 * 3600.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A song's length, and how its two channels go together."""

    frames: int
    level_db: float
    """Root mean square of both channels relative to full scale."""
    side_db: float
    """Power of the channels' difference relative to their sum's; never below -120."""
    correlation: float
    """Of the channels: 1 the same, 0 unrelated, -1 inverted."""

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.frames / RATE

    @property
    def mono(self) -> bool:
        """Whether position tells nothing."""
        return self.side_db < _MONO_SIDE_DB

    @property
    def silent(self) -> bool:
        """Whether there is nothing to hear."""
        return self.level_db < SILENT_DB


def listen(source: Path, share: float, report: Report) -> Heard:
    """Hear all of `source`; reports up to the fraction `share`.

    EngineError for what cannot be read, is not finite, empty, or longer than three hours.
    """
    frames = 0
    left = right = cross = 0.0
    try:
        for block in decode(source, RATE):
            if not np.isfinite(block).all():
                raise EngineError("The recording is damaged: some of its samples are no numbers.")
            wide = block.astype(np.float64)
            left += float(wide[:, 0] @ wide[:, 0])
            right += float(wide[:, 1] @ wide[:, 1])
            cross += float(wide[:, 0] @ wide[:, 1])
            frames += block.shape[0]
            if frames > _LONGEST_SECONDS * RATE:
                raise EngineError("The recording is longer than three hours.")
            # How long it is is known at the end only.
            report(LISTENING, share * (1 - math.exp(-frames / RATE / 300)))
    except DecodeError as error:
        raise EngineError(f"The recording cannot be read: {error}.") from error
    if frames == 0:
        raise EngineError("The recording is empty.")
    return Heard(frames, _db((left + right) / (2 * frames)), *_stereo(left, right, cross))


def _stereo(left: float, right: float, cross: float) -> tuple[float, float]:
    both = left + right
    side = max(both - 2 * cross, 0.0) / max(both + 2 * cross, 1e-30)
    return max(-120.0, _db(side)), cross / math.sqrt(left * right) if left > 0 and right > 0 else 0.0


def _db(power: float) -> float:
    return 10 * math.log10(max(power, 1e-30))
