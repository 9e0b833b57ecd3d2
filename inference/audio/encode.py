"""Encoding samples into audio files through FFmpeg's libraries, block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
from av.codec.context import Flags

from inference.engine import Samples

BLOCK = 65_536
"""Frames converted at a time: small enough to stay in the processor's cache."""

FULL_SCALE_24 = 1 << 23

OnProgress = Callable[[float], None]
"""Told the fraction done, 0..1; whatever it raises ends the work."""

_LAYOUTS = {1: "mono", 2: "stereo"}


def write_flac(path: Path, samples: Samples, sample_rate: int, on_progress: OnProgress | None = None) -> None:
    """Write 24-bit FLAC to `path`, replacing it; samples beyond full scale are clipped.

    ValueError when `samples` is not (frames, 1 or 2) or is empty.
    """
    layout = layout_of(samples)
    with av.open(str(path), "w", format="flac") as container:
        # Fixed prediction: FFmpeg's 24-bit linear prediction now and then writes a last frame that no decoder accepts.
        options = {"compression_level": "5", "lpc_type": "fixed"}
        stream = add_audio_stream(container, "flac", sample_rate, layout, "s32", options)
        for start, block in blocks(samples, on_progress):
            container.mux(stream.encode(audio_frame(_integers_24(block), "s32", layout, sample_rate, start)))
        container.mux(stream.encode(None))


def write_mp3(path: Path, samples: Samples, sample_rate: int, on_progress: OnProgress | None = None) -> None:
    """Write MP3 at LAME's best variable bit rate (V0) to `path`, untagged, with the gapless header.

    ValueError as `write_flac`, and for sample rates that MP3 does not know.
    """
    layout = layout_of(samples)
    if sample_rate not in {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000}:
        raise ValueError(f"MP3 has no sample rate of {sample_rate} Hz")
    with av.open(str(path), "w", format="mp3", options={"id3v2_version": "0"}) as container:
        # Level 7 is LAME's quickest psychoacoustic model; V0 spends the bits that this costs.
        stream = add_audio_stream(container, "libmp3lame", sample_rate, layout, "fltp", {"compression_level": "7"})
        stream.codec_context.flags |= Flags.qscale
        stream.codec_context.global_quality = 0
        for start, block in blocks(samples, on_progress):
            container.mux(stream.encode(audio_frame(planar(block), "fltp", layout, sample_rate, start)))
        container.mux(stream.encode(None))


def layout_of(samples: Samples) -> str:
    """FFmpeg's name for the channel layout of `samples`; ValueError when there is none or no audio at all."""
    if samples.ndim != 2 or samples.shape[1] not in _LAYOUTS:
        raise ValueError(f"samples must have the shape (frames, 1 or 2), not {samples.shape}")
    if samples.shape[0] == 0:
        raise ValueError("there are no samples to encode")
    return _LAYOUTS[samples.shape[1]]


def blocks(samples: Samples, on_progress: OnProgress | None = None) -> Iterator[tuple[int, Samples]]:
    """The samples in order, `BLOCK` frames at a time, as views, each with the number of its first frame."""
    for start in range(0, samples.shape[0], BLOCK):
        yield start, samples[start : start + BLOCK]
        if on_progress is not None:
            on_progress(min(1.0, (start + BLOCK) / samples.shape[0]))


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


def _integers_24(block: Samples) -> npt.NDArray[np.int32]:
    """24-bit values in the upper bytes of 32, interleaved, as FFmpeg's packed s32 has them."""
    scaled = np.rint(block * np.float32(FULL_SCALE_24))
    np.clip(scaled, -FULL_SCALE_24, FULL_SCALE_24 - 1, out=scaled)
    integers: npt.NDArray[np.int32] = scaled.astype(np.int32) << 8
    return integers.reshape(1, -1)
