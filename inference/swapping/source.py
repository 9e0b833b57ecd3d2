"""The song itself as floats, all of it or a part, and what is told about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference import stages
from inference.audio.decode import DecodeError, decode
from inference.audio.loudness import LoudnessMeter
from inference.audio.streams import even
from inference.audio.wave import WaveWriter
from inference.engine import EngineError, Samples
from inference.separation.model import RATE, Report
from inference.swapping.model import Silent, Span, TooShort

VERSION = "1"
"""Changes whenever the same song would give other samples."""
SONG, FACTS = "song.wav", "facts.json"
SHORTEST_SECONDS = 0.5
_SILENT_PEAK = 10 ** (-70 / 20)
_FULL_SCALE = 1 - 1e-4
_CLIPPED_RUN = 3
"""Samples in a row at full scale that are no accident."""


@dataclass(frozen=True, slots=True)
class Source:
    """What was heard while decoding."""

    seconds: float
    peak: float
    lufs: float | None
    clipped: float
    """Share of frames within runs at full scale, 0..1."""


def write_source(master: Path, folder: Path, span: Span | None, seconds: float, report: Report) -> None:
    """Write `SONG`, float32 WAV of 44.1 kHz stereo, and `FACTS` into `folder`; `seconds` is about how long it takes.

    Raises EngineError for a file that cannot be read, and what `report` raises.
    """
    heard = _Heard()
    try:
        with WaveWriter(folder / SONG, RATE, 2) as writer:
            for block in even(_cut(decode(master, RATE), span, seconds, report)):
                heard.push(block)
                writer.push(block)
    except DecodeError as error:
        raise EngineError("This song cannot be read.") from error
    (folder / FACTS).write_text(json.dumps(asdict(heard.source())), encoding="utf-8")


def read_source(folder: Path, *, part: bool) -> Source:
    """What `write_source` found out; Silent and TooShort when there is nothing to work on."""
    source = Source(**json.loads((folder / FACTS).read_text(encoding="utf-8")))
    if source.seconds < SHORTEST_SECONDS:
        raise TooShort
    if source.peak < _SILENT_PEAK:
        raise Silent(part=part)
    return source


def cut(source: Path, target: Path, span: Span) -> None:
    """Copy a part of a WAV file of the house into another."""
    with WaveWriter(target, RATE, 2) as writer:
        for block in even(_cut(decode(source, RATE), span, 0.0, lambda stage, fraction: None)):
            writer.push(block)


def _cut(pieces: Iterator[Samples], span: Span | None, seconds: float, report: Report) -> Iterator[Samples]:
    """The frames of the span; decoding ends with it."""
    first = round(span.start * RATE) if span else 0
    last = first + round(span.seconds * RATE) if span else None
    frames = 0
    for piece in pieces:
        inside = piece[max(0, first - frames) : None if last is None else max(0, last - frames)]
        frames += piece.shape[0]
        if inside.shape[0]:
            yield inside
        if last is not None and frames >= last:
            return
        report(stages.DECODING, min(1.0, frames / max(1.0, seconds * RATE)))


class _Heard:
    """Hears the song on its way."""

    def __init__(self) -> None:
        self._frames = self._clipped = 0
        self._peak = 0.0
        self._loudness = LoudnessMeter(RATE, 2)

    def push(self, block: Samples) -> None:
        loudest = np.abs(block).max(axis=1)
        self._frames += block.shape[0]
        self._peak = max(self._peak, float(loudest.max(initial=0.0)))
        self._clipped += _in_runs(loudest >= _FULL_SCALE)
        self._loudness.push(block)

    def source(self) -> Source:
        clipped = self._clipped / self._frames if self._frames else 0.0
        return Source(self._frames / RATE, self._peak, self._loudness.integrated(), clipped)


def _in_runs(full: npt.NDArray[np.bool_]) -> int:
    """How many of the true values stand in runs of at least `_CLIPPED_RUN`."""
    edges = np.flatnonzero(np.diff(full.astype(np.int8), prepend=0, append=0))
    lengths = edges[1::2] - edges[::2]
    return int(lengths[lengths >= _CLIPPED_RUN].sum())


def progress(report: Report, start: float, end: float) -> Callable[[str, float], None]:
    """A report of a part as one of the whole, where the part lasts from `start` to `end`."""
    return lambda stage, fraction: report(stage, start + (end - start) * min(1.0, max(0.0, fraction)))


def in_step(*paths: Path) -> Iterator[tuple[Samples, ...]]:
    """Blocks of several WAV files of the house at once, all as long as the first; others are cut or padded."""
    songs = [even(decode(path, RATE)) for path in paths]
    for first in songs[0]:
        yield first, *(_fitted(next(song, first[:0]), first.shape[0]) for song in songs[1:])


def _fitted(block: Samples, frames: int) -> Samples:
    block = block[:frames]
    return block if block.shape[0] == frames else np.pad(block, ((0, frames - block.shape[0]), (0, 0)))
