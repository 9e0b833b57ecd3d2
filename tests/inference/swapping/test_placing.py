"""The lead of a song's vocals: alone, and where it stood."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import fftconvolve

from inference.audio.decode import read
from inference.audio.wave import write_wave
from inference.engine import Samples
from inference.separation.model import Method, Separated
from inference.stage_cache import StageCache
from inference.swapping.placing import Place, lead_of
from inference.swapping.source import Source
from inference.swapping.stems import Stems
from tests.inference.audio.signals import RATE, noise
from tests.inference.separation.sounds import quiet, sdr, voice

SECONDS = 4.0

Apart = Callable[[Samples], tuple[Stems, Place]]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[StageCache]:
    with StageCache(tmp_path / "workshop", 1024**3) as cache:
        yield cache


@pytest.fixture
def apart(tmp_path: Path, cache: StageCache) -> Apart:
    """Puts vocals apart, beside an accompaniment of noise."""

    def put(vocals: Samples) -> tuple[Stems, Place]:
        whole, alone, beside = (tmp_path / f"{name}.wav" for name in ("song", "vocals", "accompaniment"))
        rest = noise(SECONDS, 0.01)
        for path, samples in zip((whole, alone, beside), (vocals + rest, vocals, rest), strict=True):
            write_wave(path, samples.astype(np.float32), RATE)
        heard = Source(SECONDS, 0.5, -20.0, 0.0)
        separated = Separated(Method.DEMUCS, "1", "", {}, "")
        return lead_of(Stems(whole, alone, beside, heard, separated, ("song",)), cache, quiet)

    return put


def panned(sound: Samples, left: float, right: float) -> Samples:
    return np.asarray(sound * [left, right], np.float32)


def test_backing_vocals_to_the_sides_stay_with_the_accompaniment(apart: Apart) -> None:
    lead = voice(SECONDS)
    backing = panned(voice(SECONDS, 330.0), 0.5, 0) + panned(voice(SECONDS, 277.0), 0, 0.5)

    stems, place = apart(lead + backing)

    alone, rest = read(stems.vocals, RATE), read(stems.accompaniment, RATE)
    assert place.side == pytest.approx(0.0, abs=0.1)
    assert sdr(lead, alone) > sdr(lead, lead + backing) + 8
    assert np.abs(alone + rest - read(stems.song, RATE)).max() < 1e-4, "nothing is lost"


def test_the_width_of_the_room_stays(apart: Apart) -> None:
    lead = voice(SECONDS)
    tail = noise(0.6, 0.02) * np.exp(-8 * np.arange(round(0.6 * RATE)) / RATE)[:, None]
    sides = [fftconvolve(lead[:, side], tail[:, side])[: len(lead)] for side in (0, 1)]
    room = np.asarray(np.stack(sides, axis=1), np.float32)

    stems, place = apart(lead + room)

    wide = np.diff(lead + room, axis=1)
    kept = np.diff(read(stems.accompaniment, RATE) - noise(SECONDS, 0.01), axis=1)
    assert place.beside_db is not None
    assert np.square(kept).sum() == pytest.approx(np.square(wide).sum(), rel=0.1)
    assert np.abs(np.diff(read(stems.vocals, RATE), axis=1)).max() < 0.2 * np.abs(wide).max()


def test_a_lead_beside_the_middle_is_found_there(apart: Apart) -> None:
    stems, place = apart(panned(voice(SECONDS), 1, 0.5) + panned(voice(SECONDS, 330.0), 0, 0.3))

    left, right = np.square(read(stems.vocals, RATE)).sum(axis=0)
    ours = place.gains**2
    assert ours[0] / ours[1] == pytest.approx(left / right, rel=0.01)
    assert 2.0 < left / right < 6.0


@pytest.mark.parametrize("gains", [(1.0, 1.0), (0.6, 1.0)], ids=["in the middle", "to the right"])
def test_a_voice_alone_at_its_place_is_left_as_it_is(apart: Apart, gains: tuple[float, float]) -> None:
    stems, place = apart(panned(voice(SECONDS), *gains))

    assert stems.vocals.name == "vocals.wav"
    assert stems.vocals.parent == stems.song.parent
    assert place.beside_db is None
    assert place.gains[0] / place.gains[1] == pytest.approx(gains[0] / gains[1], rel=0.01)


def test_silence_stands_in_the_middle(apart: Apart) -> None:
    assert apart(np.zeros((round(SECONDS * RATE), 2), np.float32))[1] == Place()
