"""Small songs that somebody sings, and somebody else to sing them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.audio.decode import read
from inference.audio.encode import write_flac
from inference.engine import Samples
from inference.performers import BUILT_IN
from inference.performers.shipped import sample
from inference.voice.learning import learn
from inference.voice.prints import to_bytes
from tests.inference.audio.signals import RATE, fade
from tests.inference.separation.sounds import band
from tests.inference.voice.singers import sung

_MELODY = (220.0, 247.0, 262.0, 294.0)
_OTHERS = (165.0, 196.0, 220.0, 247.0, 262.0, 196.0, 175.0, 165.0, 147.0)
OTHER_RATE = 24_000


def vocals(seconds: float) -> Samples:
    """In the middle between the channels."""
    mono = sung(_MELODY, RATE)
    mono = np.resize(mono, round(seconds * RATE)).astype(np.float32)
    return np.stack([mono, mono], axis=1)


def alone(seconds: float) -> Samples:
    """A performer without a band, who sounds more like somebody than `vocals` do."""
    return read(sample(BUILT_IN[1]), RATE)[: round(seconds * RATE)]


def song(seconds: float = 3.0) -> Samples:
    """A singer and a band."""
    return np.asarray(vocals(seconds) + band(seconds), np.float32)


def unsung(seconds: float = 3.0) -> Samples:
    """Nothing in common between the channels."""
    time = np.arange(round(seconds * RATE)) / RATE
    sides = [0.3 * np.sin(2 * np.pi * hertz * time) for hertz in (277.2, 415.3)]
    return fade(np.stack(sides, axis=1).astype(np.float32))


def kept(path: Path, samples: Samples, rate: int = RATE) -> Path:
    """As the library keeps it."""
    write_flac(path, samples, rate)
    return path


def other_recording() -> Samples:
    """Somebody with a shorter throat, one channel at `OTHER_RATE`."""
    return sung(_OTHERS, OTHER_RATE, size=1.15, seconds=0.6).astype(np.float32)[:, None]


def other_voice(path: Path) -> Path:
    """Their print."""
    path.write_bytes(to_bytes(learn([other_recording()[:, 0]], OTHER_RATE)))
    return path
