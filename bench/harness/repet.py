"""REPET-SIM as librosa's own example has it, which separations are compared with."""

from __future__ import annotations

import numpy as np

from inference.engine import Samples
from inference.separation.model import RATE

INSTALL = "pip install -r requirements/dev.txt"

_WIDTH_SECONDS = 2.0
_MARGIN_ACCOMPANIMENT, _MARGIN_VOCALS, _POWER = 2.0, 10.0, 2.0
_LOWEST_HZ = 100.0


def repet_sim(mix: Samples) -> Samples:
    """The vocals of a mix (Z. Rafii, B. Pardo, 2012; librosa's "Vocal separation"), with a limit below the voice's
    range, each channel by itself.
    """
    import librosa
    from librosa.decompose import nn_filter

    width = int(librosa.time_to_frames(_WIDTH_SECONDS, sr=RATE))
    low = librosa.fft_frequencies(sr=RATE) < _LOWEST_HZ
    vocals = []
    for channel in mix.T:
        spectra = librosa.stft(np.ascontiguousarray(channel))
        magnitudes = np.abs(spectra)
        similar = nn_filter(magnitudes, aggregate=np.median, metric="cosine", width=width)
        accompaniment = np.minimum(magnitudes, similar)
        mask = librosa.util.softmask(
            magnitudes - accompaniment, _MARGIN_VOCALS * accompaniment / _MARGIN_ACCOMPANIMENT, power=_POWER
        )
        mask[low] = 0
        vocals.append(librosa.istft(spectra * mask, length=mix.shape[0]))
    return np.stack(vocals, axis=1).astype(np.float32)
