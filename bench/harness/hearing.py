"""What a library hears in a song: timbre, harmony, dynamics and rhythm in numbers, with tempo and key left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

RATE = 22_050
HOP = 512
INSTALL = "install requirements/dev.txt: this bench listens with librosa"

Signal = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float64]
Groups = Mapping[str, Vector]
"""Feature vectors by what they describe; a distance gives every group the same weight."""


def mono(samples: npt.NDArray[np.float32], rate: int) -> Signal:
    """The sum of both channels at `RATE`."""
    from scipy import signal

    whole = samples.mean(axis=1)
    return np.asarray(signal.resample_poly(whole, RATE, rate), np.float32)


def features(x: Signal) -> Groups:
    """All that is heard in `x`."""
    import librosa

    power = np.abs(librosa.stft(x, n_fft=2048, hop_length=HOP)) ** 2
    # Nobody hears what lies 60 dB below the loudest.
    power = np.maximum(power, power.max() * 1e-6)
    magnitude = np.sqrt(power)
    mel = librosa.feature.melspectrogram(S=power, sr=RATE, n_mels=96)
    mel_db = librosa.power_to_db(mel, top_db=80)
    chroma = librosa.feature.chroma_stft(S=power, sr=RATE, tuning=0.0)
    return {
        "timbre": _stats(librosa.feature.mfcc(S=mel_db, n_mfcc=20)[1:]),
        "contrast": _stats(librosa.feature.spectral_contrast(S=magnitude, sr=RATE)),
        "spectrum": _spectrum(magnitude, x),
        "harmony": _harmony(chroma),
        "dynamics": _dynamics(magnitude),
        "onsets": _onsets(mel_db),
        "rhythm": _rhythm(mel_db),
    }


def _stats(frames: npt.NDArray[Any]) -> Vector:
    return np.concatenate([frames.mean(axis=1), frames.std(axis=1)]).astype(np.float64)


def _spectrum(magnitude: npt.NDArray[np.float32], x: Signal) -> Vector:
    from librosa import feature

    rows = [
        np.log(feature.spectral_centroid(S=magnitude, sr=RATE) + 1),
        np.log(feature.spectral_bandwidth(S=magnitude, sr=RATE) + 1),
        np.log(feature.spectral_rolloff(S=magnitude, sr=RATE, roll_percent=0.85) + 1),
        np.log(feature.spectral_flatness(S=magnitude) + 1e-9),
        feature.zero_crossing_rate(x, hop_length=HOP),
    ]
    return np.concatenate([_stats(row) for row in rows])


def _harmony(chroma: npt.NDArray[Any]) -> Vector:
    """The pitch classes whatever the key: the spectrum of their profile, how many sound, how they move."""
    profile = chroma.mean(axis=1)
    turned = np.abs(np.fft.rfft(profile / profile.sum()))[1:]
    share = chroma / np.maximum(chroma.sum(axis=0), 1e-9)
    entropy = -(share * np.log(share + 1e-9)).sum(axis=0)
    second = max(1, RATE // HOP)
    slow = np.abs(chroma[:, second:] - chroma[:, :-second]).mean(axis=0)
    return np.asarray([*turned, entropy.mean(), entropy.std(), slow.mean(), slow.std()])


def _dynamics(magnitude: npt.NDArray[np.float32]) -> Vector:
    level = 10 * np.log10(np.square(magnitude).sum(axis=0) + 1e-9)
    places = np.percentile(level, [10, 50, 90])
    return np.asarray([places[2] - places[1], places[1] - places[0], level.std(), np.abs(np.diff(level)).mean()])


def _bands(mel_db: npt.NDArray[Any]) -> list[Vector]:
    """Onset strength below 200 Hz, in the middle, and above 4 kHz."""
    rise = np.maximum(0.0, np.diff(mel_db, axis=1))
    edges = (0, 7, 55, mel_db.shape[0])
    return [rise[low:high].mean(axis=0).astype(np.float64) for low, high in pairwise(edges)]


def _onsets(mel_db: npt.NDArray[Any]) -> Vector:
    values: list[float] = []
    for band in _bands(mel_db):
        mean, spread = float(band.mean()), float(band.std()) + 1e-9
        values += [mean, spread, float((((band - mean) / spread) ** 3).mean()), float((band > mean + spread).mean())]
    return np.asarray(values)


def _rhythm(mel_db: npt.NDArray[Any]) -> Vector:
    """The tempogram without tempo: autocorrelation of each band's onsets at quarters of a beat up to four beats."""
    import librosa

    bands = _bands(mel_db)
    whole = sum(bands, np.zeros_like(bands[0]))
    beat = 60.0 / float(librosa.feature.tempo(onset_envelope=whole, sr=RATE, hop_length=HOP)[0]) * RATE / HOP
    lags = beat * np.arange(1, 17) / 4
    values: list[Vector] = []
    for band in bands:
        centred = band - band.mean()
        size = 2 * centred.size
        correlation = np.fft.irfft(np.abs(np.fft.rfft(centred, size)) ** 2, size)[: centred.size]
        values.append(np.interp(lags, np.arange(centred.size), correlation / max(1e-9, correlation[0])))
    return np.concatenate(values)


def chorus_is_nearer(x: Signal, sections: Sequence[tuple[str, float, float]]) -> bool | None:
    """Whether statements of the theme that returns are nearer to each other than to the theme that they answer.

    `sections` are (theme, start, end) in seconds; None when no theme returns beside another.
    """
    import librosa

    themes = [theme for theme, _, _ in sections]
    main = next((t for t in "BA" if themes.count(t) >= 2 and any(o in themes for o in "AB" if o != t)), None)
    if main is None:
        return None
    other = "A" if main == "B" else "B"
    power = np.abs(librosa.stft(x, n_fft=4096, hop_length=HOP)) ** 2
    mfcc = librosa.feature.mfcc(S=librosa.power_to_db(librosa.feature.melspectrogram(S=power, sr=RATE)), n_mfcc=20)
    frames = np.concatenate([librosa.feature.chroma_stft(S=power, sr=RATE, tuning=0.0), mfcc])
    frames = (frames - frames.mean(axis=1, keepdims=True)) / (frames.std(axis=1, keepdims=True) + 1e-9)
    found: dict[str, list[Vector]] = {main: [], other: []}
    for theme, start, end in sections:
        if theme in found:
            found[theme].append(frames[:, int(start * RATE / HOP) : int(end * RATE / HOP)].mean(axis=1))
    same = fmean(float(np.linalg.norm(a - b)) for a, b in combinations(found[main], 2))
    across = fmean(float(np.linalg.norm(a - b)) for a in found[main] for b in found[other])
    return same < across
