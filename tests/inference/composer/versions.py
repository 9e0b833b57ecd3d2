"""Versions for the tests of operations: songs kept in a folder as the library keeps them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from inference.audio.encode import write_flac
from inference.engine import Parent, Request, Result, Samples
from inference.engines.composer.engine import Composer
from inference.engines.composer.operations.beginning import begin
from inference.engines.composer.operations.work import Work
from inference.engines.composer.score_json import to_json
from tests.inference.composer.conftest import Listening

RATE = 44_100


def made(request: Request, folder: Path) -> Result:
    """The song, its files left in `folder`."""
    folder.mkdir(parents=True)
    result = Composer().generate(request, Listening(folder))
    write_flac(folder / "master.flac", result.mix, RATE)
    (folder / "score.json").write_text(json.dumps(result.score, allow_nan=False), encoding="utf-8")
    return result


def written(request: Request, folder: Path) -> Work:
    """What the request's score would be, without playing it: in `folder` the score is left, and files without sound."""
    (folder / "stems").mkdir(parents=True)
    for path in (folder / "master.flac", folder / "stems" / "lead.flac"):
        path.touch()
    work = begin(request, lambda fraction: None)
    (folder / "score.json").write_text(json.dumps(to_json(work.piece), allow_nan=False), encoding="utf-8")
    return work


def parent(folder: Path) -> Parent:
    """The version as a later operation finds it: its own request, without what that one started from."""
    return Parent(folder, Request("", 10, 1))


def residual_db(one: Samples, other: Samples, start: float, end: float) -> float:
    """Level of the difference between two recordings, from one second to another, in dB of full scale."""
    first, last = int(start * RATE), int(end * RATE)
    peak = float(np.abs(one[first:last] - other[first:last]).max(initial=0.0))
    return 20 * float(np.log10(peak + 1e-12))
