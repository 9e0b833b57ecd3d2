"""Tiny ACE-Steps with random weights, one of each variant for all tests of the folder."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from bench.harness import tiny
from inference.engines.acestep.engine import AceStep
from inference.engines.neural.settings import Settings


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of weights with the turbo and the base model in it."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("acestep")
    tiny.save_acestep(folder / "ACE-Step--acestep-v15-xl-turbo-diffusers")
    tiny.save_acestep(folder / "ACE-Step--acestep-v15-xl-base-diffusers", turbo=False)
    return folder


@pytest.fixture(scope="session")
def turbo(weights: Path) -> AceStep:
    """The engine with the turbo model."""
    return AceStep(Settings("cpu", weights, {}))


@pytest.fixture(scope="session")
def base(weights: Path) -> AceStep:
    """The engine with the base model."""
    return AceStep(Settings("cpu", weights, {"acestep": "acestep-v15-xl-base"}))
