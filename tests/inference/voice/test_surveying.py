"""What is heard in a vocal: a melody without what no voice does, and kept as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.audio.wave import write_wave
from inference.voice import analysis
from inference.voice.model import SAMPLE_RATE
from inference.voice.surveying import STEP, Survey, survey
from tests.inference.voice.singers import Doubles, sung

NOTE = 220.0


def vibrato(frames: int, cents: float) -> Doubles:
    times = np.arange(frames) * analysis.PERIOD
    return np.asarray(NOTE * 2 ** (cents / 1200 * np.sin(2 * np.pi * 6 * times)))


def test_what_a_voice_can_do_stays_as_it_is() -> None:
    glide = np.geomspace(NOTE, 2 * NOTE, 60)
    melody = np.concatenate([np.zeros(10), vibrato(200, 100.0), np.zeros(8), glide, np.zeros(5)])
    np.testing.assert_array_equal(analysis.steadied(melody), melody)


def test_a_wild_moment_within_a_note_is_bridged() -> None:
    melody = np.full(60, NOTE)
    melody[30:38] = NOTE * np.array([0.9, 0.75, 0.6, 0.5, 0.5, 0.6, 0.75, 0.9])
    np.testing.assert_allclose(analysis.steadied(melody), NOTE)


def test_a_wild_beginning_is_the_note_for_a_moment_and_before_that_nothing() -> None:
    melody = np.concatenate([NOTE * np.geomspace(1.8, 1.05, 12), np.full(50, NOTE)])
    steady = analysis.steadied(melody)
    assert not steady[:9].any()
    np.testing.assert_allclose(steady[9:], NOTE)


def test_nothing_sung_stays_nothing() -> None:
    assert not analysis.steadied(np.zeros(20)).any()
    assert not analysis.steadied(np.array([NOTE, 0.0, NOTE, 0.0])).any(), "a frame alone is no note"


def test_noise_of_every_other_frame_comes_back_as_it_was() -> None:
    shares = np.repeat(np.linspace(0.01, 0.6, 12)[:, None], analysis.fft_size(SAMPLE_RATE) // 2 + 1, axis=1)
    codes = analysis.breath(shares, SAMPLE_RATE)
    assert codes.shape == (12, analysis.breath_codes(SAMPLE_RATE))
    again = analysis.from_breath(codes, SAMPLE_RATE)
    # below 3 kHz and above 15 kHz WORLD draws lines to its ends
    middle = slice(140, 690)
    np.testing.assert_allclose(again[:, middle], shares[:, middle], rtol=0.02)


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    path = tmp_path_factory.mktemp("vocals") / "vocals.wav"
    mono = sung((220.0, 262.0, 294.0, 330.0, 262.0), SAMPLE_RATE).astype(np.float32)
    write_wave(path, np.repeat(mono[:, None], 2, axis=1), SAMPLE_RATE)
    return survey(path, lambda done: None)


def test_what_was_heard_is_kept_as_it_was(heard: Survey, tmp_path: Path) -> None:
    heard.save(tmp_path / "heard")
    again = Survey.load(tmp_path / "heard")
    assert again.samples == heard.samples
    for name in ("f0", "level", "colours", "hiss", "noise", "breath"):
        np.testing.assert_array_equal(getattr(again, name), getattr(heard, name))


def test_a_high_voice_full_of_breath_is_still_a_voice(tmp_path: Path) -> None:
    mono = sung((440.0, 494.0, 523.0, 494.0, 440.0), SAMPLE_RATE)
    breath = np.diff(np.random.default_rng(4).standard_normal(len(mono)), prepend=0.0)
    mono = (mono + 0.06 * breath * (np.abs(mono) > 0)).astype(np.float32)
    write_wave(tmp_path / "vocals.wav", np.repeat(mono[:, None], 2, axis=1), SAMPLE_RATE)

    heard = survey(tmp_path / "vocals.wav", lambda done: None)

    voiced = heard.f0[::STEP] > 0
    noise = analysis.from_breath(heard.breath, SAMPLE_RATE)[:, 0] > 0.9
    assert (voiced & noise).sum() < 0.2 * voiced.sum()
    pitches, times = heard.f0[::STEP].copy(), analysis.frame_times(len(heard.f0))[::STEP].copy()
    alone = analysis.aperiodicity(mono.astype(np.float64), SAMPLE_RATE, pitches, times)
    assert (voiced & (alone[:, 0] > 0.9)).sum() > 0.2 * voiced.sum(), "which speech's limit would not say"


def test_every_frame_has_its_noise(heard: Survey) -> None:
    assert len(heard.breath) == -(-len(heard.f0) // STEP)
    voiced = heard.f0[::STEP] > 0
    assert heard.breath[voiced].mean() < heard.breath[~voiced].mean()
