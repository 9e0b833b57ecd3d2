"""Puts a song together from its parts again, and writes everything that a version has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference import stages
from inference.audio.encode import FlacWriter, Mp3Writer
from inference.audio.loudness import LoudnessMeter
from inference.audio.measure import Meter
from inference.audio.streams import Sink, feed
from inference.engine import Samples
from inference.normalising.ceiling import Ceiling
from inference.production import Measured
from inference.renditions import renditions
from inference.separation.model import RATE, Report
from inference.swapping.model import INSTRUMENTAL, PREVIEW, VOCALS
from inference.swapping.placing import MIDDLE, Place
from inference.swapping.source import in_step

_MOST_GAIN_DB = 12.0
_FADE_SECONDS = 0.03


@dataclass(frozen=True, slots=True)
class Parts:
    """What is mixed, as float32 WAV of the house."""

    accompaniment: Path
    vocals: Path
    gain_db: float = 0.0
    """Of the vocals."""
    place: Place = MIDDLE
    """Of the vocals."""
    heard: bool = True
    """Whether the vocals are in the mix, too."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """What was found out about the mix."""

    measured: Measured
    overs: int
    """Frames that were beyond full scale, and were turned down."""


def matching_gain(before: Path, after: Path) -> float:
    """Decibels that make `after` as loud as `before` by integrated loudness; 0 where one of them is silent."""
    loudness = []
    for path in (before, after):
        meter = LoudnessMeter(RATE, 2)
        for (block,) in in_step(path):
            meter.push(block)
        loudness.append(meter.integrated())
    if loudness[0] is None or loudness[1] is None:
        return 0.0
    return float(np.clip(loudness[0] - loudness[1], -_MOST_GAIN_DB, _MOST_GAIN_DB))


def write_version(parts: Parts, folder: Path, seconds: float, report: Report) -> Mixed:
    """Write the renditions of the mix, and both stems, into `folder`; raises what `report` raises."""
    for name in (VOCALS, INSTRUMENTAL):
        (folder / name).parent.mkdir(exist_ok=True)
    stems = [FlacWriter(folder / name, RATE, 2) for name in (VOCALS, INSTRUMENTAL)]
    mixed = _written(parts, renditions(folder, RATE, 2), stems, seconds, report)
    for stem in stems:
        stem.close()
    return mixed


def write_preview(parts: Parts, folder: Path, seconds: float, report: Report) -> Mixed:
    """Write the mix alone, as MP3, with its ends faded."""
    return _written(parts, [Mp3Writer(folder / PREVIEW, RATE, 2)], [], seconds, report, fade=True)


def _written(
    parts: Parts, sinks: list[Sink], stems: list[FlacWriter], seconds: float, report: Report, *, fade: bool = False
) -> Mixed:
    ceiling, meter = Ceiling(), Meter(RATE, 2)
    mix = _mix(parts, stems, seconds, report)
    feed(ceiling.under(_faded(mix, seconds) if fade else mix), [*sinks, meter])
    return Mixed(meter.measured(), ceiling.overs)


def _mix(parts: Parts, stems: list[FlacWriter], seconds: float, report: Report) -> Iterator[Samples]:
    """The sum; each stem is written on the way."""
    gain = np.float32(10 ** (parts.gain_db / 20)) * parts.place.gains
    frames = 0
    for accompaniment, vocals in in_step(parts.accompaniment, parts.vocals):
        voice = np.asarray(gain * vocals, np.float32)
        for stem, block in zip(stems, (voice, accompaniment), strict=False):
            stem.push(block)
        frames += accompaniment.shape[0]
        report(stages.ENCODING, min(1.0, frames / max(1.0, seconds * RATE)))
        yield accompaniment + voice if parts.heard else accompaniment


def _faded(song: Iterator[Samples], seconds: float) -> Iterator[Samples]:
    """Without a click where it is cut."""
    frames, last = 0, round(seconds * RATE)
    for block in song:
        places = frames + np.arange(block.shape[0])
        ends = np.minimum(places, np.maximum(0, last - 1 - places)) / (_FADE_SECONDS * RATE)
        frames += block.shape[0]
        yield np.asarray(block * np.minimum(ends, 1.0)[:, None], np.float32)
