"""Pitch of a voice, by an estimator that has nothing in common with the converter's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.quality.candidates import HIGHEST_HZ, LOWEST_HZ, QUIETEST_DB, WINDOW, Candidates, Curve, candidates
from inference.quality.contour import contour, loudness
from inference.quality.reading import RATE, overlapping, seconds_in

HOP_SECONDS = 0.005
HOP = round(RATE * HOP_SECONDS)
METHOD = (
    f"autocorrelation after Boersma (1993), octaves by pYIN's rule (2014), {LOWEST_HZ:g}–{HIGHEST_HZ:g} Hz, "
    f"{HOP_SECONDS * 1000:g} ms"
)

_AT_ONCE = 256
_PIECE = 40 * _AT_ONCE
"""Frames read together."""


@dataclass(frozen=True, slots=True)
class Track:
    """What a voice does every 5 ms from the file's start."""

    f0: Curve
    """Hz; 0 where it is unvoiced."""
    level: Curve
    """dB of full scale."""
    harmonicity: Curve
    """Harmonics to noise in dB, where it is voiced."""

    @property
    def voiced(self) -> npt.NDArray[np.bool_]:
        """Which frames have a pitch."""
        voiced: npt.NDArray[np.bool_] = self.f0 > 0
        return voiced

    @property
    def loud(self) -> npt.NDArray[np.bool_]:
        """Frames less than 20 dB below the loudest twentieth."""
        loud: npt.NDArray[np.bool_] = self.level > max(loudness(self.level) - 20.0, QUIETEST_DB)
        return loud


def track(path: Path, tell: Callable[[float], None] = lambda share: None) -> Track:
    """The pitch of a file; `tell` hears the share, 0..1, that is done, and may raise. Unreadable when it is damaged."""
    found = Candidates.together(list(_looked(path, tell)))
    chosen = contour(found)
    rows, place = np.arange(chosen.size), np.maximum(chosen, 0)
    share = np.clip(found.strength[rows, place], 1e-4, 1 - 1e-5)
    harmonicity = 10 * np.log10(share / (1 - share))
    return Track(
        f0=np.where(chosen >= 0, found.hertz[rows, place], 0).astype(np.float32),
        level=found.level,
        harmonicity=np.where(chosen >= 0, harmonicity, 0).astype(np.float32),
    )


def _looked(path: Path, tell: Callable[[float], None]) -> Iterator[Candidates]:
    """Of some hundred frames at a time; frame n is around n·hop."""
    length = max(seconds_in(path), HOP_SECONDS)
    for number, piece in enumerate(overlapping(path, RATE, _PIECE * HOP, WINDOW // 2)):
        frames = np.lib.stride_tricks.sliding_window_view(piece, WINDOW)[::HOP][:_PIECE]
        for start in range(0, frames.shape[0], _AT_ONCE):
            yield candidates(frames[start : start + _AT_ONCE])
            tell((number * _PIECE + start + _AT_ONCE) * HOP_SECONDS / length)
