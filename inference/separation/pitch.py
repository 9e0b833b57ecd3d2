"""The sung pitch within a mix: which fundamental, if any, the voice has in each frame.

A fundamental is as strong as its harmonics stand out of their surroundings (D. Hermes, "Measurement of Pitch by
Subharmonic Summation", 1988), less what lies halfway between them, so that no fraction of a pitch passes for it.
A singer keeps to a range, within which most of what is strong lies; the bass, which is heard wherever the singer
pauses, is far from it. The melody is the strongest smooth path through all frames, with a state beside it in which
nobody sings.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from inference.separation.spectra import Floats

STEPS = 36
"""Fundamentals of an octave that are told apart."""
LOWEST_HZ, HIGHEST_HZ = 82.0, 1000.0

_HARMONICS, _DECAY, _BETWEEN = 16, 0.85, 0.5
_SURROUNDINGS = 41
"""Bins over which is evened out what stands out."""
_USUAL, _SILENT = 90, 0.2
"""The percentile of frames that tells how strong a voice is in this piece, and the part of it that is none."""
_STEP_COST, _MOST_STEP_COST, _TURN_COST = 0.5, 6.0, 2.0
_FLOOR = 1e-2
_BASS_HZ = 150.0
"""Below it magnitudes count for less and less, as for the ear."""
_RANGE, _BEYOND = 7.0, 4.0
"""Semitones above and below the middle that every singer uses, and in how many more a pitch is a third as likely."""
_REACH_CENTS = 40.0

_GRID = (LOWEST_HZ * 2 ** (np.arange(round(STEPS * np.log2(HIGHEST_HZ / LOWEST_HZ)) + 1) / STEPS)).astype(np.float32)


def melody(magnitudes: Floats, bin_hz: float) -> Floats:
    """The fundamental of the voice in Hz, 0 where there is none, shape (frames,), from magnitudes (frames, bins)."""
    hertz = np.square(np.arange(magnitudes.shape[1], dtype=np.float32) * bin_hz)
    heard = magnitudes * (hertz / (hertz + np.float32(_BASS_HZ**2)))
    return _refined(_path(_within_range(_strengths(heard, bin_hz))), heard, bin_hz)


def combs(pitch: Floats, bins: int, bin_hz: float, lobe: float, spread: float) -> Floats:
    """Harmonics of each pitch (Hz) as bumps up to 1, shape (pitches, bins); zeros where it is 0.

    Their half width is `lobe` bins and `spread` of the harmonic's frequency, for pitch that moves within a frame.
    """
    hertz = (np.arange(bins) * bin_hz).astype(np.float32)
    sung = np.maximum(pitch, 1.0).astype(np.float32)[:, None]
    number = np.maximum(np.rint(hertz / sung), 1)
    width = lobe * bin_hz + spread * number * sung
    teeth = np.exp(-0.5 * np.square((hertz - number * sung) / width))
    return np.asarray(teeth * (pitch > 0)[:, None], np.float32)


def _strengths(magnitudes: Floats, bin_hz: float) -> Floats:
    """How strong each fundamental of the grid is, shape (frames, fundamentals)."""
    seen = np.sqrt(magnitudes)
    seen = np.maximum(seen - ndimage.uniform_filter1d(seen, _SURROUNDINGS, axis=1), 0)
    sums = np.zeros((magnitudes.shape[0], _GRID.size), np.float32)
    for number in range(1, _HARMONICS + 1):
        weight = np.float32(_DECAY ** (number - 1))
        sums += weight * _at(seen, _GRID * number / bin_hz)
        sums -= weight * np.float32(_BETWEEN) * _at(seen, _GRID * (number - 0.5) / bin_hz)
    return np.maximum(sums, 0)


def _within_range(strengths: Floats) -> Floats:
    """The same strengths, less what is far from the middle of the strongest pitches of all frames."""
    most = np.bincount(strengths.argmax(axis=1), np.square(strengths.max(axis=1)), strengths.shape[1])
    middle = int(np.searchsorted(np.cumsum(most), most.sum() / 2))
    semitones = np.abs(np.arange(strengths.shape[1]) - middle) * (12 / STEPS)
    return np.asarray(strengths * np.exp(-np.maximum(semitones - _RANGE, 0) / _BEYOND), np.float32)


def _at(seen: Floats, places: Floats) -> Floats:
    """The larger of both neighbours of each place; nothing beyond the last bin."""
    below = places.astype(np.intp)
    within = below < seen.shape[1] - 1
    below = np.minimum(below, seen.shape[1] - 2)
    return np.asarray(np.maximum(seen[:, below], seen[:, below + 1]) * within, np.float32)


def _path(strengths: Floats) -> Floats:
    usual = float(np.percentile(strengths.max(axis=1), _USUAL))
    if usual <= 0:
        return np.zeros(strengths.shape[0], np.float32)
    costs = -np.log(strengths / usual + _FLOOR)
    count = costs.shape[1]
    apart = np.abs(np.arange(count)[:, None] - np.arange(count))
    moves = np.minimum(_STEP_COST * np.maximum(apart - 1, 0), _MOST_STEP_COST).astype(np.float32)
    silent = rest = -float(np.log(_SILENT))
    total = costs[0].copy()
    came = np.zeros((costs.shape[0], count + 1), np.int32)
    for frame in range(1, costs.shape[0]):
        ways = total[:, None] + moves
        best = ways.argmin(axis=0)
        reached = ways[best, np.arange(count)]
        likeliest = int(total.argmin())
        begun, ended = rest + _TURN_COST, float(total[likeliest]) + _TURN_COST
        came[frame, :count] = np.where(begun < reached, count, best)
        came[frame, count] = count if rest <= ended else likeliest
        rest = min(rest, ended) + silent
        total = np.minimum(reached, begun) + costs[frame]
    state = count if rest < total.min() else int(total.argmin())
    states = np.empty(costs.shape[0], np.intp)
    for frame in range(costs.shape[0] - 1, -1, -1):
        states[frame] = state
        state = int(came[frame, state])
    return np.append(_GRID, np.float32(0))[states]


def _refined(pitch: Floats, magnitudes: Floats, bin_hz: float) -> Floats:
    """The same path, each voiced frame moved to where the lowest harmonics stand out most."""
    voiced = np.flatnonzero(pitch)
    if voiced.size == 0:
        return pitch
    factors = 2 ** (np.linspace(-_REACH_CENTS, _REACH_CENTS, 17) / 1200)
    places = pitch[voiced, None, None] * factors[:, None] * np.arange(1, 13) / bin_hz
    below = np.minimum(places.astype(np.intp), magnitudes.shape[1] - 2)
    part = np.clip(places - below, 0, 1)
    rows = voiced[:, None, None]
    values = np.sqrt(magnitudes[rows, below] * (1 - part) + magnitudes[rows, below + 1] * part)
    refined = pitch.copy()
    refined[voiced] *= factors[values.sum(axis=2).argmax(axis=1)].astype(np.float32)
    return refined
