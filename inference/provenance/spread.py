"""The embedded watermark: a faint pattern of louder and softer patches over time and frequency (spread spectrum).

The plane of time and frequency is cut into patches of 93 ms and 172 Hz between 0.7 and 7.6 kHz. Each is made louder
or softer by `STRENGTH` decibels, as a pattern says that follows from the key: no patch is audibly changed, but
thousands of them together cannot agree with the pattern by chance. The pattern repeats every `PERIOD` patches of
time, so that any cut of some seconds can be found; half of the patches carry it as it is, to be found by, the others
times the sign of one of sixteen bits. After I. Cox et al., "Secure spread spectrum watermarking for multimedia"
(1997), and, for the log spectrum and the search over time, D. Kirovski and H. Malvar, "Spread-spectrum watermarking
of audio signals" (2003).

It survives coding, cutting, another rate, noise and loudness; docs/adr/0027 has the figures. It does not survive
another tempo or key, nor somebody who knows the key, which is in these lines: it marks what is honest, and stops no
thief.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d
from scipy.signal import resample_poly

from inference.engine import Samples
from inference.provenance.watermark import MESSAGE_BITS, Heard, checked

STRENGTH = 0.7
"""dB, louder or softer."""
PERIOD = 64
"""Patches of time until the pattern repeats: 6 s."""
LEAST_SCORE = 6.5
"""Standard deviations above what other alignments give: by chance, the best of 512 is past this once in 10⁷ songs."""
_LEAST_MARGIN = 2.0
"""Standard deviations from undecided that each bit must be for the message to be told."""

_RATE = 44_100
_HOP = 512
_WINDOW = 2 * _HOP
_HOPS_A_PATCH = 8
_BINS_A_PATCH = 4
_LOW_BIN, _PATCHES_HIGH = 16, 40
_HIGH_BIN = _LOW_BIN + _PATCHES_HIGH * _BINS_A_PATCH
_PATCH_SECONDS = _HOPS_A_PATCH * _HOP / _RATE
_HERTZ_A_BIN = _RATE / _WINDOW
_BLOCK_HOPS = 2048
_STEPS_A_PATCH = _HOPS_A_PATCH
_LONGEST_SECONDS = 300.0
_FLOOR = 1e-5
_HOPS_A_NOTE, _COLUMNS_A_BEAT = 2 * _HOPS_A_PATCH, 5
_MOST_JUMP = 3.0
"""dB."""
_MEDIAN_OF_NORMAL = 0.6745
_LEAST = 1e-12

Plane = npt.NDArray[np.float32]


class SpreadSpectrum:
    """The watermark of the module's description."""

    name = "spread-1"

    def __init__(self, key: int = 0x5EF2A117) -> None:
        random = np.random.default_rng(key)
        self._signs = random.choice(np.array([-1.0, 1.0], np.float32), (PERIOD, _PATCHES_HIGH))
        # Which bit a patch carries: −1 none. Every bit has as many patches as the others.
        places = random.permutation(PERIOD * _PATCHES_HIGH)
        bits = np.full(PERIOD * _PATCHES_HIGH, -1)
        carrying = places[: places.size // 2]
        bits[carrying] = np.arange(carrying.size) % MESSAGE_BITS
        self._bits = bits.reshape(PERIOD, _PATCHES_HIGH)

    def embed(self, samples: Samples, sample_rate: int, message: int) -> Samples:
        """As `Watermark.embed`; needs three times the memory of a few seconds besides the samples."""
        gains = 10.0 ** (STRENGTH / 20.0 * self._pattern(message))
        window = np.sqrt(np.hanning(_WINDOW + 1)[:-1]).astype(np.float32)
        marked = np.zeros_like(samples)
        columns = _columns(sample_rate)
        for start in range(-_HOP, samples.shape[0], _BLOCK_HOPS * _HOP):
            hops = min(_BLOCK_HOPS, math.ceil((samples.shape[0] - start) / _HOP))
            piece = _piece(samples, start, (hops + 1) * _HOP)
            centres = (start + _HOP * (1 + np.arange(hops))) / sample_rate
            rows = np.floor(centres / _PATCH_SECONDS).astype(int) % PERIOD
            factors = np.ones((hops, _HOP + 1), np.float32)
            factors[:, columns >= 0] = gains[rows][:, columns[columns >= 0]]
            _add(marked, start, _filtered(piece, factors, window))
        return marked

    def detect(self, samples: Samples, sample_rate: int) -> Heard:
        """As `Watermark.detect`; looks at the first five minutes. The message is told where every bit of it is clear,
        which takes some more seconds than to find the watermark."""
        mono = samples[: int(_LONGEST_SECONDS * sample_rate)].mean(axis=1, dtype=np.float32)
        if sample_rate != _RATE:
            ratio = Fraction(_RATE, sample_rate)
            mono = resample_poly(mono, ratio.numerator, ratio.denominator).astype(np.float32)
        patches = _patches(mono)
        if patches is None:
            return Heard(present=False, score=0.0, message=None, method=self.name)
        agreement = self._agreement(patches, np.where(self._bits < 0, self._signs, 0.0))
        best = np.unravel_index(int(np.argmax(agreement)), agreement.shape)
        score = float(agreement[best] / max(_deviation(agreement), _LEAST))
        if score < LEAST_SCORE:
            return Heard(present=False, score=score, message=None, method=self.name)
        aligned = np.roll(patches[best[0]], -int(best[1]), axis=0) * self._signs
        margins = np.array([_margin(aligned[self._bits == bit]) for bit in range(MESSAGE_BITS)])
        clear = bool((np.abs(margins) > _LEAST_MARGIN).all())
        message = sum(1 << bit for bit in range(MESSAGE_BITS) if margins[bit] > 0) if clear else None
        return Heard(present=True, score=score, message=message, method=self.name)

    def _pattern(self, message: int) -> Plane:
        """+1 where it is louder, −1 where it is softer; shape (PERIOD, _PATCHES_HIGH)."""
        checked(message)
        signs = np.array([1.0 if message >> bit & 1 else -1.0 for bit in range(MESSAGE_BITS)] + [1.0], np.float32)
        return np.asarray(self._signs * signs[self._bits], np.float32)

    @staticmethod
    def _agreement(patches: Plane, pattern: Plane) -> npt.NDArray[np.float64]:
        """How well each alignment agrees with the pattern: shape (steps within a patch, patches)."""
        product = np.fft.rfft(patches, axis=1) * np.conj(np.fft.rfft(pattern, axis=0))
        agreement = np.fft.irfft(product, PERIOD, axis=1).sum(axis=2)
        return np.asarray(agreement - agreement.mean())


def _deviation(values: npt.NDArray[np.float64]) -> float:
    """The standard deviation of all but the few that stand out."""
    return float(np.median(np.abs(values)) / _MEDIAN_OF_NORMAL)


def _margin(votes: Plane) -> float:
    """How far from undecided the votes of many patches are, in standard deviations."""
    return float(votes.sum() / max(float(np.sqrt(np.square(votes).sum())), _LEAST))


def _columns(sample_rate: int) -> npt.NDArray[np.int64]:
    """Which column of patches each bin of a spectrum belongs to; −1 for none."""
    bins = np.fft.rfftfreq(_WINDOW, 1.0 / sample_rate) / _HERTZ_A_BIN
    columns = np.floor((bins - _LOW_BIN) / _BINS_A_PATCH + 1e-6).astype(np.int64)
    return np.where((columns >= 0) & (columns < _PATCHES_HIGH), columns, -1)


def _piece(samples: Samples, start: int, length: int) -> Samples:
    """`length` frames from `start`, silence where there are none."""
    piece = np.zeros((length, samples.shape[1]), np.float32)
    low, high = max(0, start), min(samples.shape[0], start + length)
    piece[low - start : high - start] = samples[low:high]
    return piece


def _frames(piece: Samples, window: Plane) -> Plane:
    """Windowed frames of a piece, half over each other: shape (channels, hops, window)."""
    views = np.lib.stride_tricks.sliding_window_view(piece, _WINDOW, axis=0)[::_HOP]
    return np.asarray(views.transpose(1, 0, 2) * window, np.float32)


def _filtered(piece: Samples, factors: Plane, window: Plane) -> Samples:
    """The piece with every frame's spectrum times its factors, put together again."""
    spectra = np.fft.rfft(_frames(piece, window), axis=2) * factors
    frames = np.fft.irfft(spectra, _WINDOW, axis=2) * window
    whole = np.zeros((piece.shape[1], factors.shape[0] + 1, _HOP))
    whole[:, :-1] += frames[:, :, :_HOP]
    whole[:, 1:] += frames[:, :, _HOP:]
    return np.asarray(whole.reshape(piece.shape[1], -1).T, np.float32)


def _add(target: Samples, start: int, piece: Samples) -> None:
    low, high = max(0, start), min(target.shape[0], start + piece.shape[0])
    target[low:high] += piece[low - start : high - start]


def _patches(mono: npt.NDArray[np.float32]) -> Plane | None:
    """Loudness of every patch beside that of its neighbours, laid over each other by the pattern's period, for each way
    of cutting time into patches: shape (steps, PERIOD, _PATCHES_HIGH). None when there is too little sound."""
    hops = mono.size // _HOP - 1
    if hops < 2 * _HOPS_A_PATCH or not np.isfinite(mono).all():
        return None
    window = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
    levels = np.empty((hops, _PATCHES_HIGH), np.float32)
    for start in range(0, hops, _BLOCK_HOPS):
        end = min(hops, start + _BLOCK_HOPS)
        piece = mono[start * _HOP : (end + 1) * _HOP, None]
        power = np.abs(np.fft.rfft(_frames(piece, window)[0], axis=1)[:, _LOW_BIN:_HIGH_BIN]) ** 2
        means = power.reshape(end - start, _PATCHES_HIGH, _BINS_A_PATCH).mean(axis=2)
        levels[start:end] = 10.0 * np.log10(means + _FLOOR**2)
    # What the music itself does: notes that last, and beats, which sound at all frequencies; then jumps, which say
    # little.
    levels -= uniform_filter1d(levels, _HOPS_A_NOTE, axis=0)
    levels -= uniform_filter1d(levels, _COLUMNS_A_BEAT, axis=1)
    np.clip(levels, -_MOST_JUMP, _MOST_JUMP, out=levels)
    folded = np.zeros((_STEPS_A_PATCH, PERIOD, _PATCHES_HIGH), np.float32)
    for step in range(_STEPS_A_PATCH):
        count = (hops - step) // _HOPS_A_PATCH
        cut = levels[step : step + count * _HOPS_A_PATCH].reshape(count, _HOPS_A_PATCH, _PATCHES_HIGH).mean(axis=1)
        np.add.at(folded[step], np.arange(count) % PERIOD, cut)
    return folded
