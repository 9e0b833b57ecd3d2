"""A song is taken apart into two files that add up to it, by the method that fits, or by a simpler one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.audio.encode import write_flac
from inference.engine import Cancelled, EngineError, Samples
from inference.separation.model import RATE, Method
from inference.separation.separating import separate
from tests.inference.separation.sounds import band, kept, quiet, results, sdr, voice

_LITTLE, _MUCH = 2**20, 2**40


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRAIN_NEURAL_DEVICE", "off")


@pytest.mark.parametrize("method", [Method.CENTRE, Method.BLEND])
def test_given_a_wide_song_when_taken_apart_then_both_files_add_up_to_it_and_the_voice_is_in_one(
    tmp_path: Path, method: Method
) -> None:
    vocals, accompaniment = voice(6.0), band(6.0)
    song = vocals + accompaniment
    done = separate(kept(tmp_path / "song.wav", song), tmp_path, method=method, report=quiet)
    found, rest = results(tmp_path)
    assert done.method is method
    assert found.shape == rest.shape == song.shape
    assert np.abs(found + rest - song).max() < 1e-5
    assert sdr(vocals, found) > sdr(vocals, song) + 3.0
    assert done.facts["channels"] == "stereo"


def test_given_flac_when_taken_apart_then_it_is_read_as_wave_is(tmp_path: Path) -> None:
    song = voice(2.0) + band(2.0)
    write_flac(tmp_path / "song.flac", song, RATE)
    separate(tmp_path / "song.flac", tmp_path, method=Method.CENTRE, report=quiet)
    found, rest = results(tmp_path)
    assert np.abs(found + rest - song).max() < 1e-4


@pytest.mark.parametrize("method", [Method.CENTRE, Method.BLEND])
@pytest.mark.parametrize("frames", [1, 700, 3 * RATE])
def test_given_silence_or_a_moment_when_taken_apart_then_nothing_breaks(
    tmp_path: Path, method: Method, frames: int
) -> None:
    for song in (np.zeros((frames, 2), np.float32), np.full((frames, 2), 1.5, np.float32)):
        done = separate(kept(tmp_path / "song.wav", song), tmp_path, method=method, report=quiet)
        found, rest = results(tmp_path)
        assert found.shape == song.shape
        assert np.isfinite(found).all()
        assert np.abs(found + rest - song).max() < 1e-5
        assert (done.facts["vocal_db"] is None) == (not song.any())


def test_given_a_mono_song_when_taken_apart_then_the_reason_says_what_that_costs(tmp_path: Path) -> None:
    mono = np.repeat((voice(3.0) + band(3.0)).mean(axis=1, keepdims=True), 2, axis=1)
    done = separate(kept(tmp_path / "song.wav", mono), tmp_path, report=quiet)
    assert done.facts["channels"] == "mono"
    assert "mono" in done.reason


def test_given_the_same_song_twice_when_taken_apart_then_the_samples_are_the_same(tmp_path: Path) -> None:
    song = kept(tmp_path / "song.wav", voice(2.0) + band(2.0))
    separate(song, tmp_path, report=quiet)
    first = results(tmp_path)
    separate(song, tmp_path, report=quiet)
    assert all(np.array_equal(one, other) for one, other in zip(first, results(tmp_path), strict=True))


def test_given_little_memory_when_the_good_method_is_asked_for_then_a_simpler_one_is_used_and_said(
    tmp_path: Path,
) -> None:
    song = kept(tmp_path / "song.wav", voice(1.0))
    done = separate(song, tmp_path, method=Method.DEMUCS, report=quiet, free_bytes=lambda: _LITTLE)
    assert done.method is Method.CENTRE
    assert "memory" in done.reason
    assert "network is not set up" in done.reason


def test_given_a_method_that_runs_out_of_memory_midway_then_the_next_one_starts_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(piece: Samples) -> Samples:
        raise MemoryError

    monkeypatch.setattr("inference.separation.blend.split", exhausted)
    song = voice(1.0)
    done = separate(kept(tmp_path / "song.wav", song), tmp_path, report=quiet, free_bytes=lambda: _MUCH)
    found, rest = results(tmp_path)
    assert done.method is Method.CENTRE
    assert "too little memory" in done.reason
    assert np.abs(found + rest - song).max() < 1e-5


def test_given_a_person_who_cancels_when_pieces_are_made_then_it_ends_there(tmp_path: Path) -> None:
    def cancelled(stage: str, fraction: float) -> None:
        if stage == "separating":
            raise Cancelled

    with pytest.raises(Cancelled):
        separate(kept(tmp_path / "song.wav", voice(1.0)), tmp_path, report=cancelled)


def test_given_a_song_when_reported_then_the_fraction_never_goes_back_and_ends_at_one(tmp_path: Path) -> None:
    told: list[float] = []
    song = kept(tmp_path / "song.wav", np.tile(voice(5.0), (9, 1)))
    separate(song, tmp_path, method=Method.CENTRE, report=lambda _, fraction: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 3


@pytest.mark.parametrize("content", [b"", b"no sound at all", None])
def test_given_what_is_no_song_when_taken_apart_then_the_person_is_told(tmp_path: Path, content: bytes | None) -> None:
    song = tmp_path / "song.wav"
    if content is not None:
        song.write_bytes(content)
    with pytest.raises(EngineError, match=r"cannot be read|empty"):
        separate(song, tmp_path, report=quiet)


def test_given_samples_that_are_no_numbers_when_taken_apart_then_it_is_refused(tmp_path: Path) -> None:
    song = voice(1.0)
    song[500, 0] = np.nan
    with pytest.raises(EngineError, match="damaged"):
        separate(kept(tmp_path / "song.wav", song), tmp_path, report=quiet)
