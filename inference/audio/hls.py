"""One AAC rendition as HLS (RFC 8216) in fragmented MP4 (ISO/IEC 14496-12), with a short first segment."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inference.audio.aac import Packet, encode_aac
from inference.audio.encode import OnProgress
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


def write_hls(folder: Path, samples: Samples, sample_rate: int, on_progress: OnProgress | None = None) -> None:
    """Write `index.m3u8`, `init.mp4` and `000.m4s`… into `folder`, which must exist.

    Each segment starts where the one before ended and begins with a sync sample, so playback is gapless; the edit list
    of the init segment removes the encoder's priming. ValueError as `write_flac`.
    """
    song = encode_aac(samples, sample_rate, on_progress)
    (folder / INIT).write_bytes(_init_segment(song.file))
    seconds: list[float] = []
    for number, segment in enumerate(_segments(song.packets, sample_rate)):
        (folder / _name(number)).write_bytes(_fragment(number + 1, segment))
        presented = segment.duration - (song.priming if number == 0 else 0)
        seconds.append(presented / sample_rate)
    (folder / PLAYLIST).write_text(_playlist(seconds), encoding="ascii")


def _init_segment(file: bytes) -> bytes:
    """The `ftyp` and `moov` boxes of a fragmented file."""
    kept, position = [], 0
    while position + 8 <= len(file):
        size, kind = struct.unpack_from(">I4s", file, position)
        if kind in {b"ftyp", b"moov"}:
            kept.append(file[position : position + size])
        position += size
    return b"".join(kept)


def _segments(packets: tuple[Packet, ...], sample_rate: int) -> Iterator[_Segment]:
    first, start, decode_time = True, 0, 0
    while start < len(packets):
        wanted = FIRST_SECONDS if first else SEGMENT_SECONDS
        stop = start + max(1, round(wanted * sample_rate / packets[0].duration))
        # A crumb at the end would cost a request of its own.
        if len(packets) - stop < sample_rate / packets[0].duration:
            stop = len(packets)
        segment = _Segment(packets[start:stop], decode_time)
        yield segment
        first, start, decode_time = False, stop, decode_time + segment.duration


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
