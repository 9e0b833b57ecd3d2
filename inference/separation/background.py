"""The accompaniment's magnitudes: at first what repeats, and then, where a voice is known, what sounds beside it."""

from __future__ import annotations

import numpy as np

from inference.separation.spectra import Floats

_SIMILAR = 20
"""Frames that a frame is compared with."""
_APART = 40
"""Frames, about a second: nearer ones are alike without being a repetition."""
_AT_ONCE = 64
_SMALL = 1e-6


def repeating(magnitudes: Floats) -> Floats:
    """Of each bin the median over the frames most similar to its own, never above the given magnitudes."""
    frames = magnitudes.shape[0]
    features = np.sqrt(magnitudes)
    features /= np.linalg.norm(features, axis=1, keepdims=True) + _SMALL
    alike = features @ features.T
    near = np.abs(np.arange(frames)[:, None] - np.arange(frames)) < _APART
    alike[near & ~np.eye(frames, dtype=bool)] = -1
    count = min(_SIMILAR, frames)
    chosen = np.argpartition(-alike, count - 1, axis=1)[:, :count]
    out = np.empty_like(magnitudes)
    for start in range(0, frames, _AT_ONCE):
        out[start : start + _AT_ONCE] = np.median(magnitudes[chosen[start : start + _AT_ONCE]], axis=1)
    return np.minimum(out, magnitudes)


def beside(magnitudes: Floats, trusted: Floats, parts: int, rounds: int) -> Floats:
    """A sum of few spectra that explains `magnitudes` where they are `trusted` (0..1), and goes on everywhere else.

    Non-negative factors by multiplicative updates of the weighted Kullback-Leibler divergence (D. Lee, H. S. Seung,
    "Algorithms for Non-negative Matrix Factorization", 2001). All shapes are (frames, bins).
    """
    known = trusted * magnitudes
    frames = magnitudes.shape[0]
    # Frames spread over the piece are better beginnings than noise.
    spread = known[np.linspace(0, frames - 1, parts).astype(np.intp)]
    chance = np.random.default_rng(0).uniform(0.1, 0.3, (parts, 1))
    spectra = np.asarray(spread + known.mean(axis=0) * chance + _SMALL, np.float32)
    spectra /= spectra.mean(axis=1, keepdims=True)
    levels = np.full((frames, parts), known.mean() / parts + _SMALL, np.float32)
    for _ in range(rounds):
        ratio = known / (levels @ spectra + _SMALL)
        levels *= (ratio @ spectra.T) / (trusted @ spectra.T + _SMALL)
        ratio = known / (levels @ spectra + _SMALL)
        spectra *= (levels.T @ ratio) / (levels.T @ trusted + _SMALL)
    return levels @ spectra
