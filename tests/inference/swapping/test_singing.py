"""Who converts: a program that somebody set up, or the embedded converter where it cannot."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.audio.decode import read
from inference.audio.wave import write_wave
from inference.engine import EngineError
from inference.swapping.model import SwapTask
from inference.swapping.singing import sing
from inference.voice.command.manifest import VARIABLE
from inference.voice.prints import VoicePrint, from_bytes
from inference.voice.surveying import Survey, survey
from tests.inference.audio.signals import RATE
from tests.inference.swapping import songs

STANDIN = Path(__file__).parents[1] / "voice" / "command" / "standin.py"

SetUp = Callable[..., SwapTask]


@pytest.fixture(scope="module")
def vocals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vocals") / "vocals.wav"
    write_wave(path, songs.vocals(3.0), RATE)
    return path


@pytest.fixture(scope="module")
def heard(vocals: Path) -> Survey:
    return survey(vocals, lambda done: None)


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> VoicePrint:
    return from_bytes(songs.other_voice(tmp_path_factory.mktemp("voice") / "print").read_bytes())


@pytest.fixture
def set_up(tmp_path: Path, vocals: Path, monkeypatch: pytest.MonkeyPatch) -> SetUp:
    """A task for a program that behaves as a word tells it."""

    def make(word: str, *more: str) -> SwapTask:
        command = [
            *(sys.executable, "-I", "-S", str(STANDIN)),
            *("--source", "{source}", "--target", "{reference}", "--output", "{folder}", word),
        ]
        manifest = tmp_path / "voices.toml"
        manifest.write_text(
            "\n".join(
                [
                    "[voices.stand-in]",
                    'title = "Stand-in"',
                    'version = "1"',
                    f"command = {json.dumps(command)}",
                    'licence = { name = "as agreed", url = "https://example.org", commercial = false }',
                    f'environment = {{ STANDIN_SEEN = "{tmp_path / "seen"}" }}',
                    *more,
                ]
            )
        )
        monkeypatch.setenv(VARIABLE, str(manifest))
        return SwapTask(vocals, tmp_path, voice=Path("print"), reference=vocals, converter="stand-in")

    return make


def quiet(stage: str, fraction: float) -> None: ...


def test_the_program_that_was_asked_for_sings(
    set_up: SetUp, vocals: Path, voice: VoicePrint, heard: Survey, tmp_path: Path
) -> None:
    task = set_up("well")

    converter, done = sing(task, vocals, tmp_path / "sung.wav", voice, heard, quiet)

    assert (converter.name, converter.licence.commercial) == ("stand-in", False)
    assert done.semitones == 0
    assert np.allclose(read(tmp_path / "sung.wav", RATE), -0.5 * read(vocals, RATE), atol=1e-6)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda task: replace(task, converter="nobody"), "not set up"),
        (lambda task: replace(task, reference=None), "recording"),
    ],
    ids=["not there", "nothing to go by"],
)
def test_where_it_cannot_the_embedded_one_does_and_says_why(
    set_up: SetUp,
    vocals: Path,
    voice: VoicePrint,
    heard: Survey,
    tmp_path: Path,
    spoil: Callable[[SwapTask], SwapTask],
    said: str,
) -> None:
    task = spoil(set_up("well"))

    converter, done = sing(task, vocals, tmp_path / "sung.wav", voice, heard, quiet)

    assert converter.name == "world"
    assert done.facts["instead_of"] == task.converter
    assert said in str(done.facts["reason"])
    assert read(tmp_path / "sung.wav", RATE).any()


def test_weights_that_are_half_there_are_told(
    set_up: SetUp, vocals: Path, voice: VoicePrint, heard: Survey, tmp_path: Path
) -> None:
    (tmp_path / "weights.bin").write_bytes(bytes(10))
    task = set_up("well", 'weights = [{ path = "weights.bin", bytes = 20 }]')

    converter, done = sing(task, vocals, tmp_path / "sung.wav", voice, heard, quiet)

    assert converter.name == "world"
    assert "weights" in str(done.facts["reason"])


def test_what_may_succeed_another_time_is_tried_another_time(
    set_up: SetUp, vocals: Path, voice: VoicePrint, heard: Survey, tmp_path: Path
) -> None:
    task = set_up("silent")

    with pytest.raises(EngineError) as failed:
        sing(task, vocals, tmp_path / "sung.wav", voice, heard, quiet)

    assert failed.value.retryable
