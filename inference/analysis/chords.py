"""Chords: which triad or seventh sounds at each beat, by hidden Markov model over chroma templates.

As T. Fujishima, "Realtime Chord Recognition of Musical Sound" (1999), and A. Sheh and D. Ellis, "Chord Segmentation and
Recognition Using EM-Trained Hidden Markov Models" (2003), with fixed templates in place of trained ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

QUALITIES: Mapping[str, tuple[int, ...]] = {"": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10)}
_STAY, _STAY_AT_BAR = 0.9, 0.4
_SHARPNESS = 14.0
"""How much a better fit weighs against staying."""
_BASS_WEIGHT = 0.3
_SEVENTH_PENALTY = 0.06
"""A triad is the simpler answer."""
_OUTSIDE_PENALTY = 0.05
"""For each tone of a chord that is not in the key."""
_LEAST_FIT = 0.35
"""Below it no chord is heard."""


@dataclass(frozen=True, slots=True)
class HeardChord:
    """A chord by pitch class of its root and quality, from beat `first` until beat `last`."""

    first: int
    last: int
    root: int
    quality: str


def chord_track(
    chroma: Floats, bass: Floats, downbeats: npt.NDArray[np.bool_], scale: frozenset[int]
) -> list[HeardChord]:
    """The chords of a song; `chroma` and `bass` have the shape (beats, 12), `scale` holds the key's pitch classes.

    Beats at which no chord is heard belong to none.
    """
    names = [(root, quality) for quality in QUALITIES for root in range(12)]
    fits = _fits(chroma, bass, names)
    penalties = np.asarray([
        _OUTSIDE_PENALTY * len({(root + i) % 12 for i in QUALITIES[quality]} - scale)
        + (_SEVENTH_PENALTY if quality == "7" else 0.0)
        for root, quality in names
    ])  # fmt: skip
    path = _viterbi(_SHARPNESS * (fits - penalties), downbeats)
    result: list[HeardChord] = []
    for beat, state in enumerate(path):
        if fits[beat, state] < _LEAST_FIT:
            continue
        root, quality = names[state]
        last = result[-1] if result else None
        if last and last.last == beat and (last.root, last.quality) == (root, quality):
            result[-1] = HeardChord(last.first, beat + 1, root, quality)
        else:
            result.append(HeardChord(beat, beat + 1, root, quality))
    return result


def _fits(chroma: Floats, bass: Floats, names: list[tuple[int, str]]) -> Floats:
    """The cosine between each beat's chroma and each template, with the bass on the root counted beside it."""
    templates = np.zeros((len(names), 12))
    for row, (root, quality) in enumerate(names):
        for interval in QUALITIES[quality]:
            templates[row, (root + interval) % 12] += 1.0
            # The third partial of each tone is a fifth above it.
            templates[row, (root + interval + 7) % 12] += 0.15
    templates /= np.linalg.norm(templates, axis=1, keepdims=True)
    fits = _unit(chroma) @ templates.T
    low = _unit(bass)
    roots = np.asarray([root for root, _ in names])
    return np.asarray(fits + _BASS_WEIGHT * low[:, roots])


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _viterbi(scores: Floats, downbeats: npt.NDArray[np.bool_]) -> list[int]:
    """The likeliest states; every change costs the same, less where a bar begins."""
    beats, states = scores.shape
    best = scores[0].copy()
    back = np.zeros((beats, states), int)
    own = np.arange(states)
    for beat in range(1, beats):
        stay = _STAY_AT_BAR if downbeats[beat] else _STAY
        changed = int(np.argmax(best))
        moving = best[changed] + np.log((1 - stay) / (states - 1))
        staying = best + np.log(stay)
        back[beat] = np.where(staying >= moving, own, changed)
        best = np.maximum(staying, moving) + scores[beat]
    path = [int(np.argmax(best))]
    for beat in range(beats - 1, 0, -1):
        path.append(int(back[beat, path[-1]]))
    return path[::-1]
