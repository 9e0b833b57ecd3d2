"""The watermark that the operator chose, put into what an engine made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inference.audio.decode import read
from inference.audio.encode import write_flac
from inference.provenance.statement import SourceType

if TYPE_CHECKING:
    from inference.engine import Result, Samples
    from inference.provenance.watermark import Watermark

SETTING = "REFRAIN_PROVENANCE_WATERMARK"
"""Names the watermark of what engines make: `spread`, or nothing for none."""
MESSAGES: Mapping[SourceType, int] = {SourceType.TRAINED: 0x5EF1, SourceType.ALGORITHMIC: 0x5EF3}
"""What the sixteen bits say."""


def chosen(environment: Mapping[str, str] = os.environ) -> Watermark | None:
    """The watermark that the setting names; ValueError for one that nobody knows."""
    name = environment.get(SETTING, "")
    if not name:
        return None
    if name != "spread":
        raise ValueError(f"{SETTING} is spread or empty, not {name}")
    from inference.provenance.spread import SpreadSpectrum

    return SpreadSpectrum()


def watermarked(result: Result, *, trained: bool) -> Result:
    """The result with the chosen watermark in its mix, no louder at its peak than it was; as it is without one."""
    watermark = chosen()
    if watermark is None:
        return result
    marked = watermark.embed(result.mix, result.sample_rate, _message(trained=trained))
    return replace(result, mix=_as_loud(result.mix, marked))


def stem_watermarked(path: Path, sample_rate: int, *, trained: bool) -> None:
    """Write a FLAC file anew with the chosen watermark in it; leave it without one."""
    watermark = chosen()
    if watermark is not None:
        marked = watermark.embed(read(path, sample_rate), sample_rate, _message(trained=trained))
        write_flac(path, marked, sample_rate)


def _message(*, trained: bool) -> int:
    return MESSAGES[SourceType.TRAINED if trained else SourceType.ALGORITHMIC]


def _as_loud(before: Samples, after: Samples) -> Samples:
    most, now = float(np.abs(before).max(initial=0.0)), float(np.abs(after).max(initial=0.0))
    return after * np.float32(most / now) if now > most > 0.0 else after
