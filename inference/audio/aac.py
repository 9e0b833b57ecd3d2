"""AAC-LC packets from samples, with the coder that suits the song."""

from __future__ import annotations

import io
from dataclasses import dataclass

import av
import numpy as np
from scipy import fft
from scipy.signal import windows

from inference.audio.encode import OnProgress, add_audio_stream, audio_frame, blocks, layout_of, planar
from inference.engine import Samples

BIT_RATE = 256_000
"""Of stereo; half of it for mono."""

_WINDOW = 2048
_LOUDEST_TONE = 0.42


@dataclass(frozen=True, slots=True)
class Packet:
    """One AAC frame; `duration` in frames of samples, shorter than the others at the end."""

    data: bytes
    duration: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """A song as AAC."""

    packets: tuple[Packet, ...]
    priming: int
    """How many frames a decoder must drop at the start."""
    file: bytes
    """The same as one fragmented MP4 file, whose `moov` box describes the packets and the priming."""


def encode_aac(samples: Samples, sample_rate: int, on_progress: OnProgress | None = None) -> Encoded:
    """Encode the whole song; ValueError as `write_flac`."""
    layout = layout_of(samples)
    packets: list[Packet] = []
    priming = 0
    file = io.BytesIO()
    # `delay_moov` makes FFmpeg wait for the first packet, whose negative time becomes the edit list.
    flags = {"movflags": "empty_moov+delay_moov+default_base_moof+frag_custom"}
    with av.open(file, "w", format="mp4", options=flags) as container:
        stream = add_audio_stream(container, "aac", sample_rate, layout, "fltp", {"aac_coder": coder(samples)})
        stream.codec_context.bit_rate = BIT_RATE if layout == "stereo" else BIT_RATE // 2

        def take(encoded: list[av.Packet[av.AudioStream]]) -> None:
            nonlocal priming
            for packet in encoded:
                if not packets:
                    priming = max(0, -(packet.pts or 0))
                packets.append(Packet(bytes(packet), packet.duration or 0))
                container.mux(packet)

        for start, block in blocks(samples, on_progress):
            take(stream.encode(audio_frame(planar(block), "fltp", layout, sample_rate, start)))
        take(stream.encode(None))
    return Encoded(tuple(packets), priming, file.getvalue())


def coder(samples: Samples) -> str:
    """FFmpeg's name of the coder to use.

    "fast" quantises everything equally finely: several times quicker and nearer to the master at this bit rate, but the
    coefficient of a tone above about 0.45 of full scale overflows its range, and the tone is distorted.
    """
    return "twoloop" if _has_tone_above(samples, _LOUDEST_TONE) else "fast"


def _has_tone_above(samples: Samples, level: float) -> bool:
    """Whether any frequency reaches `level`, of a full-scale sine, within a window as long as an AAC frame."""
    window = windows.hann(_WINDOW, sym=False).astype(np.float32) * np.float32(4 / _WINDOW)
    for _, block in blocks(samples):
        for channel in block.T:
            # A tone needs samples as high as itself.
            if channel.size < _WINDOW or float(np.abs(channel).max()) < level:
                continue
            frames = np.lib.stride_tricks.sliding_window_view(channel, _WINDOW)[:: _WINDOW // 2]
            if float(np.abs(fft.rfft(frames * window, axis=1)).max()) > level:
                return True
    return False
