"""Whether a melody was kept: two pitch tracks of the same song, frame by frame, without warping time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.quality.pitch import HOP_SECONDS, Track

LEAST_FRAMES = 20
"""Mutually voiced, a tenth of a second: fewer tell nothing."""
_LEAST_SPREAD_CENTS = 20.0
"""A melody on one tone correlates with nothing."""
_FARTHEST_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Melody:
    """How far two melodies are apart; None where that cannot be said."""

    rmse: float | None
    """Cents, over the frames where both are voiced, once the intended transposition is removed."""
    median: float | None
    """Of the same errors' sizes."""
    voicing_error: float | None
    """Per cent of the frames where one is voiced and the other is not."""
    correlation: float | None
    """Pearson's, of the logarithms of both pitches, where both are voiced."""
    frames: int
    """Mutually voiced ones."""


def compare(source: Track, result: Track, semitones: float) -> Melody:
    """`result` beside `source`, of which it should be `semitones` higher.

    Unvoiced frames never count as a pitch, octave slips are not folded, and what only one file has at its end is held
    against silence. The voicing error is that of T. Nakatani et al. (2008).
    """
    count = max(source.f0.size, result.f0.size)
    pitches = [np.pad(track.f0, (0, count - track.f0.size)).astype(np.float64) for track in (source, result)]
    voiced = [pitch > 0 for pitch in pitches]
    both = voiced[0] & voiced[1]
    error = 100.0 * float(np.mean(voiced[0] != voiced[1])) if count and (voiced[0].any() or voiced[1].any()) else None
    frames = int(both.sum())
    if frames < LEAST_FRAMES:
        return Melody(None, None, error, None, frames)
    before, after = (1200 * np.log2(pitch[both]) for pitch in pitches)
    errors = after - before - 100 * semitones
    spread = before.std() > _LEAST_SPREAD_CENTS and after.std() > _LEAST_SPREAD_CENTS
    return Melody(
        rmse=float(np.sqrt(np.mean(errors**2))),
        median=float(np.median(np.abs(errors))),
        voicing_error=error,
        correlation=float(np.corrcoef(before, after)[0, 1]) if spread else None,
        frames=frames,
    )


def offset_ms(source: Track, result: Track) -> float | None:
    """How much later the result sounds, in steps of 5 ms up to ±300 ms, by its level; None when nothing changes."""
    count = min(source.level.size, result.level.size)
    most = round(_FARTHEST_SECONDS / HOP_SECONDS)
    if count < 4 * most:
        return None
    before, after = _shape(source.level[:count]), _shape(result.level[:count])
    if not before.any() or not after.any():
        return None
    middle = before[most : count - most]
    fits = [float(middle @ after[most + lag : count - most + lag]) for lag in range(-most, most + 1)]
    return (int(np.argmax(fits)) - most) * HOP_SECONDS * 1000


def _shape(level: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The level above 40 dB below its loudest, around its mean."""
    above = np.maximum(level.astype(np.float64) - (float(level.max()) - 40), 0)
    changing: npt.NDArray[np.float64] = above - above.mean()
    return changing
