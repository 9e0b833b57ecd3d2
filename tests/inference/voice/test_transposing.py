"""An accompaniment in another key: as long as before, in tune, its stereo image still."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.audio.decode import read
from inference.audio.wave import write_wave
from inference.engine import Samples
from inference.voice.model import SAMPLE_RATE
from inference.voice.transposing import transpose

SECONDS = 3


@pytest.mark.parametrize("semitones", [-7.0, -0.5, 3.0, 12.0])
def test_a_tone_goes_where_it_is_sent(semitones: float, tmp_path: Path) -> None:
    result = _moved(_chord(), semitones, tmp_path)
    middle = result[SAMPLE_RATE : SAMPLE_RATE + 65_536, 0]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(65_536)))
    heard = int(spectrum.argmax()) * SAMPLE_RATE / 65_536
    assert heard == pytest.approx(440 * 2 ** (semitones / 12), abs=1.0)


def test_the_length_and_the_last_moments_stay(tmp_path: Path) -> None:
    result = _moved(_chord(), 5.0, tmp_path)
    assert len(result) == SECONDS * SAMPLE_RATE
    assert float(result[-2000:-500].std()) > 0.03


def test_the_stereo_image_stands_still(tmp_path: Path) -> None:
    chord = _chord()
    result = _moved(chord, -4.0, tmp_path)
    inside = slice(SAMPLE_RATE // 2, 2 * SAMPLE_RATE)
    before, after = (np.log10(each[inside].std(axis=0)) for each in (chord, result))
    np.testing.assert_allclose(after, before, atol=0.05)


def test_a_beat_stays_where_it_is(tmp_path: Path) -> None:
    beat = np.zeros((SECONDS * SAMPLE_RATE, 2), np.float32)
    beat[SAMPLE_RATE : SAMPLE_RATE + 60] = 0.8
    result = _moved(beat, 4.0, tmp_path)
    assert abs(int(np.abs(result[:, 0]).argmax()) - SAMPLE_RATE) < 0.02 * SAMPLE_RATE


def test_nothing_to_do_changes_nothing(tmp_path: Path) -> None:
    chord = _chord()
    np.testing.assert_array_equal(_moved(chord, 0.0, tmp_path), chord)


@pytest.mark.parametrize("semitones", [25.0, -30.0, float("nan")])
def test_too_far_is_refused(semitones: float, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="semitones"):
        _moved(_chord(), semitones, tmp_path)


def _chord() -> Samples:
    time = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    left = 0.3 * np.sin(2 * np.pi * 440 * time) + 0.1 * np.sin(2 * np.pi * 1100 * time)
    right = 0.15 * np.sin(2 * np.pi * 440 * time)
    return np.stack([left, right], axis=1).astype(np.float32)


def _moved(samples: Samples, semitones: float, folder: Path) -> Samples:
    write_wave(folder / "source.wav", samples, SAMPLE_RATE)
    transpose(folder / "source.wav", folder / "target.wav", semitones, lambda stage, done: None)
    return read(folder / "target.wav", SAMPLE_RATE)
