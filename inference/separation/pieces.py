"""Long songs in overlapping pieces that are faded into each other, so that memory does not grow with length."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from inference.audio.decode import decode
from inference.audio.wave import WaveWriter
from inference.engine import Samples
from inference.separation.model import ACCOMPANIMENT, RATE, SEPARATING, VOCALS, Report, Split
from inference.separation.presence import Company, only_a_voice


def pieces(source: Path, frames: int, length: int, overlap: int) -> Iterator[Samples]:
    """The song in equal pieces of at most `length` frames, each sharing `overlap` with the next."""
    edges = bounds(frames, length, overlap)
    held = np.zeros((0, 2), np.float32)
    start = 0
    blocks = decode(source, RATE)
    for first, last in edges:
        parts = [held[first - start :]]
        have = parts[0].shape[0]
        while have < last - first and (block := next(blocks, None)) is not None:
            parts.append(block)
            have += block.shape[0]
        held, start = np.concatenate(parts), first
        yield held[: last - first]


def bounds(frames: int, length: int, overlap: int) -> list[tuple[int, int]]:
    """Where the pieces begin and end."""
    count = max(1, math.ceil((frames - overlap) / (length - overlap)))
    step = (frames - overlap) / count if count > 1 else frames
    starts = [round(number * step) for number in range(count)]
    return [(start, min(frames, round((number + 1) * step) + overlap)) for number, start in enumerate(starts)]


def split_pieces(
    source: Path,
    frames: int,
    folder: Path,
    split: Split,
    length: int,
    overlap: int,
    company: Company,
    share: float,
    report: Report,
) -> None:
    """Write both files from what `split` finds in each piece, telling `company`; reports from `share` to 1.

    A piece with nothing but a voice is not split. `report` is told after every piece, and may be told within one by
    `split` itself.
    """
    edges = bounds(frames, length, overlap)
    fade = (0.5 - 0.5 * np.cos(np.pi * (np.arange(overlap) + 0.5) / overlap)).astype(np.float32)[:, None]
    tail: Samples | None = None
    with ExitStack() as open_files:
        writers = [open_files.enter_context(WaveWriter(folder / name, RATE, 2)) for name in (VOCALS, ACCOMPANIMENT)]
        for number, (piece, (first, _)) in enumerate(zip(pieces(source, frames, length, overlap), edges, strict=True)):
            report(SEPARATING, share + (1 - share) * number / len(edges))
            alone = only_a_voice(piece)
            found = piece.copy() if alone else split(piece).astype(np.float32, copy=False)
            if tail is not None:
                found[:overlap] = fade * found[:overlap] + (1 - fade) * tail
            done = piece.shape[0]
            if number + 1 < len(edges):
                done = edges[number + 1][0] - first
                tail = found[done : done + overlap].copy()
            for writer, block in zip(writers, (found[:done], piece[:done] - found[:done]), strict=True):
                writer.push(block)
            company.add(piece[:done], found[:done], alone=alone)
    report(SEPARATING, 1.0)
