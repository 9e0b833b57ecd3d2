"""A version's folder holds exactly what its production says, and nothing when there is none."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.audio.decode import read
from inference.engine import Cancelled, Context, EngineError, Request, Result
from inference.produce import produce
from inference.production import ProducedFile, Role
from tests.inference.conftest import MakeRequest
from tests.inference.engines import RATE, Chords


def ignore(stage: str, fraction: float) -> None:
    """A listener who does not care."""


class Wrong(Chords):
    """Changes the result before it is handed over."""

    def __init__(self, **changes: Any) -> None:
        super().__init__()
        self._changes = changes

    def generate(self, request: Request, context: Context) -> Result:
        result = super().generate(request, context)
        fields = {name: getattr(result, name) for name in Result.__dataclass_fields__}
        return Result(**(fields | self._changes))


def test_the_folder_holds_exactly_the_files_of_the_production(song: MakeRequest, tmp_path: Path) -> None:
    production = produce(Chords(), song(seconds=6.0), tmp_path / "version", ignore)

    on_disk = {
        path.relative_to(tmp_path / "version").as_posix(): path
        for path in (tmp_path / "version").rglob("*")
        if path.is_file()
    }
    assert {file.path for file in production.files} == set(on_disk)
    for file in production.files:
        content = on_disk[file.path].read_bytes()
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert {file.path: (file.role, file.media_type) for file in production.files} == {
        "master.flac": (Role.MASTER, "audio/flac"),
        "track.mp3": (Role.MP3, "audio/mpeg"),
        "peaks.json": (Role.PEAKS, "application/json"),
        "score.json": (Role.SCORE, "application/json"),
        "stems/bass.flac": (Role.STEM, "audio/flac"),
        "stems/chord.flac": (Role.STEM, "audio/flac"),
        "hls/index.m3u8": (Role.HLS, "application/vnd.apple.mpegurl"),
        "hls/init.mp4": (Role.HLS, "audio/mp4"),
        "hls/000.m4s": (Role.HLS, "audio/mp4"),
        "hls/001.m4s": (Role.HLS, "audio/mp4"),
    }
    assert json.loads(on_disk["score.json"].read_text(encoding="utf-8")) == {"chord": "A", "name": "Größe"}


def test_what_is_recorded_was_measured_from_the_master(song: MakeRequest, tmp_path: Path) -> None:
    production = produce(Chords(), song(seconds=6.0), tmp_path / "version", ignore)

    assert production.measured.seconds == 6.0
    assert production.measured.key == "A major"
    assert production.measured.loudness_lufs == pytest.approx(-22, abs=6)
    assert (production.engine, production.engine_version, production.licence) == ("chords", "1", "CC0-1.0")
    assert production.commercial


def test_the_stems_sum_to_the_master(song: MakeRequest, tmp_path: Path) -> None:
    produce(Chords(), song(), tmp_path, ignore)

    stems = sum(read(tmp_path / "stems" / name, RATE) for name in ("bass.flac", "chord.flac"))
    assert np.abs(stems - read(tmp_path / "master.flac", RATE)).max() < 1e-6


def test_the_same_request_gives_the_same_files(song: MakeRequest, tmp_path: Path) -> None:
    first, second = (produce(Chords(), song(), tmp_path / name, ignore) for name in ("first", "second"))

    assert first == second


@pytest.mark.parametrize("stage", ["composing", "rendering", "encoding", "measuring"])
def test_a_cancellation_at_any_stage_leaves_nothing(song: MakeRequest, tmp_path: Path, stage: str) -> None:
    def report(reached: str, fraction: float) -> None:
        if reached == stage:
            raise Cancelled

    with pytest.raises(Cancelled):
        produce(Chords(), song(), tmp_path / "version", report)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"mix": np.zeros((0, 2), np.float32)}, EngineError),
        ({"mix": np.zeros((RATE, 6), np.float32)}, EngineError),
        ({"mix": np.full((RATE, 2), np.nan, np.float32)}, EngineError),
        ({"mix": np.full((RATE, 2), np.inf, np.float32)}, EngineError),
        ({"stems": {"../../escape": Path("a.flac")}}, ValueError),
        ({"stems": {"passwords": Path("/etc/passwd")}}, ValueError),
        ({"score": {"tempo": float("nan")}}, ValueError),
    ],
)
def test_a_result_that_no_version_can_hold_leaves_nothing(
    song: MakeRequest, tmp_path: Path, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        produce(Wrong(**changes), song(), tmp_path / "version", ignore)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_left_alone(song: MakeRequest, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("keep me")

    with pytest.raises(ValueError, match="not empty"):
        produce(Chords(), song(), tmp_path, ignore)

    assert (tmp_path / "precious").read_text() == "keep me"


def test_an_engine_without_score_and_stems_gets_neither_file(song: MakeRequest, tmp_path: Path) -> None:
    production = produce(Wrong(score=None, stems={}), song(), tmp_path, ignore)

    roles = {file.role for file in production.files}
    assert roles == {Role.MASTER, Role.MP3, Role.HLS, Role.PEAKS}
    assert all(isinstance(file, ProducedFile) for file in production.files)
