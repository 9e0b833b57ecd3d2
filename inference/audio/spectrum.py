"""One pass over the samples that gathers what the estimates of tempo, key and colour need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.signal import windows

from inference.audio.streams import blocks
from inference.engine import Samples

Floats = npt.NDArray[np.float32]

_BLOCK_SECONDS = 8
ONSET_WINDOW = 2048
_FRAMES_PER_SECOND = 86
_BANDS = 40
_LOWEST_BAND_HZ, _HIGHEST_BAND_HZ = 40.0, 12_000.0
_COMPRESSION = 100.0
"""Of magnitudes relative to a full-scale sine, before the logarithm."""

TONAL_WINDOW = 8192
_LOWEST_TONE_HZ, HIGHEST_BASS_HZ, _HIGHEST_TONE_HZ = 40.0, 180.0, 2000.0
FINE = 120
"""Steps of an octave in which pitches are told apart before the tuning is known."""
_PEAK_OVER_MEDIAN = 4.0
"""How far a partial must stand out; drums and noise do not."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """What was heard over the whole song."""

    onsets: Floats
    """Spectral flux: how much louder the bands became since the frame before."""
    onset_rate: float
    """Values of `onsets` a second."""
    mean: Floats
    """Mean magnitude of each frequency."""
    mean_step_hz: float
    """Distance of the frequencies of `mean`."""
    chroma: npt.NDArray[np.float64]
    """Weight of each pitch class, C first; all zeros without tones."""
    bass: npt.NDArray[np.float64]
    """The same of the lowest tones alone."""


def analyse(samples: Samples, sample_rate: int, on_progress: Callable[[float], None] | None = None) -> Spectrum:
    """The spectrum of `samples`, which must be at least a tenth of a second."""
    ear = SpectrumMeter(sample_rate)
    for block in blocks(samples, on_progress):
        ear.push(mono(block))
    return ear.spectrum()


class SpectrumMeter:
    """Hears a recording, mixed to one channel, and keeps what tells its beat, its tones and its colour."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._hop = round(sample_rate / _FRAMES_PER_SECOND)
        self._step = sample_rate // self._hop * self._hop * _BLOCK_SECONDS
        self._bands = _band_matrix(sample_rate)
        self._total = np.zeros(ONSET_WINDOW // 2 + 1)
        self._tones = _Tones(sample_rate)
        self._levels: list[Floats] = []
        self._heard: list[Floats] = []
        self._frames = 0

    def push(self, block: Floats) -> None:
        """Hear a block, shape (frames,)."""
        self._heard.append(block)
        self._frames += block.size
        while self._frames >= self._step + TONAL_WINDOW:
            heard = np.concatenate(self._heard)
            self._look(heard[: self._step + TONAL_WINDOW])
            self._heard = [heard[self._step :].copy()]
            self._frames -= self._step

    def spectrum(self) -> Spectrum:
        """All that was heard, at least a tenth of a second; nothing can be heard afterwards."""
        heard = np.concatenate(self._heard)
        for start in range(0, heard.size, self._step):
            rest = heard[start : start + self._step + TONAL_WINDOW]
            length = min(self._step, heard.size - start) + TONAL_WINDOW
            self._look(np.pad(rest, (0, length - rest.size)))
        loudness = np.concatenate(self._levels)
        flux = np.maximum(np.diff(loudness, axis=0), 0).mean(axis=1)
        return Spectrum(
            onsets=flux,
            onset_rate=self._rate / self._hop,
            mean=(self._total / loudness.shape[0]).astype(np.float32),
            mean_step_hz=self._rate / ONSET_WINDOW,
            chroma=self._tones.chroma(),
            bass=self._tones.bass(),
        )

    def _look(self, mono: Floats) -> None:
        """Take in some frames, with as many beyond them as a tonal window needs."""
        magnitudes = spectra(mono[: mono.size - TONAL_WINDOW + ONSET_WINDOW], ONSET_WINDOW, self._hop)
        self._total += magnitudes.sum(axis=0)
        self._levels.append(np.log1p(_COMPRESSION * (magnitudes @ self._bands)))
        self._tones.add(spectra(mono, TONAL_WINDOW, TONAL_WINDOW // 2))


def mono(block: Samples) -> Floats:
    """All channels as one."""
    if block.shape[1] == 1:
        return np.ascontiguousarray(block[:, 0])
    return np.asarray((block[:, 0] + block[:, 1]) * np.float32(0.5))


@dataclass(frozen=True, slots=True)
class Partials:
    """Tones that stand out of a few frames: for each its frame, its frequency in Hz, and its weight."""

    frames: npt.NDArray[np.int64]
    frequencies: Floats
    weights: Floats
    """Relative to the loudest of their frame, so that each frame weighs about the same however loud it is."""

    def places(self) -> npt.NDArray[np.int64]:
        """Where each lies within the octave, counted from C, in `FINE` steps."""
        # C is pitch class 0; A, at 440 Hz, is 9.
        pitch = np.mod(12 * np.log2(self.frequencies / 440.0) + 9, 12)
        return np.asarray(np.rint(pitch * FINE / 12), np.int64) % FINE


def partials(magnitudes: Floats, sample_rate: int) -> Partials:
    """The tones between the lowest and the highest that tell harmony, from frames of `TONAL_WINDOW`."""
    step = sample_rate / TONAL_WINDOW
    first = int(_LOWEST_TONE_HZ / step)
    last = min(TONAL_WINDOW // 2 - 1, int(_HIGHEST_TONE_HZ / step))
    middle = magnitudes[:, first:last]
    below = magnitudes[:, first - 1 : last - 1]
    above = magnitudes[:, first + 1 : last + 1]
    floor = np.median(middle, axis=1, keepdims=True) * _PEAK_OVER_MEDIAN + 1e-5
    frames, bins = np.nonzero((middle > below) & (middle >= above) & (middle > floor))
    left, centre, right = (np.log(part[frames, bins] + 1e-9) for part in (below, middle, above))
    offset = 0.5 * (left - right) / np.minimum(left - 2 * centre + right, -1e-6)
    frequencies = (bins + first + np.clip(offset, -0.5, 0.5)) * step
    weights = np.sqrt(middle[frames, bins] / magnitudes[frames].max(axis=1))
    return Partials(frames, frequencies, weights)


class _Tones:
    """Gathers how strongly each fine pitch (a tenth of a semitone, within the octave) sounded."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._histogram = np.zeros(FINE)
        self._bass = np.zeros(FINE)

    def add(self, magnitudes: Floats) -> None:
        """Count the partials of some frames."""
        found = partials(magnitudes, self._rate)
        place = found.places()
        self._histogram += np.bincount(place, found.weights, minlength=FINE)
        low = found.frequencies < HIGHEST_BASS_HZ
        self._bass += np.bincount(place[low], found.weights[low], minlength=FINE)

    def chroma(self) -> npt.NDArray[np.float64]:
        """Twelve weights of all tones, after removing how far the whole recording is out of tune."""
        return in_tune(self._histogram, tuning(self._histogram))

    def bass(self) -> npt.NDArray[np.float64]:
        """Twelve weights of the low tones, in the same tuning."""
        return in_tune(self._bass, tuning(self._histogram))


def tuning(histogram: npt.NDArray[np.float64]) -> int:
    """How far a recording is out of tune, in tenths of a semitone, from its fine pitches."""
    angles = np.exp(2j * np.pi * np.arange(FINE) / 10)
    return round(float(np.angle((histogram * angles).sum())) / (2 * np.pi) * 10)


def in_tune(histogram: npt.NDArray[np.float64], tenths: int) -> npt.NDArray[np.float64]:
    """Twelve weights from fine pitches (along the last axis), after removing a detuning."""
    shifted = np.roll(histogram, 5 - tenths, axis=-1)
    centred: npt.NDArray[np.float64] = shifted.reshape(*histogram.shape[:-1], 12, 10).sum(axis=-1)
    return centred


def mono_blocks(samples: Samples, step: int, overlap: int) -> Iterator[tuple[Floats, float]]:
    """Blocks of `step` frames and `overlap` beyond them, padded with silence at the end, and the fraction done."""
    for start in range(0, samples.shape[0], step):
        mono = samples[start : start + step + overlap].mean(axis=1, dtype=np.float32)
        length = min(step, samples.shape[0] - start) + overlap
        yield np.pad(mono, (0, length - mono.size)), min(1.0, (start + step) / samples.shape[0])


def spectra(mono: Floats, window: int, hop: int) -> Floats:
    """Magnitudes of overlapping frames; a full-scale sine reaches about 1."""
    frames = np.lib.stride_tricks.sliding_window_view(mono, window)[:-1:hop]
    shape = windows.hann(window, sym=False).astype(np.float32)
    return np.abs(np.asarray(fft.rfft(frames * (shape * np.float32(4 / window)), axis=1), dtype=np.complex64))


def _band_matrix(sample_rate: int) -> Floats:
    """Triangular bands, equally spaced in pitch, each summing to 1."""
    highest = min(_HIGHEST_BAND_HZ, sample_rate * 0.45)
    edges = np.geomspace(_LOWEST_BAND_HZ, highest, _BANDS + 2)
    frequencies = np.arange(ONSET_WINDOW // 2 + 1) * sample_rate / ONSET_WINDOW
    rising = (frequencies[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - frequencies[:, None]) / (edges[2:] - edges[1:-1])
    matrix = np.maximum(0, np.minimum(rising, falling))
    matrix = matrix[:, matrix.sum(axis=0) > 0]
    return np.asarray(matrix / matrix.sum(axis=0), dtype=np.float32)
