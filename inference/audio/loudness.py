"""Integrated loudness and true peak as EBU R128 and ITU-R BS.1770-4 define them."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import signal

from inference.engine import Samples

ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0

_BLOCK_SECONDS = 10
_OVERSAMPLING = 4
_TAPS_PER_PHASE = 24

_Floats = npt.NDArray[np.float64]


def integrated_lufs(samples: Samples, sample_rate: int) -> float | None:
    """Gated loudness of the whole programme; None for silence and for less than one gating block of 400 ms."""
    hops = _hop_powers(samples, sample_rate)
    if hops.size < 4:
        return None
    powers = (hops[:-3] + hops[1:-2] + hops[2:-1] + hops[3:]) / 4
    audible = powers[powers > _power(ABSOLUTE_GATE_LUFS)]
    if not audible.size:
        return None
    gated = audible[audible > _power(_lufs(float(audible.mean())) + RELATIVE_GATE_LU)]
    return _lufs(float(gated.mean()))


def true_peak_dbtp(samples: Samples, sample_rate: int) -> float:
    """Highest level between and at the samples, four times oversampled, in dB of full scale; -inf for silence."""
    phases = _interpolation_phases()
    highest = float(np.abs(samples).max(initial=0.0))
    headroom = max(float(np.abs(phase).sum()) for phase in phases)
    step = sample_rate
    for channel in samples.T:
        for start in range(0, channel.size, step):
            piece = channel[max(0, start - _TAPS_PER_PHASE) : start + step + _TAPS_PER_PHASE]
            if float(np.abs(piece).max()) * headroom > highest:
                highest = max(highest, _interpolated_peak(piece, phases))
    return 20 * math.log10(highest) if highest > 0 else -math.inf


def _interpolated_peak(piece: npt.NDArray[np.float32], phases: npt.NDArray[np.float32]) -> float:
    return max(float(np.abs(np.convolve(piece, phase)).max()) for phase in phases)


@cache
def _interpolation_phases() -> npt.NDArray[np.float32]:
    """One windowed-sinc filter for each position between two samples."""
    length = _OVERSAMPLING * _TAPS_PER_PHASE
    offsets = (np.arange(length + 1) - length / 2) / _OVERSAMPLING
    kernel = np.sinc(offsets) * np.kaiser(length + 1, 7.0)
    phases = [kernel[phase:length:_OVERSAMPLING] for phase in range(1, _OVERSAMPLING)]
    return np.asarray([phase / phase.sum() for phase in phases], dtype=np.float32)


def _hop_powers(samples: Samples, sample_rate: int) -> _Floats:
    """K-weighted power of each 100 ms, summed over the channels."""
    hop = round(sample_rate / 10)
    sections = _k_weighting(sample_rate)
    state = np.zeros((sections.shape[0], 2, samples.shape[1]))
    powers = []
    for start in range(0, samples.shape[0] // hop * hop, hop * 10 * _BLOCK_SECONDS):
        block = samples[start : start + hop * 10 * _BLOCK_SECONDS]
        weighted, state = signal.sosfilt(sections, block, axis=0, zi=state)
        whole = weighted[: weighted.shape[0] // hop * hop]
        powers.append(np.square(whole).reshape(-1, hop, samples.shape[1]).mean(axis=1).sum(axis=1))
    return np.concatenate(powers) if powers else np.zeros(0)


@cache
def _k_weighting(sample_rate: int) -> _Floats:
    """The shelf and the high-pass of BS.1770 for any rate, as second-order sections."""
    shelf = _shelf(sample_rate, 1681.974450955533, 3.999843853973347, 0.7071752369554196)
    return np.asarray([shelf, _high_pass(sample_rate, 38.13547087602444, 0.5003270373238773)])


def _shelf(sample_rate: int, frequency: float, gain_db: float, q: float) -> list[float]:
    k = math.tan(math.pi * frequency / sample_rate)
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    b = [high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k]
    return [value / a0 for value in b] + [1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]


def _high_pass(sample_rate: int, frequency: float, q: float) -> list[float]:
    k = math.tan(math.pi * frequency / sample_rate)
    a0 = 1 + k / q + k * k
    return [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]


def _lufs(power: float) -> float:
    return -0.691 + 10 * math.log10(power)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))
