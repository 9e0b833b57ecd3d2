"""AAC-LC packets from samples, with the coder that suits each moment of the song."""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.signal import windows

from inference.audio.encode import add_audio_stream, audio_frame, layout_of, planar
from inference.engine import Samples

BIT_RATE = 256_000
"""Of stereo; half of it for mono."""
FRAME = 1024
"""Samples that a packet adds to those before."""

# At this bit rate there are bits enough for every band: none is replaced by noise or by its neighbour's shape.
_TOOLS = {"aac_pns": "0", "aac_is": "0", "aac_tns": "0"}
_FAST, _THOROUGH = "fast", "twoloop"
_WINDOW = 2 * FRAME
_LOUDEST_TONE = 0.42
_FINEST = 8191
"""The largest number that a coefficient can be written as."""
_HELD = 8
"""Packets that stay here until it is certain which coder writes what they sound with."""
_BEFORE, _BACK = 6, 4
"""Frames before a block that are looked at with it, and from which on its coder is used: windows reach across."""
_WARMING = 10
"""Frames that a coder hears before its first packet counts."""

_Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Packet:
    """One AAC frame; `duration` in frames of samples, shorter than the others at the end."""

    data: bytes
    duration: int
    start: int
    """When it sounds, in frames of samples; below zero for the priming, which a decoder must drop."""


class AacEncoder:
    """Encodes a song as it hears it, in blocks of many AAC frames.

    FFmpeg's "fast" coder quantises everything equally finely: several times quicker than "twoloop" and nearer to the
    master at this bit rate. But where little else sounds beside a loud tone it quantises so finely that the tone's
    coefficient overflows, and the tone is distorted; there "twoloop" takes over. Both cut the song into the same
    windows, so that their packets can stand side by side.
    """

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate, self._layout = sample_rate, layout_of(channels)
        self._coder = _FAST
        self._run = _Run(self._coder, sample_rate, self._layout, 0)
        self._held: list[Packet] = []
        self._frames = 0
        self._recent = np.zeros((0, channels), np.float32)

    def push(self, block: Samples) -> list[Packet]:
        """Hear a block and return what is certain by now, in order."""
        heard = np.concatenate([self._recent, block])
        first = max(0, self._recent.shape[0] - _BEFORE * FRAME)
        coder = _THOROUGH if _overflows(heard[first:], _bits_of_a_frame(self._rate, heard.shape[1])) else _FAST
        if coder != self._coder:
            self._change(coder)
        self._held += self._run.encode(block)
        self._frames += block.shape[0]
        self._recent = heard[-(_BACK + _WARMING + 1) * FRAME :].copy()
        certain = max(0, len(self._held) - _HELD)
        ready, self._held = self._held[:certain], self._held[certain:]
        return ready

    def close(self) -> list[Packet]:
        """The rest."""
        return [*self._held, *self._run.end()]

    def _change(self, coder: str) -> None:
        """Go on with another coder, which first hears again what came last."""
        turn = (self._frames // FRAME - _BACK) * FRAME
        begin = max(0, turn - _WARMING * FRAME)
        self._coder, self._run = coder, _Run(coder, self._rate, self._layout, begin)
        kept = [packet for packet in self._held if packet.start < turn]
        again = self._run.encode(self._recent[begin - self._frames :]) if self._frames else []
        self._held = [*kept, *(packet for packet in again if packet.start >= turn)]


class _Run:
    """An encoder, from the frame `start` on."""

    def __init__(self, coder: str, sample_rate: int, layout: str, start: int) -> None:
        self._layout, self._frames = layout, start
        context = av.CodecContext.create("aac", "w")
        assert isinstance(context, av.AudioCodecContext)
        context.sample_rate, context.layout, context.format = sample_rate, layout, "fltp"
        context.bit_rate = BIT_RATE if layout == "stereo" else BIT_RATE // 2
        context.time_base = Fraction(1, sample_rate)
        context.options = {"aac_coder": coder} | _TOOLS
        self._context = context

    def encode(self, block: Samples) -> list[Packet]:
        """Packets that are complete."""
        rate = self._context.sample_rate
        frame = audio_frame(planar(block), "fltp", self._layout, rate, self._frames)
        self._frames += block.shape[0]
        return [_packet(each) for each in self._context.encode(frame)]

    def end(self) -> list[Packet]:
        """The last ones."""
        return [_packet(each) for each in self._context.encode(None)]


def _packet(packet: av.Packet[av.AudioStream]) -> Packet:
    return Packet(bytes(packet), packet.duration or 0, packet.pts or 0)


def file_header(first: Packet, sample_rate: int, channels: int) -> bytes:
    """The `ftyp` and `moov` boxes of a fragmented MP4 file whose first packet is `first`, and what follows them."""
    file = io.BytesIO()
    # `delay_moov` makes FFmpeg wait for the first packet, whose negative time becomes the edit list.
    flags = {"movflags": "empty_moov+delay_moov+default_base_moof+frag_custom"}
    with av.open(file, "w", format="mp4", options=flags) as container:
        stream = add_audio_stream(container, "aac", sample_rate, layout_of(channels), "fltp", {})
        stream.codec_context.bit_rate = BIT_RATE // (2 if channels == 1 else 1)
        container.start_encoding()
        packet = av.Packet(first.data)
        packet.stream, packet.time_base = stream, Fraction(1, sample_rate)
        packet.pts = packet.dts = first.start
        packet.duration, packet.is_keyframe = first.duration, True
        container.mux(packet)
    return file.getvalue()


def _bits_of_a_frame(sample_rate: int, channels: int) -> float:
    return BIT_RATE / 2 * channels * FRAME / sample_rate


def _overflows(samples: Samples, bits: float) -> bool:
    """Whether, anywhere, a loud tone stands so alone that "fast", which has `bits` for a frame, overflows."""
    # A tone needs samples as high as itself.
    if samples.shape[0] < _WINDOW or float(np.abs(samples).max()) < _LOUDEST_TONE:
        return False
    sides = [_spectra(channel) for channel in samples.T]
    loudest = np.max([side.max(axis=1) for side in sides], axis=0)
    loud = loudest > _LOUDEST_TONE
    if not loud.any():
        return False
    needed = _bits([side[loud] for side in sides], loudest[loud])
    if len(sides) == 2:
        left, right = samples.T
        halves = [_spectra((left + right) / 2)[loud], _spectra((left - right) / 2)[loud]]
        needed = np.minimum(needed, _bits(halves, loudest[loud]))
    return bool((needed < bits).any())


def _spectra(channel: _Floats) -> _Floats:
    """Magnitudes, of a full-scale sine, within windows as long as those of AAC."""
    window = windows.hann(_WINDOW, sym=False).astype(np.float32) * np.float32(4 / _WINDOW)
    frames = np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(channel), _WINDOW)[::FRAME]
    return np.abs(np.asarray(fft.rfft(frames * window, axis=1), np.complex64))


def _bits(sides: list[_Floats], loudest: _Floats) -> _Floats:
    """About how many bits each frame needs when its loudest tone is written as the largest number there is.

    AAC writes the power 3/4 of a coefficient (ISO/IEC 14496-3, 4.6.1).
    """
    numbers = [_FINEST * (side / loudest[:, None]) ** 0.75 for side in sides]
    return np.asarray(np.sum([np.log2(1 + 2 * number).sum(axis=1) for number in numbers], axis=0), np.float32)
