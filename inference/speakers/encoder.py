"""Resemblyzer's voice encoder: 256 numbers that lie near each other where the same person speaks.

The network of L. Wan et al., "Generalized End-to-End Loss for Speaker Verification" (2018), as trained by
resemble-ai/Resemblyzer (Apache-2.0): three LSTM layers over 40 mel bands, the last state through one linear layer,
rectified and of length 1. Three layers are little enough to be computed with numpy alone, so torch is not needed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.special import expit

from inference.speakers.weights import BANDS, HIDDEN, LAYERS, Weights

Floats = npt.NDArray[np.float32]

RATE = 16_000
"""Hz, of what is heard."""
_WINDOW, _HOP = 400, 160
SPAN = 160
"""Frames that are heard at once, 1.6 s."""
_STEP = 77
_LEAST_OF_SPAN = 0.75
LEVEL = 10.0 ** (-30.0 / 20.0)
"""Root mean square that the encoder is used to."""
_MOST_SPANS = 80
_AT_ONCE = 20


def spans(samples: Floats, weights: Weights) -> Floats:
    """An embedding of each 1.6 s of `samples` (mono at RATE, silences taken out): shape (spans, 256), each of length 1.

    They overlap by half; of a long recording 80 spread evenly.
    """
    samples = samples * np.float32(LEVEL / (np.sqrt(np.mean(samples**2, dtype=np.float64)) + 1e-9))
    bands = mel(samples)
    count = max(1, 1 + int((len(bands) - _LEAST_OF_SPAN * SPAN) // _STEP))
    starts = _STEP * np.arange(count)
    if count > _MOST_SPANS:
        starts = starts[np.linspace(0, count - 1, _MOST_SPANS).round().astype(np.int64)]
    bands = np.pad(bands, ((0, max(0, starts[-1] + SPAN - len(bands))), (0, 0)))
    heard = np.stack([bands[start : start + SPAN] for start in starts])
    return np.concatenate([_encoded(heard[at : at + _AT_ONCE], weights) for at in range(0, len(heard), _AT_ONCE)])


def together(embeddings: Floats) -> Floats:
    """One embedding of several: their mean, of length 1."""
    mean = embeddings.mean(axis=0)
    return cast(Floats, mean / (np.linalg.norm(mean) + np.float32(1e-9)))


def _encoded(mels: Floats, weights: Weights) -> Floats:
    """Shape (spans, SPAN, BANDS) to (spans, HIDDEN)."""
    inputs = mels
    for layer in range(LAYERS):
        bias = weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"]
        driven = inputs @ weights[f"lstm.weight_ih_l{layer}"].T + bias
        recurrent = np.ascontiguousarray(weights[f"lstm.weight_hh_l{layer}"].T)
        state = np.zeros((len(mels), HIDDEN), np.float32)
        memory = np.zeros_like(state)
        outputs = np.empty((len(mels), SPAN, HIDDEN), np.float32)
        for frame in range(SPAN):
            gates = driven[:, frame] + state @ recurrent
            into, kept, fresh, out = np.split(gates, 4, axis=1)
            memory = expit(kept) * memory + expit(into) * np.tanh(fresh)
            state = expit(out) * np.tanh(memory)
            outputs[:, frame] = state
        inputs = outputs
    raw = np.maximum(state @ weights["linear.weight"].T + weights["linear.bias"], 0.0)
    return cast(Floats, raw / (np.linalg.norm(raw, axis=1, keepdims=True) + np.float32(1e-9)))


def mel(samples: Floats) -> Floats:
    """Power in mel bands, shape (frames, BANDS): no logarithm, as the encoder was trained."""
    padded = np.pad(samples, _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    window, bank = _filters()
    parts = [
        np.abs(fft.rfft(frames[at : at + 4096] * window, axis=1)) ** 2 @ bank.T for at in range(0, len(frames), 4096)
    ]
    return np.concatenate(parts).astype(np.float32)


@lru_cache(maxsize=1)
def _filters() -> tuple[Floats, Floats]:
    """The window, and triangles even on Slaney's mel scale with equal areas, shape (BANDS, bins)."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    edges = _hertz(np.linspace(0.0, _mels(RATE / 2), BANDS + 2))
    bins = np.arange(_WINDOW // 2 + 1) * RATE / _WINDOW
    rising = (bins[None, :] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins[None, :]) / (edges[2:] - edges[1:-1])[:, None]
    bank = np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (edges[2:] - edges[:-2]))[:, None]
    return window.astype(np.float32), bank.astype(np.float32)


_LINEAR_STEP, _LINEAR_END = 200.0 / 3.0, 1000.0
_LOG_STEP = float(np.log(6.4) / 27.0)


def _mels(hertz: float) -> float:
    """Slaney's scale (Auditory Toolbox, 1998) above 1 kHz."""
    return _LINEAR_END / _LINEAR_STEP + float(np.log(hertz / _LINEAR_END)) / _LOG_STEP


def _hertz(mels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    bend = _LINEAR_END / _LINEAR_STEP
    return np.where(mels < bend, mels * _LINEAR_STEP, _LINEAR_END * np.exp(_LOG_STEP * (np.maximum(mels, bend) - bend)))
