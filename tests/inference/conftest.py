"""What the tests of inference share: requests and an engine process that is closed after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from inference.client import EngineProcess
from inference.engine import Request

MakeRequest = Callable[..., Request]


@pytest.fixture
def song() -> MakeRequest:
    """Makes requests for the chord engine; `do` names a misbehaviour."""

    def make(do: str = "", *, seconds: float = 2.0, seed: int = 7) -> Request:
        return Request(prompt="a calm chord", seconds=seconds, seed=seed, parameters={"do": do})

    return make


@pytest.fixture
def process() -> Iterator[EngineProcess]:
    """A process that knows the chord engine."""
    with EngineProcess(registry="tests.inference.engines") as process:
        yield process
