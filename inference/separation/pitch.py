"""The sung pitch within a mix: which fundamental, if any, the voice has in each frame.

The song is explained as a voice, a harmonic source under a smooth envelope, over an accompaniment of few spectra that
come back: J.-L. Durrieu, B. David, G. Richard, "A Musically Motivated Mid-Level Representation for Pitch Estimation and
Musical Audio Source Separation" (2011), here on magnitudes with the Kullback-Leibler divergence. The strongest smooth
path through what the fundamentals explain is the melody.
"""

from __future__ import annotations

import numpy as np

from inference.separation.factors import Accompaniment, Envelope
from inference.separation.spectra import Floats

STEPS = 36
"""Fundamentals of an octave that are told apart."""
LOWEST_HZ, HIGHEST_HZ = 82.0, 1000.0

_ROUNDS = 24
_LOBE_BINS, _SPREAD = 1.1, 0.008
"""Half widths of a harmonic: of the window, and relative to its frequency, for pitch that moves within a frame."""
_UNVOICED = 0.06
"""Of a frame's magnitude: what the voice must explain to be heard at all."""
_STEP_COST, _MOST_STEP_COST, _TURN_COST = 0.5, 6.0, 2.5

_GRID = LOWEST_HZ * 2 ** (np.arange(round(STEPS * np.log2(HIGHEST_HZ / LOWEST_HZ)) + 1) / STEPS)


def combs(fundamentals: Floats, bins: int, bin_hz: float) -> Floats:
    """A harmonic spectrum for each fundamental (Hz), shape (fundamentals, bins); zeros where it is 0."""
    hertz = (np.arange(bins) * bin_hz).astype(np.float32)
    pitch = np.maximum(fundamentals, 1.0).astype(np.float32)[:, None]
    number = np.maximum(np.rint(hertz / pitch), 1)
    width = _LOBE_BINS * bin_hz + _SPREAD * number * pitch
    teeth = np.exp(-0.5 * np.square((hertz - number * pitch) / width))
    return np.asarray(teeth * (fundamentals > 0)[:, None], np.float32)


def melody(magnitudes: Floats, accompaniment: Accompaniment, envelope: Envelope, bin_hz: float) -> Floats:
    """The fundamental of the voice in Hz, 0 where there is none, shape (frames,); `accompaniment` learns on the way.

    `magnitudes` has the shape (frames, bins).
    """
    lattice = combs(_GRID.astype(np.float32), magnitudes.shape[1], bin_hz)
    frames = magnitudes.shape[0]
    level = magnitudes.mean(axis=1, keepdims=True) + 1e-6
    source = np.repeat(level / lattice.shape[0], lattice.shape[0], axis=1)
    shape = envelope.flat(frames)
    for _ in range(_ROUNDS):
        teeth, smooth = source @ lattice, shape @ envelope.basis
        ratio = magnitudes / (teeth * smooth + accompaniment.spectra() + 1e-6)
        source *= ((smooth * ratio) @ lattice.T) / (smooth @ lattice.T + 1e-6)
        teeth = source @ lattice
        ratio = magnitudes / (teeth * smooth + accompaniment.spectra() + 1e-6)
        shape *= ((teeth * ratio) @ envelope.basis.T) / (teeth @ envelope.basis.T + 1e-6)
        accompaniment.improve(magnitudes, (source @ lattice) * (shape @ envelope.basis))
    explained = source * ((shape @ envelope.basis) @ lattice.T)
    return _path(explained / (magnitudes.sum(axis=1, keepdims=True) + 1e-3))


def _path(shares: Floats) -> Floats:
    """Viterbi's path through the shares that each fundamental explains, and an unvoiced state beside them."""
    near = shares.copy()
    near[:, 1:] += shares[:, :-1]
    near[:, :-1] += shares[:, 1:]
    costs = -np.log(near + 1e-4)
    count = costs.shape[1]
    apart = np.abs(np.arange(count)[:, None] - np.arange(count))
    moves = np.minimum(_STEP_COST * np.maximum(apart - 1, 0), _MOST_STEP_COST).astype(np.float32)
    total = costs[0].copy()
    silent = np.float32(-np.log(_UNVOICED))
    rest = silent
    came = np.zeros((costs.shape[0], count + 1), np.int32)
    for frame in range(1, costs.shape[0]):
        ways = total[:, None] + moves
        best = ways.argmin(axis=0)
        reached = ways[best, np.arange(count)]
        loudest = int(total.argmin())
        from_rest = rest + _TURN_COST
        came[frame, :count] = np.where(from_rest < reached, count, best)
        to_rest = total[loudest] + _TURN_COST
        came[frame, count] = count if rest <= to_rest else loudest
        rest = min(rest, to_rest) + silent
        total = np.minimum(reached, from_rest) + costs[frame]
    state = count if rest < total.min() else int(total.argmin())
    pitch = np.zeros(costs.shape[0], np.float32)
    for frame in range(costs.shape[0] - 1, -1, -1):
        pitch[frame] = _GRID[state] if state < count else 0.0
        state = int(came[frame, state])
    return pitch


def refine(pitch: Floats, magnitudes: Floats, bin_hz: float) -> Floats:
    """The same path, each voiced frame moved by up to half a step to where the lowest harmonics stand out most."""
    voiced = np.flatnonzero(pitch)
    if voiced.size == 0:
        return pitch
    cents = np.linspace(-40, 40, 17)
    numbers = np.arange(1, 13)
    places = pitch[voiced, None, None] * 2 ** (cents[:, None] / 1200) * numbers / bin_hz
    below = np.minimum(places.astype(np.intp), magnitudes.shape[1] - 2)
    part = np.clip(places - below, 0, 1)
    rows = voiced[:, None, None]
    values = np.sqrt(magnitudes[rows, below] * (1 - part) + magnitudes[rows, below + 1] * part)
    best = values.sum(axis=2).argmax(axis=1)
    refined = pitch.copy()
    refined[voiced] *= (2 ** (cents[best] / 1200)).astype(np.float32)
    return refined
