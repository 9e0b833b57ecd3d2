"""A vocal sung by another voice: the melody, the timing and the length stay, the colour goes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.audio.decode import read
from inference.audio.wave import write_wave
from inference.engine import Cancelled
from inference.voice import analysis
from inference.voice.converting import convert
from inference.voice.learning import learn
from inference.voice.model import SAMPLE_RATE, Converted, KeyHandling, NothingSung
from inference.voice.prints import VoicePrint
from tests.inference.voice.singers import Doubles, sung

NOTES = (220.0, 247.0, 262.0, 294.0, 330.0, 262.0, 247.0, 220.0)


@pytest.fixture(scope="module")
def small() -> VoicePrint:
    """A singer of a shorter throat, an octave higher."""
    notes = tuple(2 * note for note in NOTES)
    return learn([sung(notes, 24_000, size=1.18).astype(np.float32)], 24_000)


@pytest.fixture(scope="module")
def swapped(small: VoicePrint, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Converted]:
    folder = tmp_path_factory.mktemp("swap")
    _write(folder / "vocals.wav", sung(NOTES, SAMPLE_RATE))
    result = convert(folder / "vocals.wav", folder / "sung.wav", small, handling=KeyHandling.FIT, report=_nobody)
    return folder / "vocals.wav", folder / "sung.wav", result


def test_the_melody_is_transposed_by_what_is_said_and_nothing_else(swapped: tuple[Path, Path, Converted]) -> None:
    before, after, result = swapped
    first, second = _pitch(before), _pitch(after)
    both = (first > 0) & (second > 0)
    cents = 1200 * np.log2(second[both] / first[both]) - 100 * result.semitones
    assert result.semitones > 5
    assert both.sum() > 0.8 * (first > 0).sum()
    assert float(np.median(np.abs(cents))) < 15


def test_the_result_is_as_long_as_the_vocal(swapped: tuple[Path, Path, Converted]) -> None:
    before, after, _ = swapped
    assert read(after, SAMPLE_RATE).shape == read(before, SAMPLE_RATE).shape


def test_the_colour_is_nearer_to_the_performer(swapped: tuple[Path, Path, Converted], small: VoicePrint) -> None:
    before, after, _ = swapped
    goal = small.frames.mean(axis=0)
    apart = [float(np.abs(_colour(path) - goal).mean()) for path in (before, after)]
    assert apart[1] < 0.6 * apart[0]


def test_the_energy_follows_that_of_the_source(swapped: tuple[Path, Path, Converted]) -> None:
    before, after, _ = swapped
    blocks = [read(path, SAMPLE_RATE)[:, 0][: 80 * 2205].reshape(80, -1).std(axis=1) for path in (before, after)]
    loud = blocks[0] > 0.1 * blocks[0].max()
    assert float(np.abs(20 * np.log10(blocks[1][loud] / blocks[0][loud])).mean()) < 3


def test_the_same_twice_is_the_same(swapped: tuple[Path, Path, Converted], small: VoicePrint, tmp_path: Path) -> None:
    before, after, _ = swapped
    convert(before, tmp_path / "again.wav", small, handling=KeyHandling.FIT, report=_nobody)
    assert (tmp_path / "again.wav").read_bytes() == after.read_bytes()


def test_silence_is_refused(small: VoicePrint, tmp_path: Path) -> None:
    _write(tmp_path / "still.wav", np.zeros(2 * SAMPLE_RATE))
    with pytest.raises(NothingSung):
        convert(tmp_path / "still.wav", tmp_path / "out.wav", small, handling=KeyHandling.KEEP, report=_nobody)


def test_what_nobody_sings_is_refused(small: VoicePrint, tmp_path: Path) -> None:
    _write(tmp_path / "noise.wav", 0.1 * np.random.default_rng(3).standard_normal(2 * SAMPLE_RATE))
    with pytest.raises(NothingSung):
        convert(tmp_path / "noise.wav", tmp_path / "out.wav", small, handling=KeyHandling.KEEP, report=_nobody)


def test_it_ends_when_it_is_no_longer_wanted(
    swapped: tuple[Path, Path, Converted], small: VoicePrint, tmp_path: Path
) -> None:
    def enough(stage: str, fraction: float) -> None:
        if stage == "converting":
            raise Cancelled

    with pytest.raises(Cancelled):
        convert(swapped[0], tmp_path / "out.wav", small, handling=KeyHandling.KEEP, report=enough)


def test_a_clipped_vocal_comes_out_finite(small: VoicePrint, tmp_path: Path) -> None:
    _write(tmp_path / "loud.wav", np.clip(20 * sung(NOTES[:4], SAMPLE_RATE), -1, 1))
    convert(tmp_path / "loud.wav", tmp_path / "out.wav", small, handling=KeyHandling.OCTAVE, report=_nobody)
    assert np.isfinite(read(tmp_path / "out.wav", SAMPLE_RATE)).all()


def _nobody(stage: str, fraction: float) -> None:
    assert 0.0 <= fraction <= 1.0


def _write(path: Path, mono: Doubles) -> None:
    write_wave(path, np.repeat(mono.astype(np.float32)[:, None], 2, axis=1), SAMPLE_RATE)


def _mono(path: Path) -> Doubles:
    return np.asarray(read(path, SAMPLE_RATE).mean(axis=1), np.float64)


def _pitch(path: Path) -> Doubles:
    return analysis.quick_pitch(_mono(path), SAMPLE_RATE)


def _colour(path: Path) -> Doubles:
    mono = _mono(path)
    f0 = analysis.quick_pitch(mono, SAMPLE_RATE)
    voiced = np.flatnonzero(f0 > 0)
    spectra = analysis.envelope(mono, SAMPLE_RATE, f0[voiced], analysis.frame_times(len(f0))[voiced])
    bands = analysis.colours(spectra, SAMPLE_RATE).mean(axis=0)
    return np.asarray(bands - bands.mean())
