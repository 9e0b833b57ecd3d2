"""The command engine with a real program: songs, progress, cancel, and everything a program can do wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from inference.audio.encode import write_flac
from inference.client import EngineProcess
from inference.engine import Cancelled, EngineError, Operation, Parent, Request
from inference.engines.command.engine import CommandEngine
from inference.engines.command.settings import VARIABLE, configured

ROOT = Path(__file__).parents[3]
SINGER = [sys.executable, str(Path(__file__).with_name("singer.py"))]


@dataclass
class Listener:
    """A context that remembers what it heard and cancels when told."""

    folder: Path
    cancel_when: Callable[[str], bool] = lambda stage: False
    heard: list[tuple[str, float]] = field(default_factory=list)

    def progress(self, stage: str, fraction: float) -> None:
        self.heard.append((stage, fraction))
        if self.cancel_when(stage):
            raise Cancelled


class Workshop:
    """Configured engines, and contexts for their songs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._engines: list[CommandEngine] = []
        self._songs = 0

    def file(self, *lines: str, command: list[str] | None = None) -> Path:
        """A configuration with the singer in it."""
        described = subprocess.run(
            [sys.executable, "-m", "inference.engines.command", *SINGER],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        (self.folder / "singer.json").write_bytes(described.stdout)
        path = self.folder / "engines.toml"
        text = ["[engines.singer]", f"command = {json.dumps(command or SINGER)}", 'description = "singer.json"', *lines]
        path.write_text("\n".join(text))
        return path

    def engine(self, *lines: str, command: list[str] | None = None) -> CommandEngine:
        """The singer, configured with more lines."""
        program = configured({VARIABLE: str(self.file(*lines, command=command))})["singer"]
        self._engines.append(CommandEngine(program))
        return self._engines[-1]

    def context(self, cancel_when: Callable[[str], bool] = lambda stage: False) -> Listener:
        self._songs += 1
        folder = self.folder / f"song {self._songs}"
        folder.mkdir()
        return Listener(folder, cancel_when)

    def close(self) -> None:
        for engine in self._engines:
            engine.close()


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    here = Workshop(tmp_path)
    yield here
    here.close()


def song(prompt: str = "calm", *, seconds: float = 2.0, **more: Any) -> Request:
    return Request(prompt, seconds, 5, **more)


def parent(folder: Path) -> Parent:
    time = np.arange(3 * 44_100) / 44_100
    tone = (0.2 * np.sin(2 * np.pi * 330 * time)).astype(np.float32)
    (folder / "parent").mkdir()
    write_flac(folder / "parent" / "master.flac", np.stack([tone, tone], axis=1), 44_100)
    return Parent(folder / "parent", song(seconds=3.0))


def test_a_song_with_progress_that_never_goes_back(workshop: Workshop) -> None:
    context = workshop.context()

    result = workshop.engine().generate(song("calm", genre="folk"), context)

    assert result.mix.shape == (64_000, 2)
    assert np.abs(np.fft.rfft(result.mix[:32_000, 0])).argmax() == 205
    assert result.parameters["caption"] == "calm, folk"
    assert result.weights == "none [2J", "nothing that a terminal would obey"
    fractions = [fraction for _, fraction in context.heard]
    assert all(earlier <= later for earlier, later in pairwise(fractions))
    assert {"singing", "mastering"} <= set(dict(context.heard))
    assert list(context.folder.iterdir()) == []


@pytest.mark.parametrize("operation", [Operation.EXTEND, Operation.COVER])
def test_every_declared_operation_runs(workshop: Workshop, operation: Operation) -> None:
    engine = workshop.engine()
    before = parent(workshop.folder)

    result = engine.generate(song(seconds=6.0, operation=operation, parent=before), workshop.context())

    pitches = [np.abs(np.fft.rfft(result.mix[at : at + 32_000, 0])).argmax() for at in (32_000, 128_000)]
    assert pitches == ([330, 205] if operation is Operation.EXTEND else [205, 205])


def test_what_it_does_not_declare_is_refused_before_anything_starts(workshop: Workshop) -> None:
    engine = workshop.engine()

    with pytest.raises(EngineError, match="Singer cannot do “repaint”"):
        engine.generate(song(operation=Operation.REPAINT), workshop.context())
    with pytest.raises(EngineError, match="from 1 to 60 seconds"):
        engine.generate(song(seconds=300), workshop.context())

    assert engine.process_id is None


def test_the_program_stays_between_songs_and_sees_no_secrets(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    engine = workshop.engine('environment = { SINGER_STYLE = "calm" }')

    made = [engine.generate(song(), workshop.context()).parameters for _ in range(3)]

    assert [each["songs"] for each in made] == [1, 2, 3]
    assert "SINGER_STYLE" in made[0]["seen"]
    assert "DATABASE_URL" not in made[0]["seen"]


def test_a_cancelled_song_stops_at_its_next_step_and_the_program_takes_another(workshop: Workshop) -> None:
    engine = workshop.engine()

    with pytest.raises(Cancelled):
        engine.generate(song("sing for ever"), workshop.context(lambda stage: stage == "singing"))

    assert engine.generate(song(), workshop.context()).parameters["songs"] == 2
    assert engine.process_id is not None


def test_a_program_deaf_to_cancel_is_ended(workshop: Workshop) -> None:
    engine = workshop.engine("cancel_seconds = 0.3")

    with pytest.raises(Cancelled):
        engine.generate(song("deaf"), workshop.context(lambda stage: stage == "deaf"))

    assert engine.process_id is None
    assert engine.generate(song(), workshop.context()).parameters["songs"] == 1


@pytest.mark.parametrize(
    ("prompt", "message", "stays"),
    [
        ("refuse", r"^I do not sing that\.$", True),
        ("escape", "outside the folder", True),
        ("device", "outside the folder", True),
        ("link", "outside the folder", True),
        ("pipe", "not a file", True),
        ("list", "neither WAV nor FLAC", True),
        ("cut", "damaged|nothing in it", True),
        ("gone", "not there", True),
        ("nan", "no numbers", True),
        ("short", "nothing in it", True),
        ("long", "longer than was asked|too large", True),
        ("silent", "nothing that can be heard", True),
        ("babble", "said what it must not", False),
        ("shout", "said what it must not", False),
        ("number", "said what it must not", False),
        ("leave", "ended with code 3", False),
        ("crash", "ended with code 139", False),
    ],
)
def test_whatever_it_does_wrong_is_a_clear_error_and_the_next_song_is_made(
    workshop: Workshop, prompt: str, message: str, *, stays: bool
) -> None:
    engine, context = workshop.engine(), workshop.context()

    with pytest.raises(EngineError, match=message):
        engine.generate(song(prompt), context)

    assert not (context.folder / "program").exists()
    assert (engine.process_id is not None) is stays
    assert engine.generate(song(), workshop.context()).parameters["songs"] == (2 if stays else 1)


@pytest.mark.parametrize(
    ("prompt", "limit", "message"),
    [
        ("hang", "silence_seconds = 0.5", "said nothing for"),
        ("fill", "folder_megabytes = 10", "filled its folder"),
    ],
)
def test_a_program_that_hangs_or_fills_the_disk_is_ended(
    workshop: Workshop, prompt: str, limit: str, message: str
) -> None:
    engine = workshop.engine(limit)

    with pytest.raises(EngineError, match=message):
        engine.generate(song(prompt), workshop.context())

    assert engine.process_id is None


def test_a_flood_of_words_is_no_harm(workshop: Workshop, capfd: pytest.CaptureFixture[str]) -> None:
    engine = workshop.engine()

    assert engine.generate(song("flood"), workshop.context()).parameters["songs"] == 1

    assert max(map(len, capfd.readouterr().err.splitlines())) < 2100


def test_what_the_program_started_ends_with_it(workshop: Workshop) -> None:
    engine = workshop.engine()
    child = psutil.Process(engine.generate(song("children"), workshop.context()).parameters["child"])

    engine.close()

    psutil.wait_procs([child], timeout=10)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_the_program_dies_with_a_host_that_is_killed(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(workshop.file()))
    with EngineProcess() as process:
        made = process.run("singer", song("children"), workshop.folder / "song")
        assert process.process_id is not None
        family = [
            psutil.Process(made.parameters["child"]),
            *psutil.Process(process.process_id).children(recursive=True),
        ]

        os.kill(process.process_id, signal.SIGKILL)

        psutil.wait_procs(family, timeout=10)
        assert [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE] == []
    assert made.commercial is False
    assert made.licence == "CC-BY-NC-4.0"


@pytest.mark.parametrize("command", [["/no/such/program"], [sys.executable, "-c", "print('hello')"]])
def test_a_program_that_cannot_speak_is_a_clear_error(workshop: Workshop, command: list[str]) -> None:
    with pytest.raises(EngineError, match=r"ended with code|said what it must not"):
        workshop.engine(command=command).generate(song(), workshop.context())


def test_a_program_that_changed_must_be_described_again(workshop: Workshop) -> None:
    engine = workshop.engine('environment = { SINGER_VERSION = "2" }')

    with pytest.raises(EngineError, match="must be described again") as raised:
        engine.generate(song(), workshop.context())

    assert not raised.value.retryable


def test_listing_engines_starts_nothing_and_leaves_out_what_is_wrong(workshop: Workshop) -> None:
    path = workshop.file("[engines.broken]", 'command = ["x"]', 'description = "missing.json"', "[engines.BAD]")
    script = """
import subprocess, sys
subprocess.Popen = None
from inference import registry
print(registry.names(), registry.get("singer").capabilities.licence.commercial)
print(sorted({"numpy", "scipy", "av", "torch"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, VARIABLE: str(path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "'singer'" in done.stdout
    assert "broken" not in done.stdout
    assert done.stdout.splitlines()[0].endswith("False")
    assert done.stdout.splitlines()[1] == "[]"
    assert "'broken'" in done.stderr
    assert "'BAD'" in done.stderr


@pytest.mark.parametrize("content", ["not toml [", "engines = 3", "[engines.x]\ncommand = 3"])
def test_a_wrong_file_is_no_engine_and_no_crash(tmp_path: Path, content: str) -> None:
    (tmp_path / "engines.toml").write_text(content)
    assert configured({VARIABLE: str(tmp_path / "engines.toml")}) == {}
    assert configured({VARIABLE: str(tmp_path / "missing.toml")}) == {}
    assert configured({}) == {}


def test_a_description_must_be_possible(workshop: Workshop) -> None:
    path = workshop.file()
    described = json.loads((workshop.folder / "singer.json").read_text())
    wrongs: tuple[dict[str, Any], ...] = ({"batch": 4}, {"operations": []}, {"maximum_seconds": 0}, {"device": "moon"})
    for wrong in wrongs:
        changed = {**described, "capabilities": {**described["capabilities"], **wrong}}
        (workshop.folder / "singer.json").write_text(json.dumps(changed))
        assert configured({VARIABLE: str(path)}) == {}
