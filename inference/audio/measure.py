"""What a listener could measure in a song: length, loudness, tempo, key, energy, brightness and voice.

Nothing is taken from the engine, so that what it claims can be compared with what is there.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

from inference.audio.loudness import LoudnessMeter, PeakMeter
from inference.audio.spectrum import Spectrum, SpectrumMeter, mono
from inference.audio.streams import OnProgress, blocks
from inference.audio.voice import VoiceMeter
from inference.engine import Samples
from inference.production import Measured

SHORTEST_SECONDS = 0.1
"""Less is not measured."""
SLOWEST_TEMPO, FASTEST_TEMPO = 45.0, 215.0
_USUAL_TEMPO = 112.0
_TEMPO_SPREAD_OCTAVES = 0.9
_WAVE_SECONDS = 8.0
_LEAST_PERIODICITY = 0.08
"""Of the onsets' variance; below it there is no beat."""

_MAJOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")
# J. Albrecht and D. Shanahan, "The Use of Large Corpora to Train a New Type of Key-Finding Algorithm" (2013).
_MAJOR_PROFILE = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
_MINOR_PROFILE = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)
# The bass tells a key from its relative: it plays the tonic most, then the fifth and the fourth.
_BASS_PROFILE = (1.0, 0.0, 0.0, 0.0, 0.0, 0.4, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0)
_BASS_WEIGHT = 0.25
_LEAST_CORRELATION = 0.4

_DARK_HZ, _BRIGHT_HZ = 300.0, 7000.0
_QUIET_LUFS, _LOUD_LUFS = -35.0, -8.0
_BUSY_ONSETS_PER_SECOND = 9.0
_LEAST_ONSET = 0.06


def measure(samples: Samples, sample_rate: int, on_progress: OnProgress | None = None) -> Measured:
    """Everything about `samples`; ValueError when there are fewer than a tenth of a second."""
    meter = Meter(sample_rate, samples.shape[1])
    for block in blocks(samples, on_progress):
        meter.push(block)
    meter.close()
    return meter.measured()


class Meter:
    """Hears a song and measures everything about it."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate, self._channels = sample_rate, channels
        self._frames = 0
        self._loudness = LoudnessMeter(sample_rate, channels)
        self._peak = PeakMeter(channels)
        self._spectrum = SpectrumMeter(sample_rate)
        self._voice = VoiceMeter(sample_rate)

    @property
    def seconds(self) -> float:
        """How much was heard."""
        return self._frames / self._rate

    def push(self, block: Samples) -> None:
        """Hear a block."""
        self._frames += block.shape[0]
        self._loudness.push(block)
        self._peak.push(block)
        middle = mono(block)
        self._spectrum.push(middle)
        self._voice.push(middle)

    def close(self) -> None:
        """The song is over."""
        self._peak.close()

    def measured(self) -> Measured:
        """What was heard, once it is over; ValueError when that was less than a tenth of a second."""
        if self.seconds < SHORTEST_SECONDS:
            raise ValueError("there are too few samples to measure")
        lufs, peak = self._loudness.integrated(), self._peak.dbtp()
        spectrum = self._spectrum.spectrum()
        bright = brightness(spectrum)
        return Measured(
            seconds=self.seconds,
            sample_rate=self._rate,
            channels=self._channels,
            loudness_lufs=lufs,
            true_peak_dbtp=peak if math.isfinite(peak) else None,
            tempo=tempo(spectrum),
            key=key(spectrum),
            energy=energy(spectrum, lufs, bright),
            brightness=bright,
            vocal_presence=self._voice.presence(),
        )


def tempo(spectrum: Spectrum) -> float | None:
    """Beats a minute, from how well the onsets repeat after one to four beats; None without a beat.

    Half or double the tempo that a listener would tap is a possible answer, as for every such estimate. Two thirds of
    it is not: what repeats after one and a half beats has no wave of that length, so both are looked at together
    (G. Peeters, "Template-Based Estimation of Time-Varying Tempo", 2007).
    """
    similarity = _autocorrelation(spectrum.onsets)
    candidates = np.geomspace(SLOWEST_TEMPO, FASTEST_TEMPO, 400)
    combs = np.asarray([_comb(similarity, spectrum.onset_rate, beats, 4) for beats in candidates])
    waves = _waves(spectrum.onsets, spectrum.onset_rate, candidates)
    octaves = np.log2(candidates / _USUAL_TEMPO)
    scores = np.maximum(combs, 0) * np.sqrt(waves) * np.exp(-0.5 * (octaves / _TEMPO_SPREAD_OCTAVES) ** 2)
    best = int(np.argmax(scores))
    if combs[best] < _LEAST_PERIODICITY:
        return None
    nearby = candidates[best] * np.linspace(0.985, 1.015, 121)
    fine = [_comb(similarity, spectrum.onset_rate, beats, 16) for beats in nearby]
    return round(float(nearby[int(np.argmax(fine))]), 2)


def key(spectrum: Spectrum) -> str:
    """As "E minor" or "Bb major": the key whose profiles fit the chroma and the bass best; empty without one."""
    best, answer = _LEAST_CORRELATION, ""
    for names, profile, mode in ((_MAJOR, _MAJOR_PROFILE, "major"), (_MINOR, _MINOR_PROFILE, "minor")):
        for tonic, name in enumerate(names):
            fit = _correlation(spectrum.chroma, profile, tonic)
            fit += _BASS_WEIGHT * _correlation(spectrum.bass, _BASS_PROFILE, tonic)
            if fit > best:
                best, answer = fit, f"{name} {mode}"
    return answer


def _correlation(chroma: npt.NDArray[np.float64], profile: tuple[float, ...], tonic: int) -> float:
    """Between the chroma and the profile of a key, -1 to 1; 0 for a chroma without tones."""
    if chroma.std() == 0:
        return 0.0
    return float(np.corrcoef(np.roll(profile, tonic), chroma)[0, 1])


def _autocorrelation(onsets: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Similarity of the onsets with themselves by lag, 1 at lag 0; zeros when nothing happens."""
    centred = _above_average(onsets)
    centred -= centred.mean()
    size = fft.next_fast_len(2 * centred.size)
    power = np.abs(fft.rfft(centred, size)) ** 2
    lags: npt.NDArray[np.float64] = fft.irfft(power, size)[: centred.size]
    if lags[0] <= 1e-9:
        return np.zeros(centred.size)
    overlap = np.maximum(1 - np.arange(centred.size) / centred.size, 0.1)
    return np.asarray(lags / lags[0] / overlap)


def _above_average(onsets: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """What stands out of its second."""
    average = signal.fftconvolve(onsets, np.full(87, np.float32(1 / 87)), mode="same")
    return np.asarray(np.maximum(onsets - average, 0), np.float32)


def _waves(
    onsets: npt.NDArray[np.float32], rate: float, beats_per_minute: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """How strongly the onsets swell once a beat, mean over windows, 0..1 for each tempo."""
    centred = _above_average(onsets)
    size = min(centred.size, round(_WAVE_SECONDS * rate))
    moments = np.arange(size) / rate
    swell = np.exp(-2j * np.pi * np.outer(beats_per_minute / 60, moments)) * np.hanning(size)
    total = np.zeros(beats_per_minute.size)
    starts = range(0, centred.size - size + 1, max(1, size // 4))
    for start in starts:
        window = centred[start : start + size] - centred[start : start + size].mean()
        total += np.abs(swell @ window) / max(1e-9, float(np.sqrt((window**2).sum() * size)))
    return total / len(starts)


def _comb(similarity: npt.NDArray[np.float64], rate: float, beats_per_minute: float, teeth: int) -> float:
    """Mean similarity after 1 to `teeth` beats, as far as the song is long enough."""
    lags = np.arange(1, teeth + 1) * 60.0 * rate / beats_per_minute
    lags = lags[lags < similarity.size * 0.6]
    if not lags.size:
        return 0.0
    return float(np.interp(lags, np.arange(similarity.size), similarity).mean())


def brightness(spectrum: Spectrum) -> float:
    """Where the centre of the spectrum lies between dark and bright, in octaves; 0 for silence."""
    weight = float(spectrum.mean.sum())
    if weight <= 0:
        return 0.0
    centre = float((spectrum.mean * np.arange(spectrum.mean.size)).sum()) / weight * spectrum.mean_step_hz
    return _fraction(math.log2(max(centre, 1.0)), math.log2(_DARK_HZ), math.log2(_BRIGHT_HZ))


def energy(spectrum: Spectrum, lufs: float | None, bright: float) -> float:
    """Loud, busy and bright in one figure."""
    if lufs is None:
        return 0.0
    peaks, _ = signal.find_peaks(spectrum.onsets, height=_LEAST_ONSET, distance=5)
    busy = _fraction(peaks.size * spectrum.onset_rate / spectrum.onsets.size, 0.0, _BUSY_ONSETS_PER_SECOND)
    loud = _fraction(lufs, _QUIET_LUFS, _LOUD_LUFS)
    return round(0.4 * loud + 0.4 * busy + 0.2 * bright, 4)


def _fraction(value: float, lowest: float, highest: float) -> float:
    return round(min(1.0, max(0.0, (value - lowest) / (highest - lowest))), 4)
