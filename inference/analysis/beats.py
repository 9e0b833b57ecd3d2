"""The beat grid: where a listener would tap, and which taps begin a bar.

Beats are found by dynamic programming: D. Ellis, "Beat Tracking by Dynamic Programming" (2007).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_TIGHTNESS = 100.0
"""How much a beat off the tempo costs, against how strong an onset it falls on."""
_METERS = (4, 3)
_TRIPLE_MARGIN = 1.15
"""How much better three beats a bar must fit than four, which most music has."""


def beat_times(onsets: npt.NDArray[np.float32], rate: float, tempo: float) -> Floats:
    """Seconds of the beats after the first of `onsets` (strengths, `rate` a second), at about `tempo` a minute."""
    strengths = np.asarray(onsets, float) / max(1e-9, float(np.std(onsets)))
    width = max(1, round(rate * 0.02))
    kernel = np.exp(-0.5 * (np.arange(-2 * width, 2 * width + 1) / width) ** 2)
    local = np.convolve(strengths, kernel / kernel.sum(), mode="same")
    period = 60.0 * rate / tempo
    best = local.copy()
    came_from = np.full(local.size, -1)
    lags = np.arange(round(period / 2), round(2 * period) + 1)
    costs = -_TIGHTNESS * np.log(lags / period) ** 2
    for here in range(lags[0], local.size):
        usable = lags <= here
        scores = best[here - lags[usable]] + costs[usable]
        winner = int(np.argmax(scores))
        if scores[winner] > 0:
            best[here] = local[here] + scores[winner]
            came_from[here] = here - lags[usable][winner]
    tail = max(0, local.size - lags[-1])
    place = tail + int(np.argmax(best[tail:]))
    beats = []
    while place >= 0:
        beats.append(place)
        place = int(came_from[place])
    return np.asarray(beats[::-1], float) / rate


def bars(novelty: Floats, accents: Floats) -> tuple[int, int]:
    """Beats in a bar and the number of the first beat that begins one.

    `novelty` is how much the harmony changes at each beat, `accents` how strongly the low end sounds there.
    """
    weight = _normal(novelty) + 0.5 * _normal(accents)
    best, answer = -np.inf, (4, 0)
    for meter in _METERS:
        if weight.size < 2 * meter:
            continue
        means = [float(weight[phase::meter].mean()) for phase in range(meter)]
        phase = int(np.argmax(means))
        contrast = (means[phase] - float(weight.mean())) * (1.0 if meter == 4 else 1 / _TRIPLE_MARGIN)
        if contrast > best:
            best, answer = contrast, (meter, phase)
    return answer


def _normal(values: Floats) -> Floats:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)
