"""Learning a voice and listening to songs for it, for real and in its own process."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from inference.audio.encode import write_flac
from inference.decoding.model import Refused
from inference.likeness import client
from inference.likeness.listening import answer, sung_starts
from inference.likeness.model import Answer, Fault, NotTaken, Point, Protected, Task
from inference.performers import BUILT_IN, sample
from inference.performers.shipped import shipped
from inference.separation.model import RATE
from tests.inference.registering.test_register import ADA, BO, STORY, spoken, stored


def learned(source: Path) -> Answer:
    return answer(Task(source, source.with_suffix(".folder"), compare=False), report=lambda stage, done: None)


def protected(name: str) -> Protected:
    """A built-in performer as if it were somebody."""
    kept = shipped(name).likenesses.values()
    return Protected(name, tuple(Point(each.measure, each.version, tuple(map(float, each.vector))) for each in kept))


def test_a_voice_is_learned_from_a_recording(tmp_path: Path) -> None:
    source = stored(tmp_path / "ada.flac", spoken(STORY, ADA)[: 12 * 22_050])
    folder = tmp_path / "folder"
    found = client.run(Task(source, folder, compare=False))
    assert found.seconds == pytest.approx(12.0, abs=0.1)
    assert {len(point.vector) for point in found.points} <= {256, 38}
    assert found.points
    assert not folder.exists()


def test_a_recording_that_cannot_stand_for_a_voice_is_refused(tmp_path: Path) -> None:
    ada, bo = spoken(STORY, ADA)[: 12 * 22_050], spoken(STORY, BO)[: 12 * 22_050]
    broken = tmp_path / "broken.flac"
    broken.write_bytes(b"no sound")
    for samples, fault in (
        (ada[:44_100], Fault.TOO_SHORT),
        (np.zeros_like(ada), Fault.NO_VOICE),
        (np.concatenate([ada, bo]), Fault.SEVERAL_VOICES),
    ):
        with pytest.raises(NotTaken) as refused:
            learned(stored(tmp_path / f"{fault}.flac", samples))
        assert refused.value.fault is fault
    with pytest.raises(Refused):
        learned(broken)


def test_a_song_is_told_to_be_like_the_voice_that_sings_it(tmp_path: Path) -> None:
    # given two protected voices and a song that one of them sings
    singer, other = BUILT_IN[0], BUILT_IN[1]
    task = Task(sample(singer), tmp_path / "folder", True, (protected(other.name), protected(singer.name)))
    # when somebody listens, then it is like that one's
    found = answer(task, report=lambda stage, done: None)
    assert found.nearest is not None
    assert (found.nearest.name, found.nearest.alike, found.compared) == (singer.name, True, True)
    assert found.seconds > 5
    assert not task.folder.exists()


def test_where_nobody_sings_nothing_is_compared(tmp_path: Path) -> None:
    noise = 0.05 * np.random.default_rng(1).standard_normal((RATE * 6, 2)).astype(np.float32)
    write_flac(tmp_path / "noise.flac", noise, RATE)
    task = Task(tmp_path / "noise.flac", tmp_path / "folder", True, (protected(BUILT_IN[0].name),))
    found = answer(task, report=lambda stage, done: None)
    assert (found.nearest, found.seconds, found.compared) == (None, 0.0, True)


def test_pieces_lie_apart_and_where_most_is_sung(tmp_path: Path) -> None:
    # given a voice in the second half of a minute and a half of next to nothing
    voice = spoken(STORY, ADA)
    voice = np.interp(np.arange(25 * RATE) / RATE, np.arange(len(voice)) / 22_050, voice).astype(np.float32)
    song = np.concatenate([np.zeros(50 * RATE, np.float32), voice, np.zeros(15 * RATE, np.float32)])
    write_flac(tmp_path / "song.flac", np.repeat(song[:, None], 2, axis=1), RATE)
    starts = sung_starts(tmp_path / "song.flac")
    assert 50.0 in starts
    assert all(later - earlier >= 20.0 for earlier, later in pairwise(starts))
