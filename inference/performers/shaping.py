"""Spoken material given another throat: resonances moved one by one, the source leant, breath and roughness added."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfilt

from inference.performers.model import Timbre
from inference.singing.espeak import SAMPLE_RATE
from inference.singing.speaking import BINS, FFT_SIZE, Frames, Spoken

_HERTZ = np.arange(BINS) * SAMPLE_RATE / FFT_SIZE
_FORMANTS = (500.0, 1500.0, 2500.0, 3500.0)
"""Hz; the resonances of a tube as long as a man's throat, where `Timbre.tract` holds; between them it glides."""
_DECIBELS = np.log(10.0) / 10.0
_BODY_ENDS = 800.0
_BREATH_FROM, _BREATH_FULL = 2000.0, 6000.0
_SMOOTH_BINS = 49
"""About 2 kHz: what is left of a spectrum smoothed so wide has no resonances."""
_TREMBLE = (30.0, 80.0)


def shaped(spoken: Spoken, timbre: Timbre) -> Spoken:
    """What was said, as the performer's throat would say it."""
    envelope = _moved(spoken.envelope, timbre.tract)
    wide = uniform_filter1d(envelope, _SMOOTH_BINS, axis=1, mode="nearest")
    envelope = wide + np.float32(timbre.focus) * (envelope - wide) + _tone(timbre)[None, :]
    noise = _moved(spoken.aperiodicity, timbre.tract)
    air = timbre.breath * np.clip((_HERTZ - _BREATH_FROM) / (_BREATH_FULL - _BREATH_FROM), 0.0, 1.0)
    noise = np.maximum(noise, air[None, :].astype(np.float32) * spoken.voiced[:, None])
    return replace(spoken, envelope=envelope, aperiodicity=np.clip(noise, 0.0, 1.0))


def roughened(samples: npt.NDArray[np.float64], rough: float, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    """`samples` at SAMPLE_RATE whose loudness trembles faster than single tremors can be heard."""
    if rough == 0.0:
        return samples
    band = butter(2, _TREMBLE, "bandpass", fs=SAMPLE_RATE, output="sos")
    tremble = sosfilt(band, chance.standard_normal(len(samples)))
    tremble /= tremble.std() + 1e-12
    return np.asarray(samples * np.exp(rough * 0.6 * np.clip(tremble, -2.5, 2.0)))


def _moved(frames: Frames, tract: tuple[float, ...]) -> Frames:
    """Frames, shape (frames, BINS), whose resonances lie higher by the factors of the tract."""
    nyquist = SAMPLE_RATE / 2
    at = [0.0, *(hertz * factor for hertz, factor in zip(_FORMANTS, tract, strict=True)), nyquist * tract[-1]]
    places = np.interp(_HERTZ, at, [0.0, *_FORMANTS, nyquist]) * FFT_SIZE / SAMPLE_RATE
    before = np.minimum(places.astype(np.int64), BINS - 2)
    share = (places - before).astype(np.float32)
    return np.asarray(frames[:, before] * (1 - share) + frames[:, before + 1] * share, dtype=np.float32)


def _tone(timbre: Timbre) -> npt.NDArray[np.float32]:
    """What is added to every frame's logarithm of power."""
    decibels = timbre.tilt * np.log2(np.maximum(_HERTZ, 1000.0) / 1000.0)
    decibels += timbre.body * np.clip(1.0 - _HERTZ / _BODY_ENDS, 0.0, 1.0)
    for each in timbre.resonances:
        decibels += each.decibels * np.exp(-0.5 * ((_HERTZ - each.hertz) / each.width) ** 2)
    return np.asarray(decibels * _DECIBELS, dtype=np.float32)
