"""Decoding files that the platform wrote itself into stereo samples; what strangers send is decoded elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from inference.engine import Samples


class DecodeError(Exception):
    """The file is missing, is no audio, or is damaged; the message says which."""


def decode(path: Path, sample_rate: int) -> Iterator[Samples]:
    """The audio of `path` as stereo blocks at `sample_rate`, in order; DecodeError when it cannot be read."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise DecodeError(f"{path.name} holds no audio")
            # FFmpeg would make each side of a mono recording 3 dB quieter.
            layout = "mono" if container.streams.audio[0].codec_context.channels == 1 else "stereo"
            resampler = av.AudioResampler(format="flt", layout=layout, rate=sample_rate)
            for decoded in container.decode(audio=0):
                for frame in resampler.resample(decoded):
                    yield _interleaved(frame)
            for frame in resampler.resample(None):
                yield _interleaved(frame)
    except FileNotFoundError as error:
        raise DecodeError(f"{path.name} does not exist") from error
    except av.FFmpegError as error:
        raise DecodeError(f"{path.name} cannot be decoded: {error.strerror}") from error


def read(path: Path, sample_rate: int) -> Samples:
    """All of `path` at once; DecodeError as `decode`, also when there is not a single sample."""
    parts = list(decode(path, sample_rate))
    if not parts:
        raise DecodeError(f"{path.name} holds no samples")
    return np.concatenate(parts)


def _interleaved(frame: av.AudioFrame) -> Samples:
    samples = np.asarray(frame.to_ndarray(), dtype=np.float32).reshape(-1, frame.layout.nb_channels)
    return samples if samples.shape[1] == 2 else np.repeat(samples, 2, axis=1)
