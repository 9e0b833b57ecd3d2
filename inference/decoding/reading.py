"""The file itself, as FFmpeg reads it: one demuxer, the few decoders that belong to it, and nothing else."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Any, TypeAlias, cast

import av
from av.audio.stream import AudioStream

from inference.decoding.checking import TAGS, clean
from inference.decoding.flac import without_metadata
from inference.decoding.messages import MOST_PICTURE_BYTES
from inference.decoding.mixing import MOST_CHANNELS
from inference.decoding.model import Reason, Refused, SourceFacts
from inference.decoding.sniffing import Sniffed

_Packet: TypeAlias = "av.Packet[Any]"

LOWEST_RATE, HIGHEST_RATE = 4000, 384_000
_PCM = ("u8", "s8", "s16le", "s24le", "s32le", "s64le", "f32le", "f64le", "alaw", "mulaw")
CODECS = {"mp3": ("mp3float",), "flac": ("flac",), "wav": tuple(f"pcm_{name}" for name in _PCM)}
"""The decoders that are tried, by container."""
NO_SOUND = "This file is damaged: no sound can be read from it."
_READ_BYTES = 262_144
_BAD = (
    av.error.InvalidDataError,
    av.error.EOFError,
    av.error.ArgumentError,
    av.error.PatchWelcomeError,
    av.error.BugError,
)
"""What FFmpeg says of files that it cannot make anything of."""


class Input(io.RawIOBase):
    """`head`, and behind it descriptor 0 from `start` on, as one file."""

    def __init__(self, start: int, head: bytes = b"") -> None:
        super().__init__()
        self._head = head
        self._base = start - len(head)
        self._size = os.lseek(0, 0, os.SEEK_END) - self._base
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        place = self._place
        wanted = _READ_BYTES if size < 0 else size
        data = self._head[place : place + wanted] or read_at(self._base + place, wanted)
        self._place += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place


def read_at(offset: int, length: int) -> bytes:
    """Bytes of descriptor 0."""
    os.lseek(0, offset, os.SEEK_SET)
    return os.read(0, length)


def opened(sniffed: Sniffed, size: int) -> av.container.InputContainer:
    """The file, if need be without its metadata; Refused when FFmpeg makes nothing of it, MemoryError for a bomb."""
    with suppress(*_BAD):
        return open_as(Input(sniffed.start), sniffed.container)
    rest = without_metadata(read_at, sniffed.start, size) if sniffed.container == "flac" else None
    if rest is not None:
        head, start = rest
        with suppress(*_BAD):
            return open_as(Input(start, head), "flac")
    raise Refused(Reason.DAMAGED, NO_SOUND)


def open_as(file: io.RawIOBase | io.BytesIO, container: str) -> av.container.InputContainer:
    """With the one demuxer and the few decoders for `container`; nothing in the file can make FFmpeg use another."""
    options = {"codec_whitelist": ",".join(CODECS[container]), "protocol_whitelist": "none"}
    return cast(
        av.container.InputContainer,
        av.open(file, format=container, container_options=options, metadata_errors="replace", buffer_size=_READ_BYTES),
    )


def audio_stream(container: av.container.InputContainer, kind: str) -> AudioStream:
    """The sound of a container of this kind; Refused when it is none that can be decoded."""
    if not container.streams.audio:
        raise Refused(Reason.DAMAGED, NO_SOUND)
    stream = container.streams.audio[0]
    # None when FFmpeg has no name for the format either.
    context = cast("av.AudioCodecContext | None", stream.codec_context)
    if context is None or context.codec.name not in CODECS[kind]:
        name = kind.upper()
        raise Refused(Reason.UNSUPPORTED, f"The sound in this {name} file is in a format that cannot be read here.")
    if context.channels > MOST_CHANNELS:
        raise Refused(Reason.UNSUPPORTED, f"This file has {context.channels} channels; up to {MOST_CHANNELS} are read.")
    if not LOWEST_RATE <= context.sample_rate <= HIGHEST_RATE:
        raise Refused(Reason.UNSUPPORTED, f"A sample rate of {context.sample_rate} Hz cannot be read here.")
    context.thread_count = 1
    if kind == "flac":
        # A frame with a wrong checksum would come out as a burst of noise.
        context.options = {"err_detect": "crccheck+explode"}
    return stream


def facts_of(container: av.container.InputContainer, stream: AudioStream, sniffed: Sniffed) -> SourceFacts:
    """What the file and its headers say."""
    tags: dict[str, str] = {}
    for name, value in {**stream.metadata, **container.metadata}.items():
        known = name.lower()
        if known in TAGS and known not in tags and (text := clean(value)):
            tags[known] = text
    context = stream.codec_context
    return SourceFacts(
        sniffed.container, context.codec.name, context.sample_rate, context.channels, sniffed.claimed_seconds, tags
    )


def contents(container: av.container.InputContainer, stream: AudioStream) -> tuple[bytes, Iterator[_Packet]]:
    """The bytes of the first cover, empty without one, and the packets of sound; FFmpeg hands out covers first."""
    packets = _packets(container)
    cover = b""
    for packet in packets:
        if packet.stream is stream:
            return cover, chain([packet], (packet for packet in packets if packet.stream is stream))
        if not cover and packet.size <= MOST_PICTURE_BYTES:
            cover = bytes(packet)
    return cover, iter(())


def _packets(container: av.container.InputContainer) -> Iterator[_Packet]:
    packets = container.demux()
    while True:
        try:
            yield next(packets)
        except (StopIteration, *_BAD):
            return


def frames_of(packets: Iterator[_Packet]) -> Iterator[av.AudioFrame]:
    """What can be decoded; a damaged packet is left out, as players do."""
    for packet in packets:
        with suppress(*_BAD):
            yield from cast("list[av.AudioFrame]", packet.decode())
