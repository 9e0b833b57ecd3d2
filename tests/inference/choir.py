"""A registry with a small engine that makes songs together, for the tests of batches; words in the prompt steer it."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from inference.engine import Cancelled, Context, Device, Engine, EngineError, Request, Result, Samples
from tests.inference.engines import RATE, Chords

STEPS = 8
BATCH = 4


class OutOfMemoryError(RuntimeError):
    """What an accelerator's library says when memory runs out."""


@dataclass
class Voice:
    """One song of a batch as it grows, a step at a time; what it becomes depends on its own request alone."""

    request: Request
    context: Context
    outcome: Result | Exception | None = None
    words: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.words = self.request.prompt.split()

    def step(self, number: int) -> None:
        """One step; ends with what is its alone."""
        try:
            self.context.progress("singing", number / STEPS)
            if number == 3:
                self._misbehave()
        except (Cancelled, EngineError) as error:
            self.outcome = error

    def _misbehave(self) -> None:
        if "refuse" in self.words:
            raise EngineError("I do not sing that.")
        if "die" in self.words:
            os.kill(os.getpid(), signal.SIGKILL)
        if "hang" in self.words:
            # Said last of all: who hears it knows that no cancellation will be noticed any more.
            self.context.progress("deaf", 3 / STEPS)
            signal.pause()

    @property
    def held(self) -> bool:
        """Whether it goes on only when the file that its prompt names is there."""
        return self.outcome is None and "hold" in self.words and not Path(self.words[-1]).exists()


class Choir:
    """Sings a tone of the seed's pitch; up to four songs of one whole number of seconds at once."""

    name = "choir"
    title = "Choir"
    version = "1"
    capabilities = replace(Chords.capabilities, batch=BATCH, sample_rate=RATE)

    def __init__(self) -> None:
        self.batches = 0

    def length_class(self, request: Request) -> str:
        """Songs of the same length."""
        return f"{request.seconds:g}"

    def generate(self, request: Request, context: Context) -> Result:
        """A batch of one."""
        (outcome,) = self.generate_batch([(request, context)])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def generate_batch(self, items: Sequence[tuple[Request, Context]]) -> Sequence[Result | Exception]:
        """All steps of all songs, in step."""
        voices = [Voice(request, context) for request, context in items]
        starved = any("starved" in voice.words for voice in voices)
        if starved or (any("hungry" in voice.words for voice in voices) and len(voices) > 1):
            raise OutOfMemoryError("too many at once")
        if any("spill" in voice.words for voice in voices):
            raise ValueError("a secret detail")
        self.batches += 1
        for number in range(STEPS):
            self._step(voices, number)
            while any(voice.held for voice in voices) and number == 3:
                self._step(voices, number)
        return [voice.outcome or self._result(voice, len(voices)) for voice in voices]

    @staticmethod
    def _step(voices: list[Voice], number: int) -> None:
        for voice in voices:
            if voice.outcome is None:
                voice.step(number)

    def _result(self, voice: Voice, size: int) -> Result:
        request = voice.request
        return Result(
            mix=tone(request.seed, request.seconds),
            sample_rate=RATE,
            seed=request.seed,
            tempo=None,
            key="",
            meter="",
            genre="",
            mood="",
            title=f"Tone {request.seed}",
            stems={},
            score=None,
            sections=(),
            words=(),
            understood={},
            weights="none",
            parameters={"batch": self.batches, "together": size, "process": os.getpid()},
        )


class Soloist(Choir):
    """The same on a GPU, one song at a time."""

    name = "soloist"
    capabilities = replace(Choir.capabilities, batch=1, device=Device.GPU)


def tone(seed: int, seconds: float) -> Samples:
    """A sine of 200 Hz + the seed."""
    time = np.arange(round(seconds * RATE)) / RATE
    return np.repeat(0.2 * np.sin(2 * np.pi * (200 + seed) * time), 2).reshape(-1, 2).astype(np.float32)


def get(name: str) -> Engine:
    """The engines that stay loaded between songs."""
    return _ENGINES[name]


def names() -> tuple[str, ...]:
    """All of them."""
    return tuple(_ENGINES)


class GreatChoir(Choir):
    """The same on a GPU."""

    name = "great choir"
    capabilities = replace(Choir.capabilities, device=Device.GPU)


_ENGINES: dict[str, Engine] = {each.name: each for each in (Choir(), Soloist(), GreatChoir())}
