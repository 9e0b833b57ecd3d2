"""Where neural engines run and where their weights lie, read from the environment without importing torch."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from inference.engine import Device

_GRAPHICS_CARDS = (Path("/dev/nvidia0"), Path("/dev/kfd"), Path("/dev/dxg"))
"""What the drivers of NVIDIA and AMD, and Windows' Linux, show when a card can be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs neural engines."""

    device: str
    """As torch names it: "cuda", "cuda:1", "cpu"."""
    weights: Path
    """The folder below which every model has one of its own."""
    models: Mapping[str, str]
    """The model an engine should load, by the engine's name, where it is not the engine's own choice."""

    @property
    def capability(self) -> Device:
        """The kind of worker that the engines need."""
        return Device.CPU if self.device == "cpu" else Device.GPU


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment names; ValueError for a device that is none.

    `REFRAIN_NEURAL_DEVICE` is "auto" (a graphics card), "off", "cpu", or what torch calls a device;
    `REFRAIN_NEURAL_WEIGHTS` a folder; `REFRAIN_NEURAL_ACESTEP` and `REFRAIN_NEURAL_MUSICGEN` a model's name.
    """
    cache = Path(environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or "/var/cache") / ".cache")
    return Settings(
        device=_device(environment),
        weights=Path(environment.get("REFRAIN_NEURAL_WEIGHTS") or cache / "refrain" / "weights").expanduser(),
        models={
            name: environment[f"REFRAIN_NEURAL_{name.upper()}"]
            for name in ("acestep", "musicgen")
            if environment.get(f"REFRAIN_NEURAL_{name.upper()}")
        },
    )


def available(*libraries: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether these libraries are installed and something serves them: a graphics card, or a device was named."""
    asked = environment.get("REFRAIN_NEURAL_DEVICE") or "auto"
    if asked == "off" or (asked == "auto" and not any(card.exists() for card in _GRAPHICS_CARDS)):
        return False
    return all(find_spec(library) is not None for library in libraries)


def _device(environment: Mapping[str, str]) -> str:
    asked = environment.get("REFRAIN_NEURAL_DEVICE") or "auto"
    if asked in {"auto", "off"}:
        return "cuda"
    kind, _, number = asked.partition(":")
    if kind not in {"cpu", "cuda"} or (number and not number.isdecimal()):
        raise ValueError(f"REFRAIN_NEURAL_DEVICE is {asked!r}; it can be auto, off, cpu, cuda or cuda:0")
    return asked
