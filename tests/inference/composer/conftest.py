"""Songs for the composer's tests: each made once and looked at from many sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from inference.engine import Request, Result
from inference.engines.composer.engine import Composer


@dataclass
class Listening:
    """A context that keeps what the engine reports."""

    folder: Path
    reports: list[tuple[str, float]] = field(default_factory=list)

    def progress(self, stage: str, fraction: float) -> None:
        self.reports.append((stage, fraction))


Make = Callable[..., Result]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Composes a song in a folder of its own."""
    count = 0

    def compose(prompt: str, seconds: float = 12, seed: int = 1, **fields: Any) -> Result:
        nonlocal count
        count += 1
        folder = tmp_path / str(count)
        folder.mkdir()
        return Composer().generate(Request(prompt, seconds, seed, **fields), Listening(folder))

    return compose


@pytest.fixture(scope="session")
def song(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A pop song of 30 s with every kind of part."""
    folder = tmp_path_factory.mktemp("song")
    request = Request("bright pop song about summer rain, 120 bpm, G major", 30, 4)
    return Composer().generate(request, Listening(folder))
