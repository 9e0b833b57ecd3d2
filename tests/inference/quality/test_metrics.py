"""Each metric moves by what was done to a voice whose every pitch is known, and others stay where they were."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from bench.harness.singer import RATE, noisy, sing
from inference.audio.wave import write_wave
from inference.engine import Samples
from inference.quality import cepstra, levels, melody
from inference.quality.pitch import HOP_SECONDS, Track, track

SECONDS = 5.0


@dataclass
class Voice:
    """A vocal on disk and its track."""

    path: Path
    track: Track


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Samples], Voice]:
    folder = tmp_path_factory.mktemp("voices")

    def hear(samples: Samples) -> Voice:
        path = folder / f"{len(list(folder.iterdir()))}.wav"
        write_wave(path, samples, RATE)
        return Voice(path, track(path))

    return hear


@pytest.fixture(scope="module")
def plain() -> Samples:
    return sing(SECONDS).samples


@pytest.fixture(scope="module")
def voice(heard: Callable[[Samples], Voice], plain: Samples) -> Voice:
    return heard(plain)


def test_the_estimator_finds_the_known_pitch(voice: Voice) -> None:
    truth = sing(SECONDS).f0[np.minimum((np.arange(voice.track.f0.size) * HOP_SECONDS * RATE).astype(int), 220_499)]
    both = (truth > 0) & voice.track.voiced

    errors = 1200 * np.log2(voice.track.f0[both] / truth[both])

    assert np.median(np.abs(errors)) < 4
    assert np.mean(np.abs(errors) > 100) < 0.005
    assert np.mean((truth > 0) != voice.track.voiced) < 0.1


@pytest.mark.parametrize("cents", [-1200.0, 0.0, 1200.0])
def test_no_octave_is_taken_for_another_in_noise(heard: Callable[[Samples], Voice], cents: float) -> None:
    sung = sing(SECONDS, cents=cents)
    found = heard(noisy(sung.samples, 15)).track
    known = sung.f0[np.minimum((np.arange(found.f0.size) * HOP_SECONDS * RATE).astype(int), sung.f0.size - 1)]
    both = (known > 0) & found.voiced

    errors = 1200 * np.log2(found.f0[both] / known[both])

    assert both.sum() > 0.8 * (known > 0).sum()
    assert np.sqrt(np.mean(errors**2)) < 15
    assert np.abs(errors).max() < 300


@pytest.mark.parametrize("cents", [30.0, -70.0])
def test_a_detuned_voice_is_off_by_just_as_much(voice: Voice, heard: Callable[[Samples], Voice], cents: float) -> None:
    detuned = heard(sing(SECONDS, cents=cents).samples)

    found = melody.compare(voice.track, detuned.track, 0.0)

    assert found.median == pytest.approx(abs(cents), abs=3)
    assert melody.compare(voice.track, detuned.track, cents / 100).median == pytest.approx(0, abs=3)


def test_an_intended_transposition_is_no_error_and_an_unintended_one_is(
    voice: Voice, heard: Callable[[Samples], Voice]
) -> None:
    higher = heard(sing(SECONDS, cents=1200).samples).track

    kept, moved = melody.compare(voice.track, higher, 12), melody.compare(voice.track, higher, 0)

    assert kept.median is not None
    assert moved.median is not None
    assert kept.median < 5
    assert moved.median == pytest.approx(1200, abs=5)


def test_sounds_that_were_lost_count_as_voicing_errors_alone(voice: Voice, heard: Callable[[Samples], Voice]) -> None:
    lost = heard(sing(SECONDS, mute=0.4).samples)

    found = melody.compare(voice.track, lost.track, 0)

    # 0.4 of each note of 0.65 s in 0.87 s
    assert found.voicing_error == pytest.approx(30, abs=6)
    assert found.median is not None
    assert found.median < 5


def test_unvoiced_frames_never_count_as_a_pitch() -> None:
    f0 = np.full(100, 200, np.float32)
    half = np.where(np.arange(100) < 50, f0, 0).astype(np.float32)
    still = np.zeros(100, np.float32)

    found = melody.compare(Track(f0, still, still), Track(half * 2, still, still), 12)

    assert found.rmse == pytest.approx(0, abs=1e-3)
    assert found.voicing_error == 50
    assert found.correlation is None  # one tone correlates with nothing
    assert melody.compare(Track(f0, still, still), Track(still, still, still), 0).rmse is None


def test_a_late_voice_is_late_by_just_as_much(voice: Voice, heard: Callable[[Samples], Voice], plain: Samples) -> None:
    late = heard(np.concatenate([np.zeros((RATE // 10, 2), np.float32), plain]))

    assert melody.offset_ms(voice.track, late.track) == pytest.approx(100, abs=5)
    assert melody.offset_ms(voice.track, voice.track) == 0


def test_noise_lowers_what_tells_noise_and_leaves_the_melody(
    voice: Voice, heard: Callable[[Samples], Voice], plain: Samples
) -> None:
    noise = [heard(noisy(plain, db)) for db in (20, 10)]

    proxies = [levels.snr_proxy(each.track) or 0 for each in noise]
    harmonic = [levels.hnr(each.track) or 0 for each in (voice, *noise)]
    errors = [melody.compare(voice.track, each.track, 0).median for each in noise]

    assert proxies[0] - proxies[1] == pytest.approx(10, abs=2)
    assert harmonic[0] > harmonic[1] > harmonic[2]
    assert all(error is not None and error < 10 for error in errors)
    assert levels.closeness(voice.path, noise[0].path).ratio_db == pytest.approx(20, abs=0.1)


def test_a_louder_voice_is_only_louder(voice: Voice, heard: Callable[[Samples], Voice], plain: Samples) -> None:
    soft = heard(plain * np.float32(0.5))

    found = melody.compare(voice.track, soft.track, 0)
    colour = cepstra.compare(voice.path, soft.path, (voice.track, soft.track), lambda share: None)

    assert (levels.rms_dbfs(voice.path) or 0) - (levels.rms_dbfs(soft.path) or 0) == pytest.approx(6.02, abs=0.01)
    assert found.rmse == pytest.approx(0, abs=1)
    assert found.voicing_error == pytest.approx(0, abs=1)
    assert colour.mcd == pytest.approx(0, abs=0.2)
    assert colour.mfcc == pytest.approx(0, abs=0.2)


def test_another_throat_moves_the_colour_and_not_the_melody(voice: Voice, heard: Callable[[Samples], Voice]) -> None:
    longer, shorter = heard(sing(SECONDS, tract=0.95).samples), heard(sing(SECONDS, tract=0.75).samples)

    near, far = (
        cepstra.compare(voice.path, each.path, (voice.track, each.track), lambda share: None)
        for each in (longer, shorter)
    )

    assert 0 < (near.mcd or 0) < (far.mcd or 0)
    assert 0 < (near.mfcc or 0) < (far.mfcc or 0)
    assert (melody.compare(voice.track, shorter.track, 0).median or 0) < 5


def test_a_wave_on_the_warped_axis_is_one_mel_cepstrum() -> None:
    omega = np.linspace(0, np.pi, 513)
    warped = omega + 2 * np.arctan(0.466 * np.sin(omega) / (1 - 0.466 * np.cos(omega)))

    cepstrum = np.cos(5 * warped) @ cepstra.warping(513)

    wanted = np.zeros(39)
    wanted[4] = 1  # c1 comes first
    assert np.allclose(cepstrum, wanted, atol=0.02)


def test_the_seeds_score_is_one_for_the_same_and_less_for_another(
    voice: Voice, heard: Callable[[Samples], Voice], plain: Samples
) -> None:
    same, noise = (levels.closeness(voice.path, path) for path in (voice.path, heard(noisy(plain, 15)).path))

    assert same.score == pytest.approx(1)
    assert noise.score == pytest.approx(0.7 * 0.5 + 0.3 * noise.similarity, abs=0.01)
    assert levels.closeness(heard(plain * np.float32(0)).path, voice.path).score is None


def test_sound_that_only_one_file_has_is_held_against_silence(
    voice: Voice, heard: Callable[[Samples], Voice], plain: Samples
) -> None:
    longer = heard(np.concatenate([plain, plain]))

    assert levels.closeness(voice.path, longer.path).ratio_db == pytest.approx(0, abs=0.01)
    assert levels.closeness(longer.path, voice.path).ratio_db == pytest.approx(10 * math.log10(2), abs=0.01)
