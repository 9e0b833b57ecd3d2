"""Windows of a long recording, read in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from inference.audio.decode import decode
from inference.engine import Samples
from inference.voice.model import SAMPLE_RATE


def windows(path: Path, spans: Iterable[tuple[int, int]]) -> Iterator[Samples]:
    """The frames of each span (first, last + 1), stereo; none begins before the one before.

    Beyond the ends of the recording is silence. DecodeError when it cannot be read.
    """
    blocks = decode(path, SAMPLE_RATE)
    held = np.zeros((0, 2), np.float32)
    offset, ended = 0, False
    for first, last in spans:
        if first > offset:
            gone = min(first - offset, len(held))
            held, offset = held[gone:], offset + gone
        parts, size = [held], len(held)
        while offset + size < last and not ended:
            block = next(blocks, None)
            ended = block is None
            if block is not None:
                skipped = min(max(first - offset - size, 0), len(block)) if size == 0 else 0
                offset += skipped
                parts.append(block[skipped:])
                size += len(block) - skipped
        held = np.concatenate(parts)
        before = np.zeros((max(min(offset, last) - first, 0), 2), np.float32)
        inside = held[max(first - offset, 0) : max(last - offset, 0)]
        after = np.zeros((last - first - len(before) - len(inside), 2), np.float32)
        yield np.concatenate([before, inside, after])


def length(path: Path) -> int:
    """How many frames the recording has."""
    return sum(len(block) for block in decode(path, SAMPLE_RATE))
