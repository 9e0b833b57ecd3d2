"""A context for engines that run in the test's own process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from inference.audio.encode import write_flac
from inference.engine import Cancelled, Parent, Request, Samples


@dataclass(slots=True)
class Watch:
    """Notes what it is told; from the fraction `stop_at` on it raises `Cancelled`."""

    folder: Path = Path()
    stop_at: float = 2.0
    said: list[tuple[str, float]] = field(default_factory=list)

    def progress(self, stage: str, fraction: float) -> None:
        """Note it, or raise."""
        self.said.append((stage, fraction))
        if fraction >= self.stop_at:
            raise Cancelled


def version(folder: Path, samples: Samples, sample_rate: int, **facts: object) -> Parent:
    """A version of these samples, as operations start from one."""
    folder.mkdir(parents=True, exist_ok=True)
    write_flac(folder / "master.flac", samples, sample_rate)
    request = Request(prompt="a slow waltz", seconds=samples.shape[0] / sample_rate, seed=3, **facts)  # type: ignore[arg-type]
    return Parent(folder, request)


def tune(seconds: float, sample_rate: int, seed: int = 1) -> Samples:
    """Something with a melody and noise, stereo, at a level as of a master."""
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    notes = 220 * 2 ** (np.random.default_rng(seed).integers(0, 12, time.size // (sample_rate // 4) + 1) / 12)
    tone = np.sin(2 * np.pi * np.cumsum(np.repeat(notes, sample_rate // 4)[: time.size]) / sample_rate)
    noise = np.random.default_rng(seed).standard_normal((time.size, 2)) * 0.02
    return (0.2 * tone[:, None] + noise).astype(np.float32)
