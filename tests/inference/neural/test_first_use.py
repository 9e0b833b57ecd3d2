"""The first song of an engine process fetches the weights over a real socket, checks them, and is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.harness import tiny
from inference.client import EngineProcess
from inference.engine import EngineError, Request
from inference.engines.musicgen.engine import MusicGen
from inference.engines.neural.settings import Settings
from tests.inference.neural.contexts import Watch
from tests.inference.weights.server import COMMIT, Model, serving


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of weights of an installation without a graphics card that asked for neural engines."""
    monkeypatch.setenv("REFRAIN_NEURAL_DEVICE", "cpu")
    monkeypatch.setenv("REFRAIN_NEURAL_WEIGHTS", str(tmp_path / "weights"))
    return tmp_path / "weights"


def test_weights_are_fetched_at_first_use_and_recorded_with_the_version(
    house: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said: list[tuple[str, float]] = []
    request = Request(prompt="warm folk", seconds=1.0, seed=4)
    hub = Model(tiny.save_acestep(tmp_path / "hub"))

    with serving(hub) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        with EngineProcess() as process:
            first = process.run(
                "acestep", request, tmp_path / "1", on_progress=lambda stage, fraction: said.append((stage, fraction))
            )
            asked = len(hub.requests)
            second = process.run("acestep", request, tmp_path / "2")

    assert first.weights.startswith(f"ACE-Step/acestep-v15-xl-turbo-diffusers@{COMMIT[:12]} sha256:")
    assert first.licence == "MIT"
    stages = list(dict.fromkeys(stage for stage, _ in said))
    assert [stage for stage in stages if stage in {"fetching", "loading", "generating"}][-1] == "generating"
    assert "fetching" in stages
    fractions = [fraction for _, fraction in said]
    assert fractions == sorted(fractions)
    # One loaded model serves both songs, and makes the same of the same request.
    assert len(hub.requests) == asked
    masters = [next(file for file in made.files if file.path == "master.flac") for made in (first, second)]
    assert masters[0].sha256 == masters[1].sha256


def test_without_a_hub_the_person_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    engine = MusicGen(Settings("cpu", tmp_path, {}))

    with pytest.raises(EngineError, match=r"MusicGen .*GB.* could not be fetched") as raised:
        engine.generate(Request(prompt="calm", seconds=1.0, seed=4), Watch())

    assert str(tmp_path / "facebook--musicgen-stereo-medium") in str(raised.value)
    assert not raised.value.retryable
