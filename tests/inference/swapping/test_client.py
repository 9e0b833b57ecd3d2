"""A process for each song: heard, ended and cleared away, whatever becomes of it."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from inference.engine import Cancelled
from inference.separation.model import Method
from inference.swapping import client
from inference.swapping.model import NoSpace, NoVocals, Span, SwapTask
from inference.watching import Died
from tests.inference.swapping import songs


@pytest.fixture
def task(tmp_path: Path) -> SwapTask:
    source = songs.kept(tmp_path / "master.flac", songs.song())
    return SwapTask(source, tmp_path / "version", method=Method.CENTRE, workshop=tmp_path / "workshop")


def child() -> psutil.Process:
    """The one that works; the tests' services are children as well."""
    (ours,) = (child for child in psutil.Process().children() if "inference.swapping.child" in child.cmdline())
    return ours


def once(stage: str, act: Callable[[psutil.Process], None]) -> Callable[[str, float], None]:
    """Does something to the child when it reaches a stage."""
    done: list[bool] = []

    def hear(now: str, fraction: float) -> None:
        if now == stage and not done:
            done.append(True)
            act(child())

    return hear


def test_what_was_made_comes_back_whole(task: SwapTask) -> None:
    done = client.run(task)

    assert all((task.folder / file.path).stat().st_size == file.bytes for file in done.files)
    assert done.method is Method.CENTRE
    assert done.card is not None
    assert done.facts["separation_channels"] == "stereo"


def test_a_refusal_comes_back_as_itself(task: SwapTask) -> None:
    songs.kept(task.source, songs.unsung())

    with pytest.raises(NoVocals) as whole:
        client.run(task)
    with pytest.raises(NoVocals) as part:
        client.run(replace(task, span=Span(0.5, 1.0)))

    assert (whole.value.part, part.value.part) == (False, True)
    assert not task.folder.exists()


@pytest.mark.parametrize("stage", ["separating", "encoding"])
def test_one_that_is_killed_leaves_nothing_half_made(task: SwapTask, stage: str) -> None:
    with pytest.raises(Died) as death:
        client.run(task, on_progress=once(stage, lambda process: process.kill()))

    assert death.value.exit_code == -signal.SIGKILL
    assert not task.folder.exists()
    assert client.run(task).files, "the next one is not disturbed by what was left"
    assert task.workshop is not None
    assert not list((task.workshop / "making").iterdir())


def test_a_disk_that_gets_full_is_told(task: SwapTask) -> None:
    def fill(process: psutil.Process) -> None:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, 4096))

    with pytest.raises(NoSpace) as full:
        client.run(task, on_progress=once("separating", fill))

    assert full.value.retryable
    assert not task.folder.exists()


def test_one_that_is_not_wanted_any_more_ends(task: SwapTask) -> None:
    stages: list[str] = []

    with pytest.raises(Cancelled):
        client.run(
            task,
            on_progress=lambda stage, fraction: stages.append(stage),
            should_stop=lambda: "separating" in stages,
        )

    assert not task.folder.exists()
