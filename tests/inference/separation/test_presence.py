"""A separation says who is heard: nobody, somebody with a band, or a voice alone, which is then left whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.signal import resample_poly

from inference.engine import Samples
from inference.performers import REFERENCE_RATE
from inference.performers.cast import BUILT_IN
from inference.performers.singing import LINES, performed
from inference.separation.model import RATE, Method, Separated, Singing
from inference.separation.separating import separate
from tests.inference.separation.sounds import band, kept, quiet, results, sdr

_SECONDS = 8


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFRAIN_NEURAL_DEVICE", "off")


@pytest.fixture(scope="module", params=["cedar", "opal"])
def singer(request: pytest.FixtureRequest) -> Samples:
    """A low and a high voice singing two lines, in both channels."""
    (performer,) = (each for each in BUILT_IN if each.name == request.param)
    sung = performed(performer, [LINES[1], LINES[0]])
    mono = resample_poly(sung, RATE, REFERENCE_RATE)[: _SECONDS * RATE].astype(np.float32)
    return np.stack([mono, mono], axis=1)


def _heard(tmp_path: Path, song: Samples, method: Method = Method.BLEND) -> Separated:
    return separate(kept(tmp_path / "song.wav", song), tmp_path, method=method, report=quiet)


@pytest.mark.parametrize("method", [Method.CENTRE, Method.BLEND])
def test_given_a_voice_alone_when_taken_apart_then_it_is_said_and_all_of_it_is_vocals(
    tmp_path: Path, singer: Samples, method: Method
) -> None:
    done = _heard(tmp_path, singer, method)
    found, rest = results(tmp_path)
    assert done.singing is Singing.ALONE
    assert sdr(singer, found) > 60
    assert not rest.any()


def test_given_a_voice_with_a_band_when_taken_apart_then_somebody_sings_and_not_alone(
    tmp_path: Path, singer: Samples
) -> None:
    song = singer + 3 * band(singer.shape[0] / RATE)[: singer.shape[0]]
    done = _heard(tmp_path, song)
    assert done.singing is Singing.ACCOMPANIED
    assert done.facts["sung_share"] == 1.0


def test_given_a_band_without_a_voice_when_taken_apart_then_nobody_sings(tmp_path: Path) -> None:
    done = _heard(tmp_path, band(float(_SECONDS)))
    assert done.singing is Singing.NONE
    assert done.facts["sung_share"] == 0.0


@pytest.mark.parametrize("method", [Method.CENTRE, Method.BLEND])
def test_given_silence_when_taken_apart_then_nobody_sings(tmp_path: Path, method: Method) -> None:
    assert _heard(tmp_path, np.zeros((3 * RATE, 2), np.float32), method).singing is Singing.NONE


def test_given_one_steady_instrument_when_taken_apart_then_it_is_not_taken_for_a_voice_alone(tmp_path: Path) -> None:
    time = np.arange(_SECONDS * RATE) / RATE
    pitch = 330.0 * 2 ** (np.asarray([0, 4, 7, 5, 2])[(time / 1.0).astype(int) % 5] / 12)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    tone = np.sum([0.1 * np.sin(number * phase) / number**2 for number in range(1, 8)], axis=0)
    song = np.repeat(tone.astype(np.float32)[:, None], 2, axis=1)
    assert _heard(tmp_path, song).singing is not Singing.ALONE
