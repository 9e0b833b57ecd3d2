"""How one singer's colours become another's, learned without the two ever having sung the same.

Both voices are clouds of cepstra. A warp of the frequency axis brings their resonances together, then nearest
neighbours pair the clouds and a linear map is fitted to the pairs, in turns, until they settle: INCA (D. Erro,
A. Moreno, A. Bonafonte, "INCA Algorithm for Training Voice Conversion Systems from Nonparallel Corpora", 2010), with
the variance restored (T. Toda, A. Black, K. Tokuda, 2007). What it gives is drawn towards the target's own frames, and
what still differs in the long term, by power, is added to all of it: cepstra average logarithms, ears hear powers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.spatial.distance import cdist

from inference.voice.analysis import BANDS, Doubles, band_hz, cepstra, from_cepstra
from inference.voice.prints import VoicePrint

_WARPS = np.exp(np.linspace(np.log(0.82), np.log(1.22), 17))
_MOST = 1000
"""Frames of either voice that are paired."""
_TO_WARP = 350
_ROUNDS = 4
_RIDGE = 0.3
_NEAREST = 6
_DRAWN = 0.5
"""How far the result is drawn to the target's nearest frames."""
_SMOOTHED = 7
"""Frames over which what they add is averaged."""
_WIDEST = 1.6
"""How much the variance may be raised, as a factor of the deviation."""
_FURTHEST = 4.0
"""A difference of colour is never more, as a natural logarithm of power: 17 dB."""
_MOST_TONE, _TONE_SMOOTHED = 2.0, 3
"""What is added to all alike: the most as a natural logarithm of power, 9 dB, and the bands it is averaged over."""


@dataclass(frozen=True, slots=True, eq=False)
class Colouring:
    """What turns one singer's colours into another's."""

    warp: float
    """How much higher the resonances lie."""
    matrix: Doubles
    bias: Doubles
    target: Doubles
    """Cepstra of the target's frames."""
    tone: Doubles
    """What is added to all alike, shape (BANDS,)."""

    def difference(self, bands: Doubles) -> Doubles:
        """What to add to consecutive voiced envelopes, in bands, shape (frames, BANDS); it changes their energy."""
        if not len(bands):
            return np.zeros_like(bands)
        moved = cepstra(warped(bands, self.warp)) @ self.matrix + self.bias
        distance = cdist(moved, self.target, "sqeuclidean")
        nearest = np.argpartition(distance, _NEAREST, axis=1)[:, :_NEAREST]
        pull = self.target[nearest].mean(axis=1) - moved
        pull = uniform_filter1d(pull, _SMOOTHED, axis=0, mode="nearest")
        wanted = from_cepstra(moved + _DRAWN * pull)
        return np.asarray(np.clip(wanted - from_cepstra(cepstra(bands)), -_FURTHEST, _FURTHEST) + self.tone)


def fit(bands: Doubles, voice: VoicePrint) -> Colouring:
    """Learned from voiced envelopes of the source, shape (frames, BANDS), at least a few dozen."""
    source, frames = _some(bands, _MOST), _some(voice.frames.astype(np.float64), _MOST)
    target = cepstra(frames)
    warp = _best_warp(source, target)
    cloud = cepstra(warped(source, warp))
    matrix = np.diag(target.std(axis=0) / (cloud.std(axis=0) + 1e-3))
    middle, goal = cloud.mean(axis=0), target.mean(axis=0)
    centred, aims = cloud - middle, target - goal
    plain = matrix
    for _ in range(_ROUNDS):
        distance = cdist(centred @ matrix, aims, "sqeuclidean")
        origins = np.concatenate([centred, centred[distance.argmin(axis=0)]])
        ends = np.concatenate([aims[distance.argmin(axis=1)], aims])
        gram = origins.T @ origins
        ridge = _RIDGE * np.trace(gram) / len(gram) * np.eye(len(gram))
        matrix = plain + np.linalg.solve(gram + ridge, origins.T @ (ends - origins @ plain))
        shrunk = aims.std(axis=0) / ((centred @ matrix).std(axis=0) + 1e-3)
        matrix = matrix * np.clip(shrunk, 1.0, _WIDEST)
    toneless = Colouring(warp, matrix, goal - middle @ matrix, target, np.zeros(BANDS))
    return replace(toneless, tone=_left(source, source + toneless.difference(source), frames))


def warped(bands: Doubles, factor: float) -> Doubles:
    """Envelopes whose resonances lie higher by `factor`."""
    middles = band_hz()
    places = np.interp(middles / factor, middles, np.arange(len(middles)))
    before = np.minimum(places.astype(np.intp), len(middles) - 2)
    share = places - before
    return np.asarray(bands[:, before] * (1 - share) + bands[:, before + 1] * share)


def _left(source: Doubles, result: Doubles, target: Doubles) -> Doubles:
    """How mean powers of the target differ from those of the result, whose frames are given the source's energy."""
    result = result + (_energy(source) - _energy(result))[:, None]
    given, wanted = (np.log(np.exp(each).mean(axis=0)) for each in (result, target))
    apart = (wanted - _energy(wanted[None])) - (given - _energy(given[None]))
    smooth = uniform_filter1d(apart, _TONE_SMOOTHED, mode="nearest")
    return np.asarray(np.clip(smooth, -_MOST_TONE, _MOST_TONE))


def _energy(bands: Doubles) -> Doubles:
    """The natural logarithm of each envelope's power as a whole, shape (frames,)."""
    return np.asarray(np.log(np.exp(bands) @ np.gradient(band_hz())))


def _best_warp(bands: Doubles, target: Doubles) -> float:
    few, aims = _some(bands, _TO_WARP), _standard(_some(target, _TO_WARP))

    def distance(factor: float) -> float:
        between = cdist(_standard(cepstra(warped(few, factor))), aims)
        apart = float(between.min(axis=0).mean() + between.min(axis=1).mean())
        return apart * (1.0 + 0.1 * abs(float(np.log(factor))))

    return float(min(_WARPS, key=distance))


def _standard(cloud: Doubles) -> Doubles:
    return np.asarray((cloud - cloud.mean(axis=0)) / (cloud.std(axis=0) + 1e-3))


def _some(rows: Doubles, most: int) -> Doubles:
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(np.intp)]
