"""Integrated loudness and true peak as EBU R128 and ITU-R BS.1770-4 define them."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import signal

from inference.audio.streams import blocks
from inference.engine import Samples

ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0

_BLOCK_SECONDS = 10
_OVERSAMPLING = 4
_TAPS_PER_PHASE = 24
_REACH = _TAPS_PER_PHASE - 1
"""Samples before one that its surroundings still depend on."""
_ROW = 24
_NEARLY = 1 - 1e-4
"""How exact the quick search for the highest peak is."""

_Floats = npt.NDArray[np.float64]


def integrated_lufs(samples: Samples, sample_rate: int) -> float | None:
    """Gated loudness of the whole programme; None for silence and for less than one gating block of 400 ms."""
    meter = LoudnessMeter(sample_rate, samples.shape[1])
    meter.push(samples)
    return meter.integrated()


def true_peak_dbtp(samples: Samples, sample_rate: int) -> float:
    """Highest level between and at the samples, four times oversampled, in dB of full scale; -inf for silence."""
    meter = PeakMeter(samples.shape[1])
    for block in blocks(samples):
        meter.push(block)
    meter.close()
    return meter.dbtp()


class LoudnessMeter:
    """Hears a programme and tells its loudness."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._hop = round(sample_rate / 10)
        self._step = self._hop * 10 * _BLOCK_SECONDS
        self._sections = _k_weighting(sample_rate)
        self._state = np.zeros((self._sections.shape[0], 2, channels))
        self._heard = np.zeros((0, channels), np.float32)
        self._powers: list[_Floats] = []

    def push(self, block: Samples) -> None:
        """Hear a block."""
        heard = np.concatenate([self._heard, block]) if self._heard.size else block
        whole = heard.shape[0] // self._step * self._step
        for start in range(0, whole, self._step):
            self._look(heard[start : start + self._step])
        self._heard = heard[whole:]

    def integrated(self) -> float | None:
        """Gated loudness of all that was heard; None for silence and for less than one gating block of 400 ms."""
        if self._heard.size:
            self._look(self._heard)
            self._heard = self._heard[:0]
        hops = np.concatenate(self._powers) if self._powers else np.zeros(0)
        if hops.size < 4:
            return None
        powers = (hops[:-3] + hops[1:-2] + hops[2:-1] + hops[3:]) / 4
        audible = powers[powers > _power(ABSOLUTE_GATE_LUFS)]
        if not audible.size:
            return None
        gated = audible[audible > _power(_lufs(float(audible.mean())) + RELATIVE_GATE_LU)]
        return _lufs(float(gated.mean()))

    def _look(self, block: Samples) -> None:
        """Keep the K-weighted power of each 100 ms, summed over the channels."""
        weighted, self._state = signal.sosfilt(self._sections, block, axis=0, zi=self._state)
        whole = weighted[: weighted.shape[0] // self._hop * self._hop]
        self._powers.append(np.square(whole).reshape(-1, self._hop, whole.shape[1]).mean(axis=1).sum(axis=1))


class PeakMeter:
    """Hears samples and tells their highest true peak."""

    def __init__(self, channels: int) -> None:
        self._highest = 0.0
        self._recent = np.zeros((_REACH, channels), np.float32)

    def push(self, block: Samples) -> None:
        """Hear a block."""
        heard = np.concatenate([self._recent, block])
        # Only whole rows, so that no row is made up of sound that has not come yet.
        whole = (heard.shape[0] - _REACH) // _ROW * _ROW
        self._recent = heard[whole:]
        self._highest = max(self._highest, float(np.abs(block).max(initial=0.0)))
        if whole and float(np.abs(heard).max()) * _headroom() > self._highest:
            for channel in heard[: whole + _REACH].T:
                self._search(np.ascontiguousarray(channel))

    def close(self) -> None:
        """Nothing follows but silence."""
        self.push(np.zeros((_REACH + _ROW, self._recent.shape[1]), np.float32))

    def dbtp(self) -> float:
        """In dB of full scale; -inf for silence."""
        return 20 * math.log10(self._highest) if self._highest > 0 else -math.inf

    def _search(self, channel: npt.NDArray[np.float32]) -> None:
        """Raise the highest peak when there is a higher one in `channel`, which begins with what was heard before."""
        pieces = np.lib.stride_tricks.sliding_window_view(channel, _ROW + _REACH)[::_ROW]
        # As one product of matrices, which is quick; the highest are looked at again in the usual way.
        peaks = np.abs(pieces @ _bank()).max(axis=1)
        threshold = max(self._highest, float(peaks.max())) * _NEARLY
        for row in np.flatnonzero(peaks >= threshold):
            between = (np.convolve(pieces[row], phase, mode="valid") for phase in _interpolation_phases())
            self._highest = max(self._highest, *(float(np.abs(values).max()) for values in between))


@cache
def _bank() -> npt.NDArray[np.float32]:
    """Each column a filter at one of the places in a row of samples."""
    phases = _interpolation_phases()
    bank = np.zeros((_ROW + _REACH, _ROW * len(phases)), np.float32)
    for number, phase in enumerate(phases):
        for place in range(_ROW):
            bank[place : place + _TAPS_PER_PHASE, number * _ROW + place] = phase[::-1]
    return bank


@cache
def _headroom() -> float:
    """How much higher than the samples what lies between them can be."""
    return max(float(np.abs(phase).sum()) for phase in _interpolation_phases())


@cache
def _interpolation_phases() -> npt.NDArray[np.float32]:
    """One windowed-sinc filter for each position between two samples."""
    length = _OVERSAMPLING * _TAPS_PER_PHASE
    offsets = (np.arange(length + 1) - length / 2) / _OVERSAMPLING
    kernel = np.sinc(offsets) * np.kaiser(length + 1, 7.0)
    phases = [kernel[phase:length:_OVERSAMPLING] for phase in range(1, _OVERSAMPLING)]
    return np.asarray([phase / phase.sum() for phase in phases], dtype=np.float32)


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
