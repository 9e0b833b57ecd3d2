"""A process for each file: it is heard, ended and cleared away, whatever becomes of it."""

from __future__ import annotations

import signal
import time
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from bench.harness.recordings import wav
from inference.client import Died, Hung
from inference.decoding.model import Reason, Refused
from inference.engine import Cancelled
from inference.normalising import client
from tests.inference.audio.signals import RATE, noise


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    """Long enough to be disturbed in the middle."""
    path = tmp_path / "upload"
    path.write_bytes(wav(noise(40, 0.2)[:, :1], RATE))
    return path


def processes() -> list[psutil.Process]:
    """Those that normalise, each with its decoder; the tests' services are children as well."""
    ours = [child for child in psutil.Process().children() if "inference.normalising.child" in child.cmdline()]
    return [*ours, *(decoder for child in ours for decoder in child.children(recursive=True))]


def test_a_file_is_normalised_and_progress_never_goes_back(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_bytes(wav(noise(3), RATE))
    heard: list[tuple[str, float]] = []

    result = client.run(source, tmp_path / "version", on_progress=lambda *step: heard.append(step))

    assert result.measured.seconds == 3.0
    assert {file.path for file in result.files} >= {"master.flac", "track.mp3", "peaks.json", "hls/index.m3u8"}
    assert all((tmp_path / "version" / file.path).stat().st_size == file.bytes for file in result.files)
    assert all(earlier[1] <= later[1] for earlier, later in pairwise(heard))
    assert list(dict(heard)) == ["decoding", "normalising", "measuring"]
    assert processes() == []


def test_a_refusal_comes_through_with_its_reason(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_bytes(b"")

    with pytest.raises(Refused) as refusal:
        client.run(source, tmp_path / "version")

    assert refusal.value.reason is Reason.EMPTY
    assert str(refusal.value).endswith(".")
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


@pytest.mark.parametrize("stage", ["decoding", "normalising"])
def test_one_that_is_killed_takes_its_decoder_and_its_files_with_it(tmp_path: Path, upload: Path, stage: str) -> None:
    killed: list[psutil.Process] = []

    def kill(now: str, fraction: float) -> None:
        if now == stage and not killed:
            killed.extend(processes())
            killed[0].kill()

    with pytest.raises(Died) as death:
        client.run(upload, tmp_path / "version", on_progress=kill)

    assert death.value.exit_code == -signal.SIGKILL
    assert death.value.retryable
    _, alive = psutil.wait_procs(killed, timeout=60)
    assert alive == []
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


def test_one_that_is_not_wanted_any_more_ends_and_leaves_nothing(tmp_path: Path, upload: Path) -> None:
    stages: list[str] = []

    with pytest.raises(Cancelled):
        client.run(
            upload,
            tmp_path / "version",
            on_progress=lambda stage, fraction: stages.append(stage),
            should_stop=lambda: "normalising" in stages,
        )

    assert processes() == []
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


def test_one_that_makes_no_progress_is_killed(tmp_path: Path, upload: Path) -> None:
    ahead = [0.0]

    def stop(stage: str, fraction: float) -> None:
        if stage == "normalising" and not ahead[0]:
            processes()[0].suspend()
            ahead[0] = 1000.0

    with pytest.raises(Hung) as hung:
        client.run(upload, tmp_path / "version", on_progress=stop, clock=lambda: time.monotonic() + ahead[0])

    assert hung.value.retryable
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


def test_a_file_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        client.run(tmp_path / "upload", tmp_path / "version")
