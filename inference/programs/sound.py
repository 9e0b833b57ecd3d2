"""Reading the audio that a program wrote, which may be anything."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np

from inference.engine import EngineError, Samples

_FORMATS = {b"RIFF": "wav", b"fLaC": "flac"}
_SHORTEST_SECONDS = 0.1
_WIDEST_FRAME_BYTES = 16
"""Two channels of 64 bits."""
_HEADERS_BYTES = 10_000_000


def song(folder: Path, name: str, sample_rate: int, longest_seconds: float) -> Samples:
    """The audio of the file `name` in `folder`, stereo at `sample_rate`; EngineError when it is not a song."""
    parts = list(blocks(folder, name, sample_rate, longest_seconds))
    return np.concatenate(parts)


def blocks(folder: Path, name: str, sample_rate: int, longest_seconds: float) -> Iterator[Samples]:
    """As `song`, a block at a time."""
    path = _inside(folder, name)
    most_bytes = int(longest_seconds * 192_000 * _WIDEST_FRAME_BYTES) + _HEADERS_BYTES
    # Opened without waiting: a pipe that nobody writes would be opened for ever.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise _wrong("the file is not there") from error
    frames = 0
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise _wrong("it is not a file")
        if facts.st_size > most_bytes:
            raise _wrong("the file is too large")
        # Named, so that a list of other files is never taken for audio.
        audio_format = _FORMATS.get(file.read(4))
        if audio_format is None:
            raise _wrong("it is neither WAV nor FLAC")
        file.seek(0)
        try:
            for block in _decoded(file, audio_format, sample_rate, longest_seconds):
                if not np.isfinite(block).all():
                    raise _wrong("its samples are no numbers")
                frames += block.shape[0]
                yield block
        except (av.FFmpegError, ValueError, MemoryError) as error:
            raise _wrong("the file is damaged") from error
    if frames < _SHORTEST_SECONDS * sample_rate:
        raise _wrong("there is nothing in it")


def _inside(folder: Path, name: str) -> Path:
    if "\0" in name:
        raise _wrong("its name is impossible")
    try:
        path = (folder / name).resolve()
    except (OSError, RuntimeError) as error:
        raise _wrong("its name is impossible") from error
    if path == folder.resolve() or not path.is_relative_to(folder.resolve()):
        raise _wrong("it is outside the folder that was given")
    return path


def _decoded(file: BinaryIO, audio_format: str, sample_rate: int, longest_seconds: float) -> Iterator[Samples]:
    frames = 0
    with av.open(file, "r", format=audio_format) as container:
        if len(container.streams.audio) != 1:
            raise ValueError("not one stream of audio")
        stream = container.streams.audio[0]
        channels = stream.codec_context.channels
        if channels not in {1, 2}:
            raise _wrong("it is neither mono nor stereo")
        resampler = av.AudioResampler(format="flt", layout="mono" if channels == 1 else "stereo", rate=sample_rate)
        for decoded in container.decode(stream):
            for frame in resampler.resample(decoded):
                frames += frame.samples
                if frames > longest_seconds * sample_rate:
                    raise _wrong("the song is longer than was asked for")
                yield _stereo(frame, channels)
        for frame in resampler.resample(None):
            yield _stereo(frame, channels)


def _stereo(frame: av.AudioFrame, channels: int) -> Samples:
    samples = np.asarray(frame.to_ndarray(), dtype=np.float32).reshape(-1, channels)
    return samples if channels == 2 else np.repeat(samples, 2, axis=1)


def _wrong(reason: str) -> EngineError:
    return EngineError(f"The engine's audio cannot be used: {reason}.", retryable=True)
