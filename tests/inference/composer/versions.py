"""Versions for the tests of operations: songs kept in a folder as the library keeps them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from inference.audio.encode import write_flac
from inference.engine import Parent, Request, Result, Samples
from inference.engines.composer.engine import Composer
from tests.inference.composer.conftest import Listening

RATE = 44_100


def made(request: Request, folder: Path) -> Result:
    """The song, its files left in `folder`."""
    folder.mkdir(parents=True)
    result = Composer().generate(request, Listening(folder))
    write_flac(folder / "master.flac", result.mix, RATE)
    (folder / "score.json").write_text(json.dumps(result.score, allow_nan=False), encoding="utf-8")
    return result


def parent(folder: Path) -> Parent:
    """The version as a later operation finds it: its own request, without what that one started from."""
    return Parent(folder, Request("", 10, 1))


def residual_db(one: Samples, other: Samples, start: float, end: float) -> float:
    """Level of the difference between two recordings, from one second to another, in dB of full scale."""
    first, last = int(start * RATE), int(end * RATE)
    peak = float(np.abs(one[first:last] - other[first:last]).max(initial=0.0))
    return 20 * float(np.log10(peak + 1e-12))


def roughness(samples: Samples, second: float) -> float:
    """The largest step between neighbouring samples around a moment, against the largest in the second around it."""
    steps = np.abs(np.diff(samples[int((second - 0.5) * RATE) : int((second + 0.5) * RATE)], axis=0)).max(axis=1)
    middle = steps.size // 2
    return float(steps[middle - 3000 : middle].max() / steps.max())
