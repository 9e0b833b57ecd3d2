"""Two estimates of tempo and key by other people's code, and loudness by theirs: none of it made the songs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NEEDED = "install what the estimators need: pip install -r requirements/dev.txt"

NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""Of the pitch classes."""

_RATE = 44_100
# C. Krumhansl, "Cognitive Foundations of Musical Pitch" (1990), page 30, from the tonic.
_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one estimator heard."""

    tempo: float
    tonic: int
    """Pitch class, C is 0."""
    minor: bool


@dataclass(frozen=True, slots=True)
class Level:
    """Loudness in LUFS and true peak in dBTP."""

    loudness: float
    true_peak: float


def tonic_of(name: str) -> int:
    """The pitch class that a note's name means, as in "F#" and "Eb"."""
    letters = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    return (letters[name[0]] + name.count("#") - name[1:].count("b")) % 12


def by_librosa(path: Path) -> Estimate:
    """librosa's beat tracker, and Krumhansl and Schmuckler's key finding on its constant-Q chroma."""
    import librosa
    import numpy as np

    mono, rate = librosa.load(path, sr=22_050, mono=True)
    found, beats = librosa.beat.beat_track(y=mono, sr=rate, units="time")
    # The tracker's own figure knows only whole frames a beat; its beats tell more.
    tempo = 60 / float(np.median(np.diff(beats))) if len(beats) > 2 else float(np.atleast_1d(found)[0])
    if len(beats) > 8:
        tempo = _steady(beats, tempo)
    chroma = librosa.feature.chroma_cqt(y=librosa.effects.harmonic(mono), sr=rate).mean(axis=1)
    fits = [
        (float(np.corrcoef(np.roll(profile, tonic), chroma)[0, 1]), tonic, minor)
        for profile, minor in ((_MAJOR, False), (_MINOR, True))
        for tonic in range(12)
    ]
    _, tonic, minor = max(fits)
    return Estimate(tempo, tonic, minor)


def _steady(beats: Any, tempo: float) -> float:
    """Beats a minute of a straight line through the beats, counting those that were left out."""
    import numpy as np

    counts = np.concatenate([[0], np.cumsum(np.maximum(1, np.rint(np.diff(beats) * tempo / 60)))])
    return float(60 / np.polyfit(counts, beats, 1)[0])


def by_essentia(path: Path) -> Estimate:
    """Essentia's RhythmExtractor2013 (Zapata, Davies, Gómez 2014) and KeyExtractor with its default profiles."""
    import essentia
    import essentia.standard as es

    essentia.log.infoActive = False
    mono = es.MonoLoader(filename=str(path), sampleRate=_RATE)()
    tempo = float(es.RhythmExtractor2013(method="multifeature")(mono)[0])
    name, scale, _ = es.KeyExtractor()(mono)
    return Estimate(tempo, tonic_of(name), scale == "minor")


def level(path: Path) -> Level:
    """By Essentia's EBU R128 meter and true-peak detector."""
    import essentia
    import essentia.standard as es

    essentia.log.infoActive = False
    stereo = es.AudioLoader(filename=str(path))()[0]
    loudness = float(es.LoudnessEBUR128(sampleRate=_RATE)(stereo)[2])
    peak = max(
        float(abs(es.TruePeakDetector(sampleRate=_RATE, oversamplingFactor=4)(channel)[1]).max())
        for channel in stereo.T
    )
    return Level(loudness, 20 * math.log10(max(peak, 1e-9)))


ESTIMATORS: Mapping[str, Callable[[Path], Estimate]] = {"librosa": by_librosa, "essentia": by_essentia}
