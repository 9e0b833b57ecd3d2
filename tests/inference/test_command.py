"""`python -m inference`: a song from the command line, and clear words for what it cannot do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import av
import pytest

ROOT = Path(__file__).parents[2]


def inference(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command without any of the settings that a server has."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "inference", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_song_with_its_facts_and_all_its_files(tmp_path: Path) -> None:
    song, version = tmp_path / "song.flac", tmp_path / "version"

    done = inference(
        "calm waltz with piano", "-o", str(song), "--all-files", str(version),
        "--seconds", "10", "--seed", "5", "--tempo", "100", "--key", "E minor",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    facts = dict(line.split(":", 1) for line in done.stdout.splitlines())
    assert facts["seed"].strip() == "5"
    assert facts["tempo"].strip().startswith("100")
    assert facts["key"].strip().startswith("E minor")
    assert facts["seconds"].strip() == "10.00"
    assert "encoding" in done.stderr
    files = {"master.flac", "track.mp3", "peaks.json", "score.json", "song.mid", "song.cho", "song.musicxml"}
    assert files | {"hls", "stems"} == {path.name for path in version.iterdir()}
    with av.open(str(song)) as container:
        assert container.metadata["title"] == facts["title"].strip()
        assert "seed 5: calm waltz with piano" in container.metadata["comment"]


def test_an_mp3_when_asked_for_one(tmp_path: Path) -> None:
    done = inference("techno", "-o", str(tmp_path / "song.mp3"), "--seconds", "10")

    assert done.returncode == 0, done.stderr
    with av.open(str(tmp_path / "song.mp3")) as container:
        assert container.format.name == "mp3"
        assert container.metadata["title"]


def test_a_kept_version_can_be_worked_on(tmp_path: Path) -> None:
    version, lyrics = tmp_path / "version", tmp_path / "lyrics.txt"
    lyrics.write_text("Slowly the morning comes", encoding="utf-8")
    first = inference("folk", "-o", str(tmp_path / "a.flac"), "--all-files", str(version), "--seconds", "10")

    sung = inference(
        "--operation", "new_lyrics", "--parent", str(version), "--lyrics", str(lyrics), "--voice", "willow",
        "-o", str(tmp_path / "b.flac"),
    )  # fmt: skip

    assert first.returncode == 0, first.stderr
    assert sung.returncode == 0, sung.stderr
    facts = dict(line.split(":", 1) for line in sung.stdout.splitlines())
    assert facts["sung"].strip() == "Slowly the morning comes"
    assert facts["seconds"].strip() == "10.00"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["song", "--operation", "extend"], "--parent must name the folder of a version"),
        (["song", "--operation", "extend", "--parent", "tests"], "--parent must name the folder of a version"),
        (["song", "--parent", "tests"], "what to do with the parent"),
        (["song", "--voice", "nobody"], "the voices are"),
        (["song", "--lyrics", "nowhere.txt"], "cannot be read as text"),
        (["   "], "the prompt must be 1 to 2000 characters"),
        (["x" * 2001], "the prompt must be 1 to 2000 characters"),
        (["ring\x07"], "none of them a control character"),
        (["song", "--seconds", "3601"], "makes songs of"),
        (["song", "--seconds", "nan"], "makes songs of"),
        (["song", "--tempo", "900"], "30 to 300 beats a minute"),
        (["song", "--key", "H major"], 'written as "E minor"'),
        (["song", "--seed", "-1"], "the seed must be"),
        (["song", "--engine", "harp"], "invalid choice: 'harp'"),
        (["song", "-o", "song.ogg"], "must end in .flac or .mp3"),
        (["song", "-o", "nowhere/song.flac"], "there is no folder nowhere"),
        (["song", "--all-files", "tests"], "exists and is not an empty folder"),
    ],
)
def test_bad_input_is_explained_and_nothing_is_written(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = inference(arguments[0], "-o", str(tmp_path / "song.flac"), *arguments[1:])

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
