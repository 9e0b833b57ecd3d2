"""A song sung by another voice: what it takes, what it leaves, and what it says when it cannot be done."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from inference.audio.decode import read
from inference.audio.loudness import integrated_lufs
from inference.engine import Cancelled, EngineError, Samples
from inference.production import Role
from inference.separation.model import Method
from inference.swapping.model import NoSpace, NoVocals, OnlyVocals, Silent, Span, Swapped, SwapTask, TooShort
from inference.swapping.swap import swap, take_apart
from inference.voice.model import BadPrint
from tests.inference.audio.signals import RATE
from tests.inference.swapping import songs

Task = Callable[..., SwapTask]


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return songs.other_voice(tmp_path_factory.mktemp("voice") / "print")


@pytest.fixture
def task(tmp_path: Path, voice: Path) -> Task:
    def make(samples: Samples | None = None, *, rate: int = RATE) -> SwapTask:
        source = songs.kept(tmp_path / "master.flac", songs.song() if samples is None else samples, rate)
        return SwapTask(source, tmp_path / "version", voice=voice, method=Method.CENTRE, workshop=tmp_path / "workshop")

    return make


class Reports:
    """What was said on the way."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, float]] = []

    def __call__(self, stage: str, fraction: float) -> None:
        self.steps.append((stage, fraction))

    @property
    def stages(self) -> list[str]:
        return list(dict(self.steps))


def quiet(stage: str, fraction: float) -> None: ...


def master(done: Swapped) -> str:
    (file,) = (file for file in done.files if file.role is Role.MASTER)
    return file.sha256


def test_a_song_gets_another_voice_its_stems_and_its_card(task: Task, tmp_path: Path) -> None:
    given, reports = task(), Reports()

    done = swap(given, reports)

    version = given.folder
    assert {file.path for file in done.files} >= {
        *("master.flac", "track.mp3", "peaks.json", "hls/index.m3u8"),
        *("stems/vocals.flac", "stems/instrumental.flac", "quality/card.json", "quality/pitch.png"),
    }
    assert {file.path for file in done.files} == {
        path.relative_to(version).as_posix() for path in version.rglob("*") if path.is_file()
    }, "nothing else is left there"
    before, after = read(given.source, RATE), read(version / "master.flac", RATE)
    sung, rest = read(version / "stems/vocals.flac", RATE), read(version / "stems/instrumental.flac", RATE)
    assert after.shape == before.shape
    assert np.abs(sung + rest - after).max() < 1e-4, "the stems add up to the master"
    assert np.abs(after - before).max() > 0.05, "somebody else sings"
    assert done.card is not None
    assert json.loads((version / "quality/card.json").read_text()) == done.card.as_json()
    assert done.measured.seconds == 3.0
    assert all(earlier[1] <= later[1] for earlier, later in pairwise(reports.steps))
    assert reports.steps[-1][1] == 1.0


def test_another_voice_is_as_loud_as_the_one_before(task: Task, tmp_path: Path) -> None:
    given = task()
    swap(given, quiet)
    take_apart(replace(given, folder=tmp_path / "apart"), quiet)

    before, after = (
        integrated_lufs(read(folder / "stems/vocals.flac", RATE), RATE) for folder in (tmp_path / "apart", given.folder)
    )

    assert before is not None
    assert after == pytest.approx(before, abs=0.5)


def test_the_same_again_is_the_same_and_costs_no_second_separation(task: Task, tmp_path: Path) -> None:
    given, again = task(), Reports()
    first = swap(given, quiet)

    second = swap(replace(given, folder=tmp_path / "second"), again)
    without = swap(replace(given, folder=tmp_path / "third", workshop=None), quiet)

    assert "separating" not in again.stages
    assert "listening" not in again.stages, "what was heard in the vocals is known, too"
    assert master(first) == master(second) == master(without)


def test_the_card_says_how_like_the_performer_it_is(task: Task, tmp_path: Path) -> None:
    given = task()
    recording = songs.kept(tmp_path / "recording.flac", songs.other_recording(), songs.OTHER_RATE)

    known = swap(replace(given, reference=recording), quiet).card
    unknown = swap(replace(given, folder=tmp_path / "unknown"), quiet).card

    assert known is not None
    assert unknown is not None
    likeness, missing = (card.metric("speaker_similarity") for card in (known, unknown))
    assert likeness is not None
    assert missing is not None
    assert likeness.value is not None
    assert missing.value is None
    assert missing.reason


def test_a_preview_is_its_span_and_nothing_else(task: Task, tmp_path: Path) -> None:
    given = replace(task(songs.vocals(6.0)), span=Span(1.0, 4.0))

    done = swap(given, quiet)

    assert [path.name for path in given.folder.rglob("*")] == ["track.mp3"]
    assert done.measured.seconds == pytest.approx(4.0)
    assert read(given.folder / "track.mp3", RATE).shape[0] == pytest.approx(4 * RATE, abs=3000)
    assert done.card is None


def test_a_preview_of_a_song_that_was_taken_apart_separates_nothing(task: Task, tmp_path: Path) -> None:
    given, reports = task(), Reports()
    take_apart(given, quiet)

    take_apart(replace(given, folder=tmp_path / "preview", span=Span(0.5, 1.0)), reports)

    assert "separating" not in reports.stages


def test_without_a_performer_the_vocals_are_gone_and_kept_as_a_stem(task: Task) -> None:
    given = replace(task(), voice=None)

    done = take_apart(given, quiet)

    left, vocals, rest = (
        read(given.folder / name, RATE) for name in ("master.flac", "stems/vocals.flac", "stems/instrumental.flac")
    )
    assert np.array_equal(left, rest)
    assert np.abs(vocals + rest - read(given.source, RATE)).max() < 1e-4
    assert np.square(left).sum() < np.square(read(given.source, RATE)).sum()
    assert done.card is not None


@pytest.mark.parametrize(
    ("samples", "refusal"),
    [
        (np.zeros((RATE, 2), np.float32), Silent),
        (songs.unsung(), NoVocals),
        (songs.song(0.2), TooShort),
    ],
    ids=["silence", "no vocals", "too short"],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(
    task: Task, samples: Samples, refusal: type[EngineError]
) -> None:
    given = task(samples)

    for work in (swap, take_apart):
        with pytest.raises(refusal) as refused:
            work(given, quiet)
        assert str(refused.value).endswith(".")
        assert not refused.value.retryable
        assert not given.folder.exists()


def test_a_voice_alone_can_be_changed_but_not_taken_away(task: Task) -> None:
    given = task(songs.alone(6.0))

    assert swap(given, quiet).measured.seconds == 6.0
    with pytest.raises(OnlyVocals):
        take_apart(replace(given, folder=given.folder.with_name("apart")), quiet)


def test_a_mono_song_with_a_band_is_no_voice_alone(task: Task) -> None:
    mono = songs.song(4.0).mean(axis=1, keepdims=True)

    given = replace(task(mono), method=Method.BLEND)

    done = take_apart(given, quiet)

    assert read(given.folder / "master.flac", RATE).any()
    assert done.card is not None


@pytest.mark.parametrize("rate", [8000, 22_050])
def test_a_mono_song_of_few_samples_is_sung_as_well(task: Task, rate: int) -> None:
    mono = songs.vocals(3.0)[:: RATE // rate, :1]

    done = swap(task(mono, rate=RATE // (RATE // rate)), quiet)

    assert done.measured.seconds == pytest.approx(3.0, abs=0.3)
    assert done.measured.channels == 2


def test_a_clipped_song_is_told_and_the_result_is_not(task: Task) -> None:
    done = swap(task(np.clip(8 * songs.song(), -1, 1)), quiet)

    clipped = done.facts["source_clipped"]
    assert isinstance(clipped, float)
    assert clipped > 0.01
    assert float(np.abs(read(task().folder / "master.flac", RATE)).max()) <= 1.0


def test_a_span_beyond_the_end_is_too_short(task: Task) -> None:
    with pytest.raises(TooShort):
        swap(replace(task(), span=Span(60.0, 10.0)), quiet)


def test_a_damaged_print_is_refused(task: Task, tmp_path: Path) -> None:
    (tmp_path / "damaged").write_bytes(b"no print")

    with pytest.raises(BadPrint):
        swap(replace(task(), voice=tmp_path / "damaged"), quiet)


def test_nobody_of_this_name_is_refused(task: Task) -> None:
    with pytest.raises(EngineError, match="performer"):
        swap(replace(task(), voice=None, built_in="nobody"), quiet)


def test_too_little_space_is_told_at_once(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    given = task()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 10**6))

    with pytest.raises(NoSpace) as full:
        swap(given, quiet)

    assert full.value.retryable
    assert not given.folder.exists()


@pytest.mark.parametrize("stage", ["separating", "converting", "encoding", "measuring"])
def test_what_is_not_wanted_any_more_stops_and_leaves_nothing(task: Task, stage: str) -> None:
    def stop(now: str, fraction: float) -> None:
        if now == stage:
            raise Cancelled

    given = task()

    with pytest.raises(Cancelled):
        swap(given, stop)

    assert not given.folder.exists()
    assert not list((given.folder.parent / "workshop" / "making").iterdir())
