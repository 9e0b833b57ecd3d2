"""A voice is told from instruments and noise, as far as that is promised."""

from __future__ import annotations

import numpy as np
import pytest

from inference.audio.measure import measure
from inference.engine import Samples
from inference.singing import espeak
from tests.inference.audio.signals import RATE, band, noise, sine

TEXT = "Somewhere along the river a little boat is sailing home, and all of us are singing in the evening light. "


def speech(voice: str) -> Samples:
    """Somebody speaks for some seconds."""
    said = np.frombuffer(espeak.speak(TEXT, voice).samples, "<i2") / 32_768
    places = np.arange(0, said.size - 1, espeak.SAMPLE_RATE / RATE)
    wave = np.interp(places, np.arange(said.size), said).astype(np.float32)
    return np.stack([wave, wave], axis=1)


@pytest.mark.parametrize("voice", ["en", "de"])
def test_speech_is_a_voice(voice: str) -> None:
    presence = measure(speech(voice), RATE).vocal_presence

    assert presence is not None
    assert presence > 0.4


@pytest.mark.parametrize(
    "samples",
    [band(12, tempo=96, tonic=4, minor=True), noise(6), sine(440, 6), np.zeros((6 * RATE, 2), np.float32)],
    ids=["band", "noise", "tone", "silence"],
)
def test_what_holds_its_pitch_or_has_none_is_no_voice(samples: Samples) -> None:
    presence = measure(samples, RATE).vocal_presence

    assert presence is not None
    assert presence < 0.2


def test_a_moment_tells_nothing() -> None:
    assert measure(noise(0.5), RATE).vocal_presence is None
