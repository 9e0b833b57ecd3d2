"""A FLAC whose metadata cannot be read: its sound is found without it."""

from __future__ import annotations

from collections.abc import Iterator

from inference.decoding.sniffing import ReadAt

_STREAMINFO = slice(8, 42)
_WINDOW = 1024**2
_LONGEST_HEADER = 16
_SYNCS = (b"\xff\xf8", b"\xff\xf9")
"""Fixed and variable block size."""


def without_metadata(read_at: ReadAt, start: int, size: int) -> tuple[bytes, int] | None:
    """A beginning with nothing but STREAMINFO, and where the first frame is that belongs behind it.

    None when STREAMINFO itself is not where it must be, or there is no frame.
    """
    head = read_at(start, 42)
    if len(head) < 42 or head[:8] != b"fLaC\0\0\0\x22":
        return None
    for place in _syncs(read_at, start + 42, size):
        if _is_header(read_at(place, _LONGEST_HEADER)):
            return b"fLaC\x80\0\0\x22" + head[_STREAMINFO], place
    return None


def _syncs(read_at: ReadAt, start: int, size: int) -> Iterator[int]:
    for base in range(start, size, _WINDOW):
        # Two windows share a byte, so that no pair is cut in half.
        window = read_at(base, _WINDOW + 1)
        place = window.find(b"\xff")
        while place >= 0:
            if window[place : place + 2] in _SYNCS:
                yield base + place
            place = window.find(b"\xff", place + 1)


def _is_header(data: bytes) -> bool:
    """Whether a frame's header is here, by its checksum (RFC 9639, section 9.1)."""
    if len(data) < _LONGEST_HEADER:
        return False
    block, rate = data[2] >> 4, data[2] & 15
    length = 4 + _coded_number(data[4]) + {6: 1, 7: 2}.get(block, 0) + {12: 1, 13: 2, 14: 2}.get(rate, 0)
    return block != 0 and rate != 15 and not data[3] & 1 and crc8(data[:length]) == data[length]


def _coded_number(first: int) -> int:
    """Bytes of a number coded as UTF-8 codes characters."""
    ones = next((bit for bit in range(8) if not first & 0x80 >> bit), 8)
    return max(1, min(ones, 7))


def crc8(data: bytes) -> int:
    """With the polynomial x^8 + x^2 + x + 1, from zero."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value << 1 ^ (0x07 if value & 0x80 else 0)) & 0xFF
    return value
