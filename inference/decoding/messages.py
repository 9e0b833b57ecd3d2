"""What the locked child says on its pipe: a kind, a length, and so many bytes."""

from __future__ import annotations

import struct
from enum import Enum

HEADER = struct.Struct("<cI")
BLOCK_FRAMES = 65_536
"""Most stereo frames in one message."""
BYTES_A_FRAME = 8
MOST_PICTURE_BYTES = 10 * 1024**2


class Kind(bytes, Enum):
    """Each message's first byte, in the order in which they come."""

    LOCKED = b"L"
    """Empty; from here on the file is to blame."""
    FACTS = b"F"
    """JSON: the fields of SourceFacts."""
    PICTURE = b"P"
    """The bytes of a cover; left out when there is none."""
    AUDIO = b"A"
    """Interleaved stereo float32, little-endian."""
    END = b"E"
    """Empty; all went well."""
    REFUSED = b"R"
    """JSON: "reason" and "sentence"; instead of anything that would come after LOCKED."""


LONGEST = {
    Kind.LOCKED: 0,
    Kind.FACTS: 32_768,
    Kind.PICTURE: MOST_PICTURE_BYTES,
    Kind.AUDIO: BLOCK_FRAMES * BYTES_A_FRAME,
    Kind.END: 0,
    Kind.REFUSED: 4096,
}
"""Bytes."""
