"""What a file is by its content, where its audio begins, and how long it says it is; never by its name."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from inference.decoding.model import Reason, Refused

ReadAt = Callable[[int, int], bytes]
"""Offset and length to bytes, fewer at the end of the file."""

_MOST_TAGS = 8
_LARGEST_TAG = 16 * 1024**2
"""Of a leading ID3 tag that is worth reading: text, and a picture of no more than 10 MB."""
_JUNK = 65_536
"""Bytes that may lie between a tag and the first MP3 frame; FFmpeg and players look as far."""
_CHAIN = 3
"""MP3 frames in a row that are no accident."""
_UNKNOWN_BYTES = 0x7FFF0000
"""From here on a wav's length is a placeholder of something that wrote it as a stream."""

_NOT_AUDIO = "This is not an audio file that can be read. Send an MP3, WAV or FLAC file."
_OTHERS = (
    (0, b"OggS", "an Ogg file"),
    (4, b"ftyp", "an MP4 or M4A file"),
    (8, b"AIFF", "an AIFF file"),
    (8, b"AIFC", "an AIFF file"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a WMA file"),
    (0, b"\x1a\x45\xdf\xa3", "a WebM or Matroska file"),
    (0, b"MAC ", "a Monkey's Audio file"),
    (0, b"wvpk", "a WavPack file"),
    (0, b"MThd", "a MIDI file"),
    (0, b"RIFX", "a big-endian WAV file"),
)
"""Offset, magic bytes, and what people call it."""
_FOREIGN = (
    *(b"PK\x03\x04", b"%PDF", b"GIF8", b"\x89PNG", b"\xff\xd8\xff", b"MZ", b"\x7fELF", b"#!", b"<", b"#EXT"),
    *(b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BM", b"ffconcat", b"\xca\xfe\xba\xbe"),
)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A file that may be decoded as `container` ("mp3", "wav", "flac") from the byte `start` on."""

    container: str
    start: int
    claimed_seconds: float | None
    """By its own headers: a wav's data chunk, a FLAC's STREAMINFO, an MP3's Xing or VBRI header."""


def sniff(read_at: ReadAt, size: int) -> Sniffed:
    """What the file is; Refused when it is empty or nothing that is taken.

    A file that begins as something else is refused even when audio follows: what other programs take for a page, an
    archive or a program is not kept as music. Junk before the first MP3 frame, as in a file cut from a stream, passes.
    """
    if size == 0:
        raise Refused(Reason.EMPTY, "This file is empty.")
    start, believable = _after_tags(read_at, size)
    head = read_at(start, 12)
    if head[:4] == b"fLaC":
        return Sniffed("flac", start, _flac_seconds(read_at(start, 42)))
    if head[:4] in {b"RIFF", b"RF64", b"BW64"} and head[8:] == b"WAVE":
        return Sniffed("wav", start, _wav_seconds(read_at, start, size))
    for offset, magic, name in _OTHERS:
        if head[offset : offset + len(magic)] == magic:
            raise Refused(Reason.UNSUPPORTED, f"This is {name}. Send an MP3, WAV or FLAC file.")
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(_FOREIGN):
        raise Refused(Reason.NOT_AUDIO, _NOT_AUDIO)
    found, seconds = _first_frame(read_at, start, size)
    # FFmpeg reads the tags itself, unless there is more of them than any song has or they end nowhere.
    return Sniffed("mp3", 0 if believable and start <= _LARGEST_TAG else found, seconds)


def _after_tags(read_at: ReadAt, size: int) -> tuple[int, bool]:
    """Where the first byte behind leading ID3v2 tags is, and whether they end in the file.

    Of one that does not, only the header is left out.
    """
    place = 0
    for _ in range(_MOST_TAGS):
        head = read_at(place, 10)
        if len(head) < 10 or head[:3] != b"ID3":
            break
        length = 0
        for byte in head[6:]:
            length = length << 7 | byte & 0x7F
        after = place + 10 + length + (10 if head[5] & 0x10 else 0)
        if after >= size:
            return place + 10, False
        place = after
    return place, True


def _first_frame(read_at: ReadAt, start: int, size: int) -> tuple[int, float | None]:
    """Where the first MP3 frame is, and how long its Xing or VBRI header says the file is; Refused without one."""
    window = read_at(start, _JUNK)
    place = window.find(b"\xff")
    while place >= 0:
        if _header(window[place : place + 4]) and _is_chain(read_at, start + place, size):
            return start + place, _mp3_seconds(read_at(start + place, 64))
        place = window.find(b"\xff", place + 1)
    raise Refused(Reason.NOT_AUDIO, _NOT_AUDIO)


@dataclass(frozen=True, slots=True)
class _Header:
    """Of one MPEG audio layer III frame."""

    lsf: bool
    """MPEG 2 or 2.5: one granule instead of two."""
    mono: bool
    sample_rate: int
    length: int
    """Bytes, with this header."""

    @property
    def samples(self) -> int:
        return 576 if self.lsf else 1152


_KBITS = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)


def _header(data: bytes) -> _Header | None:
    if len(data) < 4 or data[0] != 0xFF or data[1] & 0xE6 != 0xE2:
        return None
    version, rate, bits = data[1] >> 3 & 3, data[2] >> 2 & 3, data[2] >> 4
    if version == 1 or rate == 3 or bits in {0, 15}:
        return None
    lsf = version != 3
    sample_rate = (44_100, 48_000, 32_000)[rate] >> (0 if version == 3 else 1 if version == 2 else 2)
    length = (72_000 if lsf else 144_000) * _KBITS[lsf][bits] // sample_rate + (data[2] >> 1 & 1)
    return _Header(lsf, data[3] >> 6 == 3, sample_rate, length)


def _is_chain(read_at: ReadAt, place: int, size: int) -> bool:
    """Whether frames follow each other here, three of them or all to the end of the file."""
    first = _header(read_at(place, 4))
    header = first
    for _ in range(_CHAIN):
        if first is None or header is None or header.sample_rate != first.sample_rate:
            return False
        place += header.length
        if place + 4 > size:
            return place <= size
        header = _header(read_at(place, 4))
    return True


def _mp3_seconds(frame: bytes) -> float | None:
    header = _header(frame)
    assert header is not None
    side = (9 if header.mono else 17) if header.lsf else (17 if header.mono else 32)
    frames = 0
    xing = frame[4 + side : 4 + side + 12]
    if xing[:4] in {b"Xing", b"Info"} and len(xing) == 12 and xing[7] & 1:
        frames = int.from_bytes(xing[8:])
    elif frame[36:40] == b"VBRI":
        frames = int.from_bytes(frame[50:54])
    return frames * header.samples / header.sample_rate if frames else None


def _flac_seconds(head: bytes) -> float | None:
    if len(head) < 26 or head[4] & 0x7F != 0:
        return None
    rate_and_samples = int.from_bytes(head[18:26])
    rate, samples = rate_and_samples >> 44, rate_and_samples & (1 << 36) - 1
    return samples / rate if rate and samples else None


def _wav_seconds(read_at: ReadAt, start: int, size: int) -> float | None:
    place, bytes_a_second, long_data = start + 12, 0, 0
    for _ in range(64):
        head = read_at(place, 8)
        if place >= size or len(head) < 8:
            return None
        name, length = head[:4], int.from_bytes(head[4:], "little")
        if name == b"ds64":
            long_data = int.from_bytes(read_at(place + 16, 8), "little")
        elif name == b"fmt ":
            fmt = read_at(place + 8, 16)
            if len(fmt) == 16:
                rate, _, align = struct.unpack("<IIH", fmt[4:14])
                bytes_a_second = rate * align
        elif name == b"data":
            data = long_data if length == 0xFFFFFFFF else length
            known = bytes_a_second and data and (data < _UNKNOWN_BYTES or long_data)
            return data / bytes_a_second if known else None
        place += 8 + length + length % 2
    return None
