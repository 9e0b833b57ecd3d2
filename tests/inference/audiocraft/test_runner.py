"""audiocraft's runner behind the command engine; audiocraft itself needs its own environment and is stood in for."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from inference.audio.encode import write_flac
from inference.engine import Cancelled, Device, EngineError, Operation, Parent, Request
from inference.engines.command.engine import CommandEngine
from inference.engines.command.settings import VARIABLE, configured
from tests.inference.command.test_command_engine import Listener

ROOT = Path(__file__).parents[3]
STANDIN = Path(__file__).with_name("standin")
RUNNER = [sys.executable, str(ROOT / "inference/engines/audiocraft/runner.py"), "--model", "debug", "--device", "cpu"]


def engine_in(folder: Path, *lines: str) -> CommandEngine:
    """The runner, described and configured as docs/operating.md says."""
    described = subprocess.run(
        [sys.executable, "-m", "inference.engines.command", *RUNNER], cwd=ROOT, capture_output=True, check=True
    )
    (folder / "audiocraft.json").write_bytes(described.stdout)
    environment = f'environment = {{ PYTHONPATH = "{STANDIN}"{"".join(lines)} }}'
    text = ["[engines.audiocraft]", f"command = {json.dumps(RUNNER)}", 'description = "audiocraft.json"', environment]
    (folder / "engines.toml").write_text("\n".join(text))
    return CommandEngine(configured({VARIABLE: str(folder / "engines.toml")})["audiocraft"])


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandEngine]:
    here = engine_in(tmp_path_factory.mktemp("audiocraft"))
    yield here
    here.close()


def song(**more: object) -> Request:
    return Request(**{"prompt": "calm piano", "seconds": 6.0, "seed": 3, **more})  # type: ignore[arg-type]


def test_its_weights_may_not_be_sold_and_it_says_so(engine: CommandEngine) -> None:
    can = engine.capabilities
    assert (can.licence.commercial, can.device, can.sung) == (False, Device.CPU, False)
    assert "CC-BY-NC-4.0" in can.licence.name
    assert can.operations == {Operation.GENERATE, Operation.VARIATION, Operation.EXTEND}


def test_the_same_seed_gives_the_same_song_and_progress_never_goes_back(engine: CommandEngine, tmp_path: Path) -> None:
    heard = Listener(tmp_path)

    one = engine.generate(song(), heard)
    same = engine.generate(song(operation=Operation.VARIATION), Listener(tmp_path))
    other = engine.generate(song(seed=4), Listener(tmp_path))

    assert one.mix.shape == (6 * 32_000, 2)
    assert np.array_equal(one.mix, same.mix)
    assert not np.array_equal(one.mix, other.mix)
    assert one.parameters["model"] == "debug"
    assert one.weights == "debug, random"
    fractions = [fraction for _, fraction in heard.heard]
    assert all(earlier <= later for earlier, later in pairwise(fractions))
    assert len(set(fractions)) > 50


def test_an_extension_keeps_what_was_there_and_goes_on(engine: CommandEngine, tmp_path: Path) -> None:
    before = engine.generate(song(), Listener(tmp_path)).mix
    (tmp_path / "parent").mkdir()
    write_flac(tmp_path / "parent" / "master.flac", before, 32_000)
    parent = Parent(tmp_path / "parent", song())

    longer = engine.generate(song(seconds=10.0, operation=Operation.EXTEND, parent=parent), Listener(tmp_path)).mix

    assert longer.shape == (10 * 32_000, 2)
    kept = slice(0, 5 * 32_000)
    assert np.corrcoef(longer[kept, 0], before[kept, 0])[0, 1] > 0.99
    assert np.abs(longer[7 * 32_000 :]).max() > 0.1


def test_a_cancelled_song_ends_at_a_token_and_the_model_stays(engine: CommandEngine, tmp_path: Path) -> None:
    engine.generate(song(), Listener(tmp_path))
    process = engine.process_id

    with pytest.raises(Cancelled):
        engine.generate(song(seconds=100.0), Listener(tmp_path, lambda stage: stage == "generating"))

    assert engine.generate(song(), Listener(tmp_path)).mix.shape == (6 * 32_000, 2)
    assert engine.process_id == process


def test_weights_that_cannot_be_had_are_said_in_words(tmp_path: Path) -> None:
    engine = engine_in(tmp_path, ', AUDIOCRAFT_CACHE_DIR = "offline"')

    with pytest.raises(EngineError, match="The weights of debug could not be loaded") as raised:
        engine.generate(song(), Listener(tmp_path))

    engine.close()
    assert raised.value.retryable
