"""Files as mono samples in even pieces, so that what is measured needs no more memory for a longer song."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from inference.audio.decode import DecodeError, decode
from inference.engine import EngineError, Samples

Floats = npt.NDArray[np.float64]

RATE = 24_000
"""Hz, at which pitch and envelopes are measured."""

_DAMAGED = "The result cannot be measured: its file is missing or damaged."


class Unreadable(EngineError):
    """A file that was to be measured cannot be read, or holds what is no sound."""


def stereo(path: Path, rate: int, frames: int) -> Iterator[Samples]:
    """The file in blocks of `frames` (the last one shorter), shape (frames, 2); Unreadable."""
    parts: list[Samples] = []
    size = 0
    try:
        for piece in decode(path, rate):
            if not np.isfinite(piece).all():
                raise Unreadable("The result cannot be measured: it holds values that are no sound.")
            rest = piece
            while size + rest.shape[0] >= frames:
                parts.append(rest[: frames - size])
                rest = rest[frames - size :]
                yield np.concatenate(parts)
                parts, size = [], 0
            parts.append(rest)
            size += rest.shape[0]
    except DecodeError as error:
        raise Unreadable(_DAMAGED) from error
    if size:
        yield np.concatenate(parts)


def mono(path: Path, rate: int, frames: int) -> Iterator[Samples]:
    """As `stereo`, both sides mixed to one, shape (frames,)."""
    for block in stereo(path, rate, frames):
        yield block.mean(axis=1, dtype=np.float32)


def overlapping(path: Path, rate: int, frames: int, margin: int) -> Iterator[Samples]:
    """Pieces of `frames` with `margin` more on either side, zeros beyond the file: piece n starts at n·frames − margin.

    The last piece ends `margin` behind the file's end.
    """
    held = np.zeros(margin, np.float32)
    for block in mono(path, rate, frames):
        held = np.concatenate([held, block])
        while held.size >= frames + 2 * margin:
            yield held[: frames + 2 * margin]
            held = held[frames:]
    held = np.concatenate([held, np.zeros(margin, np.float32)])
    while held.size > 2 * margin:
        yield held[: frames + 2 * margin]
        held = held[frames:]


def seconds_in(path: Path) -> float:
    """How long the file says it is, 0 when it does not say; Unreadable."""
    try:
        with av.open(str(path)) as container:
            return max(float(container.duration or 0) / av.time_base, 0.0)
    except (OSError, av.FFmpegError) as error:
        raise Unreadable(_DAMAGED) from error
