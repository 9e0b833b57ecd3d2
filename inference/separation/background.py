"""A first guess of the accompaniment: what repeats, and what is struck."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from inference.separation.spectra import Floats

_SIMILAR = 20
"""Frames that a frame is compared with."""
_APART = 40
"""Frames, about a second: nearer ones are alike without being a repetition."""
_ACROSS, _ALONG = 31, 17
"""Bins and frames of the medians that tell struck sounds from held ones."""
_AT_ONCE = 64


def background(magnitudes: Floats) -> Floats:
    """Magnitudes (frames, bins) of what seems to be accompaniment, never above the given ones."""
    return np.maximum(repeating(magnitudes), struck(magnitudes))


def repeating(magnitudes: Floats) -> Floats:
    """Of each bin the median over the frames most similar to its own."""
    frames = magnitudes.shape[0]
    features = np.sqrt(magnitudes)
    features /= np.linalg.norm(features, axis=1, keepdims=True) + 1e-6
    alike = features @ features.T
    near = np.abs(np.arange(frames)[:, None] - np.arange(frames)) < _APART
    alike[near & ~np.eye(frames, dtype=bool)] = -1
    count = min(_SIMILAR, frames)
    chosen = np.argpartition(-alike, count - 1, axis=1)[:, :count]
    out = np.empty_like(magnitudes)
    for start in range(0, frames, _AT_ONCE):
        out[start : start + _AT_ONCE] = np.median(magnitudes[chosen[start : start + _AT_ONCE]], axis=1)
    return np.minimum(out, magnitudes)


def struck(magnitudes: Floats) -> Floats:
    """The part of each bin that belongs to short sounds without pitch."""
    across = ndimage.uniform_filter1d(np.sqrt(magnitudes), _ACROSS, axis=1, mode="nearest") ** 2
    along = ndimage.uniform_filter1d(np.sqrt(magnitudes), _ALONG, axis=0, mode="nearest") ** 2
    share = np.square(across) / (np.square(across) + 4 * np.square(along) + 1e-12)
    return np.asarray(np.minimum(across, magnitudes) * share, np.float32)
