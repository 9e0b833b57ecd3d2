"""The engine process: it works, reports, is cancelled, hangs, dies, and never drags its parent down."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from inference.client import Died, EngineProcess, Hung
from inference.engine import Cancelled, EngineError
from tests.inference.conftest import MakeRequest

ROOT = Path(__file__).parents[2]


class Clock:
    """The real clock, until it is moved on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


def test_a_song_is_made_and_progress_never_goes_back(process: EngineProcess, song: MakeRequest, tmp_path: Path) -> None:
    heard: list[tuple[str, float]] = []

    production = process.run("chords", song("go back"), tmp_path / "song", on_progress=lambda *step: heard.append(step))

    assert production.engine == "chords"
    assert production.title == "Chord 7"
    fractions = [fraction for _, fraction in heard]
    assert all(earlier <= later for earlier, later in pairwise(fractions))
    assert fractions[-1] == 1.0
    assert list(dict(heard)) == ["composing", "wavering", "rendering", "measuring", "encoding"]


def test_the_engine_stays_loaded_between_songs(process: EngineProcess, song: MakeRequest, tmp_path: Path) -> None:
    counts = [
        process.run("chords", song(), tmp_path / str(number)).parameters["songs_since_start"] for number in range(3)
    ]

    assert counts == [1, 2, 3]


def test_what_an_engine_prints_does_not_disturb_the_protocol(
    process: EngineProcess, song: MakeRequest, tmp_path: Path
) -> None:
    production = process.run("chords", song("chatter"), tmp_path / "song")

    assert production.title == "Chord 7"


def test_a_cancelled_song_stops_and_the_process_takes_the_next(
    process: EngineProcess, song: MakeRequest, tmp_path: Path
) -> None:
    working = threading.Event()
    process.run("chords", song(), tmp_path / "before")

    with pytest.raises(Cancelled):
        process.run(
            "chords",
            song("work for ever"),
            tmp_path / "unwanted",
            on_progress=lambda stage, _: working.set() if stage == "working" else None,
            should_stop=working.is_set,
        )

    assert not (tmp_path / "unwanted").exists()
    after = process.run("chords", song(), tmp_path / "after")
    assert after.parameters["songs_since_start"] == 2, "the process was not replaced"


def test_a_deaf_engine_is_killed_when_cancelled(process: EngineProcess, song: MakeRequest, tmp_path: Path) -> None:
    clock, hanging = Clock(), threading.Event()

    def should_stop() -> bool:
        if hanging.is_set():
            clock.ahead += 2.0
        return hanging.is_set()

    with pytest.raises(Cancelled):
        process.run(
            "chords",
            song("hang"),
            tmp_path / "unwanted",
            on_progress=lambda stage, _: hanging.set() if stage == "hanging" else None,
            should_stop=should_stop,
            clock=clock,
        )

    assert not (tmp_path / "unwanted").exists()
    after = process.run("chords", song(), tmp_path / "after")
    assert after.parameters["songs_since_start"] == 1, "a fresh process"


def test_a_stage_without_progress_is_killed_after_its_deadline(
    process: EngineProcess, song: MakeRequest, tmp_path: Path
) -> None:
    clock = Clock()

    def on_progress(stage: str, _: float) -> None:
        if stage == "hanging":
            clock.ahead = 100.0 if clock.ahead == 0 else 1000.0

    def should_stop() -> bool:
        clock.ahead += 50.0 if clock.ahead else 0.0
        return False

    with pytest.raises(Hung) as raised:
        process.run(
            "chords", song("hang"), tmp_path / "stuck", on_progress=on_progress, should_stop=should_stop, clock=clock
        )

    assert not (tmp_path / "stuck").exists()
    assert raised.value.stage == "hanging"
    assert raised.value.retryable
    assert process.run("chords", song(), tmp_path / "after").parameters["songs_since_start"] == 1


@pytest.mark.parametrize(("death", "code"), [("leave", 3), ("be killed", -signal.SIGKILL)])
def test_a_death_is_told_and_the_next_song_gets_a_fresh_process(
    process: EngineProcess, song: MakeRequest, tmp_path: Path, death: str, code: int
) -> None:
    with pytest.raises(Died) as raised:
        process.run("chords", song(death), tmp_path / "lost")

    assert not (tmp_path / "lost").exists()
    assert raised.value.exit_code == code
    assert raised.value.retryable
    assert process.run("chords", song(), tmp_path / "after").parameters["songs_since_start"] == 1


@pytest.mark.parametrize(
    ("failure", "message", "retryable"),
    [
        ("refuse", "I do not play that.", False),
        ("fail for now", "Try again.", True),
        ("break", "The engine failed unexpectedly.", True),
        ("fill the disk", "There is no space left to store this song.", True),
    ],
)
def test_a_failure_is_told_and_leaves_nothing(
    process: EngineProcess, song: MakeRequest, tmp_path: Path, failure: str, message: str, *, retryable: bool
) -> None:
    with pytest.raises(EngineError) as raised:
        process.run("chords", song(failure), tmp_path / "song")

    assert str(raised.value) == message
    assert raised.value.retryable is retryable
    assert not (tmp_path / "song").exists()
    assert process.run("chords", song(), tmp_path / "after").title == "Chord 7"


def test_an_unknown_engine_is_an_error_that_no_retry_helps(
    process: EngineProcess, song: MakeRequest, tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match="There is no engine called 'harp'") as raised:
        process.run("harp", song(), tmp_path / "song")

    assert not raised.value.retryable


def test_a_failing_listener_ends_the_work(process: EngineProcess, song: MakeRequest, tmp_path: Path) -> None:
    before = children_of(os.getpid())

    def on_progress(stage: str, _: float) -> None:
        if stage == "working":
            raise LookupError("the lease is lost")

    with pytest.raises(LookupError):
        process.run("chords", song("work for ever"), tmp_path / "song", on_progress=on_progress)

    assert children_of(os.getpid()) == before


def test_a_folder_in_use_is_left_alone(process: EngineProcess, song: MakeRequest, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("keep me")

    with pytest.raises(ValueError, match="not empty"):
        process.run("chords", song(), tmp_path)

    assert (tmp_path / "precious").read_text() == "keep me"


def test_only_one_song_at_a_time(process: EngineProcess, song: MakeRequest, tmp_path: Path) -> None:
    refused: list[RuntimeError] = []

    def second(stage: str, _: float) -> None:
        if stage == "composing":
            with pytest.raises(RuntimeError) as raised:
                process.run("chords", song(), tmp_path / "second")
            refused.append(raised.value)

    process.run("chords", song(), tmp_path / "first", on_progress=second)

    assert len(refused) == 1
    assert not (tmp_path / "second").exists()


def test_the_process_sees_no_secrets_and_uses_one_core(
    process: EngineProcess, song: MakeRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    process.run("chords", song(), tmp_path / "song")

    environment = psutil.Process(process.process_id).environ()
    assert "DATABASE_URL" not in environment
    assert environment["OPENBLAS_NUM_THREADS"] == "1"


def test_closing_ends_the_process(song: MakeRequest, tmp_path: Path) -> None:
    before = children_of(os.getpid())
    process = EngineProcess(registry="tests.inference.engines")
    process.run("chords", song(), tmp_path / "song")

    process.close()

    assert children_of(os.getpid()) == before


@pytest.mark.parametrize("work", ["", "hang"])
def test_the_process_dies_with_its_parent(tmp_path: Path, work: str) -> None:
    script = f"""
import sys, threading
from pathlib import Path
from inference.client import EngineProcess
from inference.engine import Request
process = EngineProcess(registry="tests.inference.engines")
request = Request("chord", 1.0, 1, parameters={{"do": {work!r}}})
tell = lambda stage, fraction: print(stage, flush=True)
process.run("chords", request, Path({str(tmp_path)!r}) / "song", on_progress=tell)
print("idle", flush=True)
threading.Event().wait()
"""
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    until = "hanging\n" if work else "idle\n"
    assert until in iter(parent.stdout.readline, ""), "the song was begun"
    (child,) = children_of(parent.pid)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    psutil.wait_procs([child], timeout=10)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_asking_what_engines_can_do_loads_nothing_heavy() -> None:
    script = """
import sys
import inference.client
from inference import registry
print(len([registry.get(name).capabilities for name in registry.names()]), "engines")
print(sorted({"numpy", "scipy", "av", "torch"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split("\n")[1] == "[]"


def children_of(process_id: int) -> list[psutil.Process]:
    """The engine processes among the children; a test run may have others."""
    children = psutil.Process(process_id).children()
    return [
        child for child in children if child.status() != psutil.STATUS_ZOMBIE and "inference.host" in child.cmdline()
    ]
