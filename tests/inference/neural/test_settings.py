"""Neural engines are listed where something serves them, and asking costs nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inference.engine import Device
from inference.engines.neural import settings
from inference.engines.neural.settings import Settings, available, read_settings


def test_without_a_graphics_card_and_without_being_asked_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_GRAPHICS_CARDS", (Path("/nowhere"),))

    assert not available("torch", environment={})
    assert available("torch", environment={"REFRAIN_NEURAL_DEVICE": "cpu"})
    assert not available("torch", "no_such_library", environment={"REFRAIN_NEURAL_DEVICE": "cpu"})


def test_with_a_graphics_card_there_are_unless_switched_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "_GRAPHICS_CARDS", (tmp_path,))

    assert available("torch", environment={})
    assert not available("torch", environment={"REFRAIN_NEURAL_DEVICE": "off"})


def test_the_environment_names_device_folder_and_models() -> None:
    named = {
        "REFRAIN_NEURAL_DEVICE": "cuda:1",
        "REFRAIN_NEURAL_WEIGHTS": "/models",
        "REFRAIN_NEURAL_MUSICGEN": "musicgen-small",
    }

    assert read_settings(named) == Settings("cuda:1", Path("/models"), {"musicgen": "musicgen-small"})
    assert read_settings(named).capability is Device.GPU
    assert read_settings({"HOME": "/home/ada"}).weights == Path("/home/ada/.cache/refrain/weights")


def test_a_device_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match="REFRAIN_NEURAL_DEVICE"):
        read_settings({"REFRAIN_NEURAL_DEVICE": "toaster"})


def test_asking_for_capabilities_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom inference import registry\n"
        "print([registry.get(name).capabilities for name in registry.names()])\n"
        "print(len(registry.names()), [name for name in ('torch', 'numpy', 'scipy', 'av') if name in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "REFRAIN_NEURAL_DEVICE": "cpu"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.splitlines()[-1] == "3 []"
