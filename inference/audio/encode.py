"""Encoding samples into audio files through FFmpeg's libraries, block by block."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
from av.codec.context import Flags

from inference.audio.streams import OnProgress, blocks
from inference.engine import Samples

FULL_SCALE_16, FULL_SCALE_24 = 1 << 15, 1 << 23

_LAYOUTS = {1: "mono", 2: "stereo"}
_MP3_RATES = frozenset({8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000})


class FlacWriter:
    """Writes FLAC as it hears the song; samples beyond full scale are clipped."""

    def __init__(self, path: Path, sample_rate: int, channels: int, *, bits: int = 24) -> None:
        """Replaces `path`; `bits` of a sample are 16 or 24."""
        self._layout, self._bits = layout_of(channels), bits
        self._container = av.open(str(path), "w", format="flac")
        # Fixed prediction: FFmpeg's 24-bit linear prediction now and then writes a last frame that no decoder accepts.
        options = {"compression_level": "5", "lpc_type": "fixed"}
        self._format = "s32" if bits > 16 else "s16"
        self._stream = add_audio_stream(self._container, "flac", sample_rate, self._layout, self._format, options)
        self._frames = 0

    def push(self, block: Samples) -> None:
        """Write a block."""
        values = _integers_24(block) if self._bits > 16 else integers_16(block).reshape(1, -1)
        frame = audio_frame(values, self._format, self._layout, self._stream.codec_context.sample_rate, self._frames)
        self._frames += block.shape[0]
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Finish the file."""
        self._container.mux(self._stream.encode(None))
        self._container.close()


class Mp3Writer:
    """Writes MP3 at LAME's best variable bit rate (V0), untagged, with the gapless header, as it hears the song."""

    def __init__(self, path: Path, sample_rate: int, channels: int) -> None:
        """Replaces `path`; ValueError for sample rates that MP3 does not know."""
        self._layout = layout_of(channels)
        if sample_rate not in _MP3_RATES:
            raise ValueError(f"MP3 has no sample rate of {sample_rate} Hz")
        self._container = av.open(str(path), "w", format="mp3", options={"id3v2_version": "0"})
        # Level 7 is LAME's quickest psychoacoustic model; V0 spends the bits that this costs.
        options = {"compression_level": "7"}
        self._stream = add_audio_stream(self._container, "libmp3lame", sample_rate, self._layout, "fltp", options)
        self._stream.codec_context.flags |= Flags.qscale
        self._stream.codec_context.global_quality = 0
        self._frames = 0

    def push(self, block: Samples) -> None:
        """Write a block."""
        rate = self._stream.codec_context.sample_rate
        frame = audio_frame(planar(block), "fltp", self._layout, rate, self._frames)
        self._frames += block.shape[0]
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Finish the file."""
        self._container.mux(self._stream.encode(None))
        self._container.close()


def write_flac(path: Path, samples: Samples, sample_rate: int, on_progress: OnProgress | None = None) -> None:
    """Write 24-bit FLAC to `path`, replacing it; samples beyond full scale are clipped.

    ValueError when `samples` is not (frames, 1 or 2) or is empty.
    """
    writer = FlacWriter(path, sample_rate, channels_of(samples))
    for block in blocks(samples, on_progress):
        writer.push(block)
    writer.close()


def write_mp3(path: Path, samples: Samples, sample_rate: int, on_progress: OnProgress | None = None) -> None:
    """Write MP3 as `Mp3Writer` to `path`, replacing it; ValueError as `write_flac`, and as `Mp3Writer`."""
    writer = Mp3Writer(path, sample_rate, channels_of(samples))
    for block in blocks(samples, on_progress):
        writer.push(block)
    writer.close()


def channels_of(samples: Samples) -> int:
    """How many channels `samples` have; ValueError when that is not one or two, or when there is no audio at all."""
    if samples.ndim != 2 or samples.shape[1] not in _LAYOUTS:
        raise ValueError(f"samples must have the shape (frames, 1 or 2), not {samples.shape}")
    if samples.shape[0] == 0:
        raise ValueError("there are no samples to encode")
    return int(samples.shape[1])


def layout_of(channels: int) -> str:
    """FFmpeg's name for the layout of so many channels."""
    return _LAYOUTS[channels]


def add_audio_stream(
    container: av.container.OutputContainer,
    codec: str,
    sample_rate: int,
    layout: str,
    sample_format: str,
    options: Mapping[str, str],
) -> av.AudioStream:
    """An audio stream of `container` that takes frames of exactly this rate, layout and sample format."""
    stream = cast(av.AudioStream, container.add_stream(codec, rate=sample_rate, options=dict(options)))
    stream.codec_context.layout = layout
    stream.codec_context.format = sample_format
    return stream


def audio_frame(
    values: npt.NDArray[Any], sample_format: str, layout: str, sample_rate: int, start: int
) -> av.AudioFrame:
    """One block, already laid out as `sample_format` demands, for the encoder; `start` is its first frame."""
    frame = av.AudioFrame.from_ndarray(values, format=sample_format, layout=layout)
    frame.sample_rate = sample_rate
    frame.time_base = Fraction(1, sample_rate)
    frame.pts = start
    return frame


def planar(block: Samples) -> Samples:
    """The block as FFmpeg's planar floats: one contiguous row a channel, within full scale."""
    return np.clip(np.ascontiguousarray(block.T), -1.0, 1.0)


def integers_16(block: Samples) -> npt.NDArray[np.int16]:
    """16-bit values of the same shape."""
    scaled = np.rint(block * np.float32(FULL_SCALE_16))
    np.clip(scaled, -FULL_SCALE_16, FULL_SCALE_16 - 1, out=scaled)
    integers: npt.NDArray[np.int16] = scaled.astype(np.int16)
    return integers


def _integers_24(block: Samples) -> npt.NDArray[np.int32]:
    """24-bit values in the upper bytes of 32, interleaved, as FFmpeg's packed s32 has them."""
    scaled = np.rint(block * np.float32(FULL_SCALE_24))
    np.clip(scaled, -FULL_SCALE_24, FULL_SCALE_24 - 1, out=scaled)
    integers: npt.NDArray[np.int32] = scaled.astype(np.int32) << 8
    return integers.reshape(1, -1)
