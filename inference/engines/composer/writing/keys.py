"""In which key a listener hears a progression: Krumhansl and Kessler's probe-tone profiles over its tones."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import correlation

from inference.engines.composer.theory import Key, make_chord

_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


def margin(loops: Sequence[Sequence[Sequence[str]]], key: Key, color: str) -> float:
    """By how much the key fits the loops of numerals better than any other key; negative when another fits better."""
    weights = [0.0] * 12
    for loop in loops:
        share = 1.0 / len(loop)
        for bar in loop:
            for numeral in bar:
                chord = make_chord(numeral, key, color, 0.0, 1.0)
                for tone in chord.tones:
                    weights[tone] += share / len(bar)
                # The bass, and the overtones of every part, double root and fifth.
                weights[chord.bass] += 0.9 * share / len(bar)
                weights[(chord.root + 7) % 12] += 0.25 * share / len(bar)
    fits = _correlations(weights)
    own = fits[(key.tonic, key.minor)]
    return own - max(fit for other, fit in fits.items() if other != (key.tonic, key.minor))


def _correlations(weights: Sequence[float]) -> dict[tuple[int, bool], float]:
    return {
        (tonic, minor): correlation(_rolled(_MINOR if minor else _MAJOR, tonic), weights)
        for tonic in range(12)
        for minor in (False, True)
    }


def _rolled(profile: tuple[float, ...], tonic: int) -> tuple[float, ...]:
    """The profile of the key on `tonic`, counted from C."""
    return profile[-tonic:] + profile[:-tonic] if tonic else profile
