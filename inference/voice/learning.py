"""Learning a performer's voice from recordings of it, sung or spoken."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

from inference.voice import analysis
from inference.voice.analysis import PERIOD, Doubles, Floats
from inference.voice.model import BadRecording
from inference.voice.prints import LEAST_FRAMES, MOST_FRAMES, QUANTILES, VoicePrint

LEAST_SECONDS = 3.0
"""Of voice, in all recordings together."""
_RATE = 24_000
_LOWEST_RATE = 16_000
_PIECE, _MOST_PIECES = 8 * _RATE, 16
"""Samples analysed at once, and how many pieces at most, evenly spread: two minutes tell what an hour would."""
_SPOKEN_SPAN = 9.0
"""Semitones: who moves within less is speaking, and could sing higher."""
_NARROW = 14.0
"""How much weaker, as a natural logarithm of power, the top octave may be than the one below: more is a telephone."""


def learn(
    recordings: Sequence[npt.NDArray[np.float32]], rate: int, *, span: tuple[float, float] | None = None
) -> VoicePrint:
    """The voice heard in `recordings`, mono samples at `rate` Hz; `span` is its range in Hz where that is known.

    Raises BadRecording when there is too little voice, or no treble to know it by.
    """
    if rate < _LOWEST_RATE:
        raise BadRecording("The recording has no treble. Record with at least 16,000 samples a second.")
    pieces = [piece for recording in recordings for piece in _pieces(recording, rate)]
    step = max(1.0, len(pieces) / _MOST_PIECES)
    heard = [_heard(pieces[int(place * step)]) for place in range(min(len(pieces), _MOST_PIECES))]
    f0, coloured, hissed, noisy = (
        np.concatenate([each[part] for each in heard]) if heard else np.zeros((0, 1)) for part in range(4)
    )
    if len(f0) * PERIOD < LEAST_SECONDS or len(coloured) < LEAST_FRAMES:
        raise BadRecording("There is too little voice in the recording. Record at least half a minute of it.")
    if float(coloured[:, -16:-8].mean() - coloured[:, -5:].mean()) > _NARROW:
        raise BadRecording("The recording has no treble, as if it came from a telephone. Record it again.")
    hiss = hissed.mean(axis=0) if len(hissed) else coloured.mean(axis=0)
    pitches = np.quantile(f0, np.linspace(0.0, 1.0, QUANTILES))
    low, high = span or _range(pitches)
    frames = coloured[np.linspace(0, len(coloured) - 1, min(len(coloured), MOST_FRAMES)).astype(np.intp)]
    frames, hiss = frames - frames.mean(), hiss - hiss.mean()
    return VoicePrint(float(low), float(high), _f4(pitches), _f4(frames), _f4(hiss), _f4(noisy.mean(axis=0)))


def _pieces(recording: npt.NDArray[np.float32], rate: int) -> list[Doubles]:
    if recording.ndim != 1 or not np.isfinite(recording).all():
        raise BadRecording("This is not a recording.")
    divisor = int(np.gcd(rate, _RATE))
    samples = resample_poly(recording.astype(np.float64), _RATE // divisor, rate // divisor)
    return [samples[start : start + _PIECE] for start in range(0, len(samples), _PIECE) if len(samples) - start > _RATE]


def _heard(samples: Doubles) -> tuple[Doubles, Doubles, Doubles, Doubles]:
    """Pitches, envelopes of voiced frames, of unvoiced ones, and logarithms of the share of noise."""
    f0 = analysis.quick_pitch(samples, _RATE)
    lowest, highest = analysis.search_span(f0)
    # What slips by an octave is not worth a thorough look: there are other frames.
    f0 = np.where((f0 >= lowest) & (f0 <= highest), f0, 0.0)
    level = analysis.levels(samples, _RATE, len(f0))
    loudest = float(np.percentile(level, 95))
    times = analysis.frame_times(len(f0))
    loud = level > 0.1 * loudest
    voiced = np.flatnonzero((f0 > 0) & loud)[::3]
    unvoiced = np.flatnonzero((f0 == 0) & (level > 0.02 * loudest))[::3]
    colours, hisses = (_colours(samples, f0[which], times[which]) for which in (voiced, unvoiced))
    noise = analysis.aperiodicity(samples, _RATE, f0[voiced[::2]], times[voiced[::2]]) if voiced.size else None
    noises = np.zeros((0, analysis.BANDS)) if noise is None else analysis.colours(2 * np.log(noise + 1e-4), _RATE)
    # What was recorded louder is not heard more.
    colours -= colours.mean() if len(colours) else 0.0
    return f0[(f0 > 0) & loud], colours, hisses, noises


def _colours(samples: Doubles, f0: Doubles, times: Doubles) -> Doubles:
    if not len(f0):
        return np.zeros((0, analysis.BANDS))
    return analysis.colours(analysis.envelope(samples, _RATE, f0, times), _RATE)


def _range(pitches: Doubles) -> tuple[float, float]:
    """Hz: what was heard without its ends, and upwards what a speaker could sing."""
    low, middle, high = float(pitches[1]), float(pitches[QUANTILES // 2]), float(pitches[-2])
    semitone = 2 ** (1 / 12)
    if 12 * np.log2(high / low) < _SPOKEN_SPAN:
        return low / semitone, max(high, middle * 2.0)
    return low / semitone, high * semitone


def _f4(values: Doubles) -> Floats:
    return np.asarray(values, np.float32)
