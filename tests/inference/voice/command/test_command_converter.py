"""A converter whose work a real program does: vocals, progress, cancel, and everything that a program can do wrong."""

from __future__ import annotations

import json
import re
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from inference.audio.decode import read
from inference.audio.wave import WaveWriter
from inference.engine import Cancelled, EngineError
from inference.programs.manifest import ManifestError
from inference.voice.analysis import BANDS
from inference.voice.command.converter import CommandConverter
from inference.voice.command.manifest import VARIABLE, configured, program
from inference.voice.command.weights import WeightsMissing
from inference.voice.model import SAMPLE_RATE, Converted, KeyHandling
from inference.voice.prints import QUANTILES, VoicePrint

ROOT = Path(__file__).parents[4]
STANDIN = Path(__file__).with_name("standin.py")
COMMAND = [
    *(sys.executable, "-I", "-S", str(STANDIN)),
    *("--source", "{source}", "--target", "{reference}", "--output", "{folder}", "--semi-tone-shift", "{semitones}"),
]
HIGH = VoicePrint(
    low=300.0,
    high=600.0,
    pitches=np.linspace(300, 600, QUANTILES, dtype=np.float32),
    frames=np.zeros((4, BANDS), np.float32),
    hiss=np.zeros(BANDS, np.float32),
    noise=np.zeros(BANDS, np.float32),
)
Report = Callable[[str, float], None]


def quiet(stage: str, fraction: float) -> None:
    """A report to nobody."""


def write(path: Path, samples: np.ndarray) -> None:
    with WaveWriter(path, SAMPLE_RATE, 2) as writer:
        writer.push(samples.astype(np.float32))


def ended(pid: int | None) -> bool:
    """Whether a process is gone, or will be in a moment: what was killed may wait for init to notice."""
    if pid is None:
        return True
    try:
        process = psutil.Process(pid)
        until = time.monotonic() + 10
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > until:
                return False
    except psutil.NoSuchProcess:
        return True
    return True


class Booth:
    """A vocal, a recording of a performer, and a program that misbehaves as it is told."""

    def __init__(self, folder: Path) -> None:
        self.vocals, self.reference, self.target = (folder / f"{name}.wav" for name in ("vocals", "ada", "sung"))
        self.seen = folder / "seen.jsonl"
        seconds = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE
        voice = sum(np.sin(2 * np.pi * 110 * n * seconds) / n for n in range(1, 20))
        self.samples = np.repeat(0.1 * np.asarray(voice, np.float32)[:, None], 2, axis=1)
        write(self.vocals, self.samples)
        write(self.reference, np.tile(self.samples, (4, 1)))

    def converter(self, word: str, **changes: Any) -> CommandConverter:
        table = {
            "title": "Stand-in",
            "version": "1",
            "command": [*COMMAND, word],
            "licence": {"name": "CC-BY-NC-4.0", "url": "https://example.org/licence", "commercial": False},
            "environment": {"STANDIN_SEEN": str(self.seen)},
            "cancel_seconds": 20.0,
            **changes,
        }
        return CommandConverter(program("stand-in", table, self.vocals.parent))

    def sing(self, word: str, report: Report = quiet, **changes: Any) -> Converted:
        return self.converter(word, **changes).convert(
            self.vocals, self.target, HIGH, handling=KeyHandling.KEEP, report=report, reference=self.reference
        )

    def notes(self) -> dict[str, Any]:
        """What the program left word of."""
        lines = self.seen.read_text().splitlines() if self.seen.exists() else []
        return {name: value for line in lines for name, value in json.loads(line).items()}

    def left(self) -> set[str]:
        return {path.name for path in self.vocals.parent.iterdir()} - {"vocals.wav", "ada.wav", "seen.jsonl"}


@pytest.fixture
def booth(tmp_path: Path) -> Booth:
    return Booth(tmp_path)


def test_a_vocal_comes_back_converted(booth: Booth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "secret")
    heard: list[float] = []
    result = booth.sing("well", lambda stage, fraction: heard.append(fraction), reference_seconds=1.5)
    sung = read(booth.target, SAMPLE_RATE)
    assert np.allclose(sung, -0.5 * booth.samples, atol=1e-6)
    assert (result.semitones, result.accompaniment_semitones) == (0.0, 0.0)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert booth.left() == {"sung.wav"}
    notes = booth.notes()
    assert "DATABASE_URL" not in notes["seen"]
    assert notes["reference"] == pytest.approx(1.5 * SAMPLE_RATE * 8, abs=100)


def test_another_rate_and_a_little_more_or_less_is_made_to_fit(booth: Booth) -> None:
    booth.sing("mono")
    sung = read(booth.target, SAMPLE_RATE)
    assert sung.shape == booth.samples.shape
    assert np.corrcoef(sung[:, 0], -booth.samples[:, 0])[0, 1] > 0.9


def test_the_program_is_told_the_key(booth: Booth) -> None:
    # long enough to be heard as a voice
    write(booth.vocals, np.tile(booth.samples, (8, 1)))
    result = booth.converter("well").convert(
        booth.vocals, booth.target, HIGH, handling=KeyHandling.OCTAVE, report=quiet, reference=booth.reference
    )
    assert result.semitones in {12.0, 24.0}
    assert booth.notes()["semitones"] == result.semitones
    assert result.accompaniment_semitones == 0.0


def test_a_program_that_cannot_transpose_keeps_the_key(booth: Booth) -> None:
    fixed = [each for each in COMMAND if each not in {"--semi-tone-shift", "{semitones}"}]
    result = booth.converter("well", command=[*fixed, "well"]).convert(
        booth.vocals, booth.target, HIGH, handling=KeyHandling.FIT, report=quiet, reference=booth.reference
    )
    assert result.semitones == 0.0


def test_a_program_that_works_from_sound_asks_for_it(booth: Booth) -> None:
    with pytest.raises(EngineError, match="needs a recording"):
        booth.converter("well").convert(booth.vocals, booth.target, HIGH, handling=KeyHandling.KEEP, report=quiet)
    assert not booth.seen.exists()


@pytest.mark.parametrize(
    ("word", "changes", "message"),
    [
        ("hang", {"silence_seconds": 0.3}, "said nothing"),
        ("chat", {"start_seconds": 0.3, "seconds_a_second": 0.1}, "took longer"),
        ("flood", {"printed_megabytes": 1}, "printed without end"),
        ("eat", {"memory_megabytes": 200}, "memory"),
        ("fill", {"folder_megabytes": 2}, "filled its folder"),
        ("grow", {"folder_megabytes": 1}, "ended with code"),
        ("leave", {}, "code 3"),
        ("crash", {}, "code 139"),
        ("elsewhere", {}, "left nothing where it was told"),
        ("link", {}, "left nothing where it was told"),
        ("pipe", {}, "cannot be used"),
        ("twice", {}, "more than one"),
        ("nan", {}, "no numbers"),
        ("short", {"weights": []}, "shorter than the vocal"),
        ("long", {}, "longer than was asked"),
        ("silent", {}, "silent"),
        ("text", {}, "neither WAV nor FLAC"),
    ],
)
def test_what_a_program_does_wrong_is_an_error_and_nothing_stays(
    booth: Booth, word: str, changes: dict[str, Any], message: str
) -> None:
    if word == "short":
        # a second more or less is forgiven, so the vocal is longer here
        write(booth.vocals, np.tile(booth.samples, (4, 1)))
    with pytest.raises(EngineError, match=message):
        booth.sing(word, **changes)
    assert booth.left() <= {"sung.wav"}
    assert ended(booth.notes().get("pid"))


def test_a_program_that_is_not_there_is_an_error(booth: Booth) -> None:
    with pytest.raises(EngineError, match="ended with code 127"):
        booth.sing("well", command=["/nowhere/python", "{source}", "{folder}"])
    with pytest.raises(EngineError, match="cannot be started"):
        booth.sing("well", folder="/nowhere")


def test_cancelling_asks_the_program_to_end(booth: Booth) -> None:
    def cancel(stage: str, fraction: float) -> None:
        if fraction > 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        booth.sing("chat", cancel)
    assert booth.notes()["told"] == "to end"
    assert ended(booth.notes().get("pid"))
    assert booth.left() == set()


@pytest.mark.parametrize(("word", "pid"), [("deaf", "pid"), ("children", "child")])
def test_who_does_not_end_is_ended_with_all_it_started(booth: Booth, word: str, pid: str) -> None:
    def cancel(stage: str, fraction: float) -> None:
        if fraction > 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        booth.sing(word, cancel, cancel_seconds=0.2)
    assert ended(booth.notes()[pid])


@pytest.mark.parametrize("wrong", ["missing", "half", "other"])
def test_half_downloaded_weights_are_noticed_before_anything_starts(booth: Booth, wrong: str) -> None:
    content = b"weights"
    named = {
        "path": "model.pth",
        "bytes": 7,
        "sha256": "bbde5cd0a2e5a5b0a5d7d4b4c9a7c1d0f3b2e1d4c5b6a7988f7e6d5c4b3a2918",
    }
    if wrong != "missing":
        (booth.vocals.parent / "model.pth").write_bytes(content[:3] if wrong == "half" else content)
    with pytest.raises(WeightsMissing, match=r"model\.pth"):
        booth.sing("well", weights=[named])
    assert not booth.seen.exists()


def test_whole_weights_are_used(booth: Booth) -> None:
    (booth.vocals.parent / "model.pth").write_bytes(b"weights")
    booth.sing("well", weights=[{"path": "model.pth", "bytes": 7}])


@pytest.mark.parametrize(
    "changes",
    [
        {"command": ["python", "{source}"]},
        {"command": ["python", "{source}", "{folder}", "{target}"]},
        {"command": ["python", "{source.__class__}", "{source}", "{folder}"]},
        {"command": ["python", "{source}", "{folder}", "{"]},
        {"command": []},
        {"result": "../*.wav"},
        {"progress": "["},
        {"progress": "(?P<step>x)"},
        {"memory_megabytes": 0},
        {"licence": {"name": "MIT"}},
        {"shell": True},
    ],
)
def test_a_manifest_that_is_wrong_is_refused(booth: Booth, changes: dict[str, Any]) -> None:
    with pytest.raises(ManifestError):
        booth.converter("well", **changes)


def test_one_wrong_table_leaves_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "voices.toml"
    table = (
        'title = "T"\nversion = "1"\ncommand = ["python", "{source}", "{folder}"]\n'
        'licence = { name = "MIT", url = "https://example.org", commercial = true }\n'
    )
    path.write_text(f"[voices.good]\n{table}[voices.bad]\n{table}colour = 1\n[voices.BAD]\n{table}")
    assert set(configured({VARIABLE: str(path)})) == {"good"}
    assert len(caplog.records) == 2
    assert configured({}) == configured({VARIABLE: str(tmp_path / "nowhere.toml")}) == {}


def test_the_manifests_in_the_documentation_are_valid() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/voices.md").read_text(), re.DOTALL)
    named = {
        name: program(name, table, Path("/opt"))
        for block in blocks
        for name, table in tomllib.loads(block)["voices"].items()
    }
    assert len(named) >= 2
    assert any(each.uses("reference") for each in named.values())
