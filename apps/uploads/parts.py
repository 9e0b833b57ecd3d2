"""How a file is cut for sending."""

from __future__ import annotations

WHOLE_UP_TO = 8 * 1024**2
"""Files up to this many bytes are sent as one part."""
PART_BYTES = 5 * 1024**2
"""Of each part of a larger file but the last; no S3 service takes smaller ones."""


def part_bytes(size: int) -> int:
    """How long each part of a file of `size` bytes is; the last one may be shorter."""
    return size if size <= WHOLE_UP_TO else PART_BYTES


def part_sizes(size: int) -> list[int]:
    """The length of every part, in order; they add up to `size`."""
    each = part_bytes(size)
    return [min(each, size - start) for start in range(0, size, each)]
