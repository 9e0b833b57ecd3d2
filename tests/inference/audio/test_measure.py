"""What is measured agrees with the standards, with another implementation, and with how the signals were made."""

from __future__ import annotations

import math

import numpy as np
import pyloudnorm
import pytest

from inference.audio.loudness import integrated_lufs, true_peak_dbtp
from inference.audio.measure import measure
from inference.engine import Samples
from tests.inference.audio.signals import RATE, band, fade, noise, sine


@pytest.mark.parametrize("rate", [44_100, 48_000, 22_050])
def test_the_reference_sine_has_the_loudness_of_the_standard(rate: int) -> None:
    # EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS measures -23 LUFS.
    tone = sine(1000, 20, 10 ** (-23 / 20), rate=rate)

    assert integrated_lufs(tone, rate) == pytest.approx(-23.0, abs=0.1)


def test_quiet_passages_are_gated() -> None:
    # EBU Tech 3341, case 3: quiet passages before and after do not count.
    quiet, loud = 10 ** (-36 / 20), 10 ** (-23 / 20)
    programme = np.concatenate([sine(1000, 10, quiet), sine(1000, 60, loud), sine(1000, 10, quiet)])

    assert integrated_lufs(programme, RATE) == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize(
    "samples",
    [noise(12), fade(noise(25, 0.3)), band(20, tempo=96, tonic=4, minor=True), noise(9)[:, :1]],
    ids=["noise", "fading noise", "band", "mono"],
)
def test_loudness_agrees_with_pyloudnorm(samples: Samples) -> None:
    expected = pyloudnorm.Meter(RATE).integrated_loudness(samples.astype(np.float64))

    assert integrated_lufs(samples, RATE) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("seconds", [0.3, 5.0])
def test_silence_and_crumbs_have_no_loudness(seconds: float) -> None:
    assert integrated_lufs(np.zeros((round(seconds * RATE), 2), np.float32), RATE) is None
    assert integrated_lufs(noise(0.3), RATE) is None


def test_a_peak_between_samples_is_found() -> None:
    # At a quarter of the rate and 45 degrees off, every sample is 3 dB below the peak of the wave.
    tone = fade(sine(RATE / 4, 3, 0.5, phase=math.pi / 4))

    assert 20 * math.log10(np.abs(tone).max()) == pytest.approx(-9.03, abs=0.02)
    assert true_peak_dbtp(tone, RATE) == pytest.approx(-6.02, abs=0.1)


@pytest.mark.parametrize("frequency", [100, 997, 7000, 15_000])
def test_the_true_peak_of_a_sine_is_its_level(frequency: float) -> None:
    assert true_peak_dbtp(fade(sine(frequency, 5, 0.5, phase=0.4)), RATE) == pytest.approx(-6.02, abs=0.15)


def test_no_peak_is_made_up_where_the_song_is_cut_into_blocks() -> None:
    # Cut off anywhere but at zero, a low tone would seem to overshoot.
    tone = sine(50.3, 6, 0.5)
    tone[:4000] *= np.linspace(0, 1, 4000, dtype=np.float32)[:, None]
    tone[-4000:] *= np.linspace(1, 0, 4000, dtype=np.float32)[:, None]

    assert true_peak_dbtp(tone, RATE) == pytest.approx(-6.02, abs=0.05)


def test_silence_peaks_nowhere() -> None:
    assert true_peak_dbtp(np.zeros((RATE, 2), np.float32), RATE) == -math.inf


@pytest.mark.parametrize(
    ("tempo", "tonic", "minor", "key"),
    [
        (72, 0, False, "C major"),
        (88.5, 9, True, "A minor"),
        (120, 4, True, "E minor"),
        (128, 10, False, "Bb major"),
        (140, 6, True, "F# minor"),
        (152, 1, False, "Db major"),
    ],
)
def test_tempo_and_key_are_heard(tempo: float, tonic: int, minor: bool, key: str) -> None:  # noqa: FBT001
    measured = measure(band(30, tempo=tempo, tonic=tonic, minor=minor), RATE)

    assert measured.tempo == pytest.approx(tempo, rel=0.01)
    assert measured.key == key


def test_a_song_out_of_tune_keeps_its_key() -> None:
    song = band(30, tempo=100, tonic=2, minor=False)
    # Played 2.9 % faster: half a semitone sharp of D, or flat of Eb.
    positions = np.arange(0, song.shape[0] - 1, 1.029)
    sharp = np.stack([np.interp(positions, np.arange(song.shape[0]), side) for side in song.T], axis=1)

    measured = measure(sharp.astype(np.float32), RATE)

    assert measured.key in {"D major", "Eb major"}
    assert measured.tempo == pytest.approx(102.9, rel=0.01)


def test_noise_has_neither_beat_nor_key_and_silence_nothing_at_all() -> None:
    hiss = measure(noise(10), RATE)
    silence = measure(np.zeros((10 * RATE, 2), np.float32), RATE)

    assert (hiss.tempo, hiss.key) == (None, "")
    assert (silence.tempo, silence.key, silence.loudness_lufs, silence.true_peak_dbtp) == (None, "", None, None)
    assert (silence.energy, silence.brightness) == (0.0, 0.0)


def test_brightness_and_energy_order_songs_as_ears_do() -> None:
    dull, bright = measure(sine(200, 5), RATE), measure(noise(5), RATE)
    calm = measure(band(20, tempo=60, tonic=0, minor=True) * np.float32(0.1), RATE)
    driving = measure(band(20, tempo=160, tonic=0, minor=True), RATE)

    assert dull.brightness < 0.2
    assert bright.brightness > 0.8
    assert calm.energy + 0.1 < driving.energy


def test_a_crumb_is_not_measured() -> None:
    with pytest.raises(ValueError, match="too few"):
        measure(noise(0.05), RATE)
