"""What the tests of decoding share: bytes become a file, and a file becomes samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from inference.decoding.model import Limits, SourceFacts
from inference.decoding.stream import open_untrusted
from inference.engine import Samples


@dataclass(frozen=True)
class Read:
    """All that came out of a file."""

    facts: SourceFacts
    picture: bytes | None
    samples: Samples

    @property
    def seconds(self) -> float:
        return len(self.samples) / 44_100


ReadBytes = Callable[..., Read]


@pytest.fixture
def read(tmp_path: Path) -> ReadBytes:
    """Decodes bytes through a file of a name that says nothing, or `name`."""

    def decode(data: bytes, *, name: str = "upload", limits: Limits = Limits()) -> Read:  # noqa: B008
        path = tmp_path / name
        path.write_bytes(data)
        with open_untrusted(path, limits=limits) as opened:
            samples = np.concatenate([np.zeros((0, 2), np.float32), *opened])
            return Read(opened.facts, opened.picture, samples)

    return decode
