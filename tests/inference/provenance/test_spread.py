"""The embedded watermark: unheard, found again after what files go through, and not found where it is not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from scipy.signal import resample_poly, sosfilt

from inference.audio.decode import read
from inference.audio.encode import add_audio_stream, audio_frame, planar
from inference.engine import Samples
from inference.provenance.spread import SpreadSpectrum

RATE = 44_100
MESSAGE = 0xB5E3
SECONDS = 40


@cache
def song() -> Samples:
    """Chords that change, drums, and some breath: stereo, the sides not the same."""
    random = np.random.default_rng(5)
    beat = RATE // 2
    mix = 0.01 * random.standard_normal((SECONDS * RATE, 2))
    decay = np.exp(-np.arange(beat) / (0.08 * RATE))[:, None]
    seconds = np.arange(beat)[:, None] / RATE
    for start in range(0, SECONDS * RATE, beat):
        roots = 110 * 2 ** (random.integers(0, 24, 3) / 12)
        for root in roots:
            for n in range(1, 9):
                phase = random.uniform(0, 6, 2)
                mix[start : start + beat] += 0.03 / n * np.sin(2 * np.pi * root * n * seconds + phase)
        mix[start : start + beat] += 0.05 * decay * random.standard_normal((beat, 2))
    return np.asarray(mix, np.float32)


@cache
def marked() -> Samples:
    return SpreadSpectrum().embed(song(), RATE, MESSAGE)


def coded(samples: Samples, path: Path, codec: str, bit_rate: int) -> Samples:
    """The samples after a lossy codec."""
    with av.open(str(path), "w") as container:
        stream = add_audio_stream(container, codec, RATE, "stereo", "fltp", {"b": str(bit_rate)})
        container.mux(stream.encode(audio_frame(planar(samples), "fltp", "stereo", RATE, 0)))
        container.mux(stream.encode(None))
    return read(path, RATE)


def test_nobody_hears_it() -> None:
    difference = marked() - song()
    assert marked().shape == song().shape
    assert marked().dtype == np.float32
    # 0.7 dB of a patch is 8 % of its amplitude, at the most and where there is something to hide behind
    assert 10 * np.log10(np.square(song()).sum() / np.square(difference).sum()) > 20
    spectrum = np.abs(np.fft.rfft(difference[: RATE * 4].mean(axis=1)))
    hertz = np.fft.rfftfreq(RATE * 4, 1 / RATE)
    assert spectrum[hertz > 9000].max() < 0.05 * spectrum.max()
    assert np.array_equal(SpreadSpectrum().embed(np.zeros((RATE, 2), np.float32), RATE, 7), np.zeros((RATE, 2)))


def test_the_message_is_read_again() -> None:
    heard = SpreadSpectrum().detect(marked(), RATE)
    assert heard.present
    assert heard.message == MESSAGE
    assert heard.method == "spread-1"


@pytest.mark.parametrize(
    "path",
    ["mp3 64", "aac 64", "cut", "half rate", "48 kHz", "noise", "quiet mono", "softer treble"],
)
def test_it_survives_what_files_go_through(path: str, tmp_path: Path) -> None:
    samples: npt.NDArray[np.floating] = marked()
    rate = RATE
    match path:
        case "mp3 64":
            samples = coded(marked(), tmp_path / "song.mp3", "libmp3lame", 64_000)
        case "aac 64":
            samples = coded(marked(), tmp_path / "song.m4a", "aac", 64_000)
        case "cut":
            samples = samples[3 * RATE + 1234 : 33 * RATE]
        case "half rate":
            samples, rate = resample_poly(samples, 1, 2, axis=0).astype(np.float32), RATE // 2
        case "48 kHz":
            samples, rate = resample_poly(samples, 160, 147, axis=0).astype(np.float32), 48_000
        case "noise":
            samples = samples + 0.1 * float(samples.std()) * np.random.default_rng(1).standard_normal(samples.shape)
        case "quiet mono":
            samples = np.repeat(0.05 * samples.mean(axis=1, keepdims=True), 2, axis=1)
        case "softer treble":
            samples = sosfilt([[0.3, 0.0, 0.0, 1.0, -0.7, 0.0]], samples, axis=0)
    heard = SpreadSpectrum().detect(np.asarray(samples, np.float32), rate)
    assert heard.present
    assert heard.message in {MESSAGE, None}


def test_a_song_at_another_rate_is_marked_in_the_same_place() -> None:
    other = resample_poly(song(), 160, 147, axis=0).astype(np.float32)
    heard = SpreadSpectrum().detect(SpreadSpectrum().embed(other, 48_000, MESSAGE), 48_000)
    assert heard.present
    assert heard.message in {MESSAGE, None}


def test_nothing_is_found_where_nothing_is() -> None:
    random = np.random.default_rng(2)
    noise = random.standard_normal((20 * RATE, 2)).astype(np.float32)
    for samples in (song(), noise, np.zeros((RATE, 2), np.float32), song()[:100], song()[:0]):
        heard = SpreadSpectrum().detect(samples, RATE)
        assert not heard.present
        assert heard.message is None
    assert not SpreadSpectrum(key=99).detect(marked(), RATE).present


def test_samples_that_are_no_numbers_are_no_watermark() -> None:
    samples = marked()[: 5 * RATE].copy()
    samples[100] = np.nan
    assert not SpreadSpectrum().detect(samples, RATE).present


@pytest.mark.parametrize("message", [-1, 65_536])
def test_a_message_has_sixteen_bits(message: int) -> None:
    with pytest.raises(ValueError, match="65535"):
        SpreadSpectrum().embed(song()[:RATE], RATE, message)
