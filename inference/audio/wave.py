"""Writing float32 WAV, which is how a song travels between the stages of one job; `decode` reads it back."""

from __future__ import annotations

import struct
from pathlib import Path
from types import TracebackType

import numpy as np

from inference.engine import Samples

_FLOAT = 3
_MOST_BYTES = 2**32 - 1 - 256


class WaveWriter:
    """Writes float32 WAV as it hears the song; samples are kept exactly, also beyond full scale."""

    def __init__(self, path: Path, sample_rate: int, channels: int) -> None:
        """Replaces `path`."""
        self._rate, self._channels, self._frames = sample_rate, channels, 0
        self._file = path.open("wb")
        self._file.write(self._header())

    def push(self, block: Samples) -> None:
        """Write a block, shape (frames, channels); ValueError when the file would be longer than WAV can be."""
        if (self._frames + block.shape[0]) * self._channels * 4 > _MOST_BYTES:
            raise ValueError("a WAV file holds 4 GB at most")
        if block.shape[1] != self._channels:
            raise ValueError(f"{self._channels} channels were promised, not {block.shape[1]}")
        self._file.write(np.ascontiguousarray(block, dtype="<f4").data)
        self._frames += block.shape[0]

    def close(self) -> None:
        """Finish the file."""
        if not self._file.closed:
            self._file.seek(0)
            self._file.write(self._header())
            self._file.close()

    def __enter__(self) -> WaveWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _header(self) -> bytes:
        frame = 4 * self._channels
        size = self._frames * frame
        form = struct.pack(
            "<4sIHHIIHHH", b"fmt ", 18, _FLOAT, self._channels, self._rate, self._rate * frame, frame, 32, 0
        )
        fact = struct.pack("<4sII", b"fact", 4, self._frames)
        rest = b"WAVE" + form + fact + struct.pack("<4sI", b"data", size)
        return struct.pack("<4sI", b"RIFF", len(rest) + size) + rest


def write_wave(path: Path, samples: Samples, sample_rate: int) -> None:
    """All of `samples`, shape (frames, channels), as a float32 WAV file."""
    with WaveWriter(path, sample_rate, samples.shape[1]) as writer:
        writer.push(samples)
