"""One AAC rendition as HLS (RFC 8216) in fragmented MP4 (ISO/IEC 14496-12), with a short first segment."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path

from inference.audio.aac import FRAME, AacEncoder, Packet, file_header
from inference.audio.encode import channels_of
from inference.audio.streams import OnProgress, blocks
from inference.engine import Samples

PLAYLIST = "index.m3u8"
INIT = "init.mp4"
FIRST_SECONDS = 1.5
"""A player may start after this much has arrived."""
SEGMENT_SECONDS = 4.0

_SYNC_SAMPLE = 0x02000000


@dataclass(frozen=True, slots=True)
class _Segment:
    packets: tuple[Packet, ...]
    start: int
    """Decode time in frames, the encoder's priming included."""

    @property
    def duration(self) -> int:
        return sum(packet.duration for packet in self.packets)


class HlsWriter:
    """Writes `index.m3u8`, `init.mp4` and `000.m4s`… into a folder as it hears the song.

    Each segment starts where the one before ended and begins with a sync sample, so playback is gapless; the edit list
    of the init segment removes the encoder's priming.
    """

    def __init__(self, folder: Path, sample_rate: int, channels: int) -> None:
        """`folder` must exist."""
        self._folder, self._rate, self._channels = folder, sample_rate, channels
        self._encoder = AacEncoder(sample_rate, channels)
        self._packets: list[Packet] = []
        self._decode_time = 0
        self._seconds: list[float] = []

    def push(self, block: Samples) -> None:
        """Encode a block and write the segments that are complete."""
        self._packets += self._encoder.push(block)
        # A crumb at the end would cost a request of its own.
        while len(self._packets) >= self._wanted() + self._rate / FRAME:
            self._write(self._wanted())

    def close(self) -> None:
        """Write the rest and the playlist."""
        self._packets += self._encoder.close()
        while self._packets:
            crumb = len(self._packets) - self._wanted() < self._rate / FRAME
            self._write(len(self._packets) if crumb else self._wanted())
        (self._folder / PLAYLIST).write_text(_playlist(self._seconds), encoding="ascii")

    def _wanted(self) -> int:
        """How many packets the next segment should have."""
        seconds = SEGMENT_SECONDS if self._seconds else FIRST_SECONDS
        return max(1, round(seconds * self._rate / FRAME))

    def _write(self, count: int) -> None:
        segment = _Segment(tuple(self._packets[:count]), self._decode_time)
        del self._packets[:count]
        number = len(self._seconds)
        priming = 0
        if not number:
            priming = max(0, -segment.packets[0].start)
            header = file_header(segment.packets[0], self._rate, self._channels)
            (self._folder / INIT).write_bytes(_init_segment(header))
        (self._folder / _name(number)).write_bytes(_fragment(number + 1, segment))
        self._decode_time += segment.duration
        self._seconds.append((segment.duration - priming) / self._rate)


def write_hls(folder: Path, samples: Samples, sample_rate: int, on_progress: OnProgress | None = None) -> None:
    """Write HLS as `HlsWriter` into `folder`, which must exist; ValueError as `write_flac`."""
    writer = HlsWriter(folder, sample_rate, channels_of(samples))
    for block in blocks(samples, on_progress):
        writer.push(block)
    writer.close()


def _init_segment(file: bytes) -> bytes:
    """The `ftyp` and `moov` boxes of a fragmented file."""
    kept, position = [], 0
    while position + 8 <= len(file):
        size, kind = struct.unpack_from(">I4s", file, position)
        if kind in {b"ftyp", b"moov"}:
            kept.append(file[position : position + size])
        position += size
    return b"".join(kept)


def _fragment(sequence: int, segment: _Segment) -> bytes:
    """A media segment: `styp`, `moof` with one track run, `mdat`."""
    entries = b"".join(struct.pack(">II", packet.duration, len(packet.data)) for packet in segment.packets)

    def moof(data_offset: int) -> bytes:
        # default-base-is-moof, default-sample-flags-present
        tfhd = _box(b"tfhd", struct.pack(">III", 0x020020, 1, _SYNC_SAMPLE))
        tfdt = _box(b"tfdt", struct.pack(">IQ", 0x01000000, segment.start))
        # data-offset, sample-duration and sample-size present
        run = struct.pack(">IIi", 0x000301, len(segment.packets), data_offset) + entries
        mfhd = _box(b"mfhd", struct.pack(">II", 0, sequence))
        return _box(b"moof", mfhd + _box(b"traf", tfhd + tfdt + _box(b"trun", run)))

    head = moof(0)
    body = _box(b"mdat", b"".join(packet.data for packet in segment.packets))
    return _box(b"styp", b"msdh\0\0\0\0msdhmsix") + moof(len(head) + 8) + body


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _playlist(seconds: list[float]) -> str:
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{math.ceil(max(seconds))}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{INIT}"',
    ]
    for number, duration in enumerate(seconds):
        lines += [f"#EXTINF:{duration:.6f},", _name(number)]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def _name(number: int) -> str:
    return f"{number:03d}.m4s"
