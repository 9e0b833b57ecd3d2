"""Covers from strangers are drawn anew, or left out."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from inference.normalising.picture import redrawn


def png(width: int, height: int, data: bytes) -> bytes:
    """A PNG that claims to be of this size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def test_a_small_picture_keeps_its_size_and_stands_on_white() -> None:
    drawing = io.BytesIO()
    Image.new("RGBA", (60, 40), (0, 0, 0, 0)).save(drawing, "WEBP")

    cover = redrawn(drawing.getvalue())

    assert cover is not None
    with Image.open(io.BytesIO(cover)) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (60, 40), "RGB")
        assert np.asarray(image).min() > 250


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8\xff no picture", b"<svg/>", png(30_000, 30_000, b"\0" * 1000), png(900, 900, b"\0" * 10)],
    ids=["nothing", "only its beginning", "another kind", "a bomb", "too little data"],
)
def test_what_is_no_usable_picture_is_left_out(data: bytes) -> None:
    assert redrawn(data) is None
