"""Decoded frames of any format and any number of channels as stereo floats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from inference.engine import Samples

MOST_CHANNELS = 8
LOUDEST = 1e5
"""Over full scale by 100 dB. Float files may go past full scale, which is kept; what is beyond this is no sound."""

_SIDE = 0.5**0.5
_WEIGHTS = {
    "FL": (1.0, 0.0),
    "FR": (0.0, 1.0),
    "FC": (_SIDE, _SIDE),
    "LFE": (0.0, 0.0),
    "BL": (_SIDE, 0.0),
    "BR": (0.0, _SIDE),
    "SL": (_SIDE, 0.0),
    "SR": (0.0, _SIDE),
    "BC": (0.5, 0.5),
    "FLC": (_SIDE, _SIDE / 2),
    "FRC": (_SIDE / 2, _SIDE),
}
"""Left and right shares of each channel, by ITU-R BS.775: centre and surround 3 dB down, the low frequency effects left
out.
"""
_USUAL = {
    3: ("FL", "FR", "FC"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FR", "FC", "BL", "BR"),
    6: ("FL", "FR", "FC", "LFE", "BL", "BR"),
    7: ("FL", "FR", "FC", "LFE", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}
"""What so many channels are when the file does not say, in the order of Microsoft and of FLAC."""
_FULL_SCALE = {"u8": 2.0**7, "s16": 2.0**15, "s32": 2.0**31, "s64": 2.0**63}


def stereo(frame: av.AudioFrame) -> tuple[Samples, int]:
    """The frame as float32 of shape (n, 2), and how many of its samples were no numbers or beyond `LOUDEST`: now 0.

    One channel becomes both, as loud as it was. More than two are mixed so that what is at full scale in every channel
    is at full scale, not past it.
    """
    samples, bad = _finite(_floats(frame))
    channels = samples.shape[1]
    if channels == 1:
        return np.repeat(samples, 2, axis=1), bad
    if channels > 2:
        return samples @ matrix([channel.name for channel in frame.layout.channels]), bad
    return samples, bad


def matrix(names: Sequence[str]) -> Samples:
    """Weights of shape (channels, 2) for channels so called; ones with unknown names are taken for the usual ones."""
    if not set(names) <= set(_WEIGHTS) or len(set(names)) != len(names):
        names = _USUAL[len(names)]
    weights = np.array([_WEIGHTS[name] for name in names], dtype=np.float32)
    loudest = float(weights.sum(axis=0).max())
    return weights / max(loudest, 1.0)


def _floats(frame: av.AudioFrame) -> Samples:
    """As float32 of shape (n, channels), integers by their full scale."""
    array: npt.NDArray[Any] = frame.to_ndarray()
    samples = array.T if frame.format.is_planar else array.reshape(-1, frame.layout.nb_channels)
    name = frame.format.name.removesuffix("p")
    # What is too large for a float32 becomes infinite, and is counted as such.
    with np.errstate(over="ignore"):
        floats = np.ascontiguousarray(samples, dtype=np.float32)
    if name == "u8":
        floats -= 128
    return floats * np.float32(1 / _FULL_SCALE[name]) if name in _FULL_SCALE else floats


def _finite(samples: Samples) -> tuple[Samples, int]:
    # One pass that touches nothing, for the frames that are good.
    if not samples.size or (samples.max() <= LOUDEST and samples.min() >= -LOUDEST):
        return samples, 0
    good = np.abs(samples) <= LOUDEST
    return np.where(good, samples, np.float32(0)), int(samples.size - np.count_nonzero(good))
