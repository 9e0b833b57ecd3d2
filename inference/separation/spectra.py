"""Short-time spectra of stereo pieces, and back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.signal import windows

from inference.engine import Samples

Floats = npt.NDArray[np.float32]
Spectra = npt.NDArray[np.complex64]


def analyse(samples: Samples, window: int, hop: int) -> Spectra:
    """Spectra of a piece, shape (channels, frames, bins): sine-squared window, `hop` a divisor of half of it.

    The first frame is centred on the first sample; there are enough of them for `synthesise` to give every sample back.
    """
    half = window // 2
    count = -(-samples.shape[0] // hop) + 1
    length = (count - 1) * hop + window
    padded = np.zeros((samples.shape[1], length), np.float32)
    padded[:, half : half + samples.shape[0]] = samples.T
    shape = windows.hann(window, sym=False).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, window, axis=1)[:, ::hop]
    return np.asarray(fft.rfft(frames * shape, axis=-1), np.complex64)


def synthesise(spectra: Spectra, window: int, hop: int, frames: int) -> Samples:
    """Samples (frames, channels) of such spectra, with the same window again."""
    shape = windows.hann(window, sym=False).astype(np.float32)
    pieces = fft.irfft(spectra, n=window, axis=-1).astype(np.float32, copy=False) * shape
    channels, count, _ = pieces.shape
    out = np.zeros((channels, (count - 1) * hop + window), np.float32)
    weight = np.zeros(out.shape[1], np.float32)
    square = np.square(shape)
    for number in range(count):
        out[:, number * hop : number * hop + window] += pieces[:, number]
        weight[number * hop : number * hop + window] += square
    half = window // 2
    return np.ascontiguousarray((out / np.maximum(weight, 1e-6))[:, half : half + frames].T)
