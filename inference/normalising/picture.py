"""A cover from a stranger's file, drawn anew by a child that can do nothing else."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

from inference.decoding.lock import lock

LARGEST = 1000
"""Pixels of either side of what comes out."""

_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; sys.path.append(sys.argv[1]); from inference.normalising.picture import main; main(sys.argv[2])"
_KINDS = ("JPEG", "PNG", "GIF", "WEBP")
_SECONDS = 20.0
_CPU_SECONDS = 8.0
_MEMORY_BYTES = 256 * 1024**2
_MOST_PIXELS = 40_000_000
_MOST_BYTES = 4 * 1024**2
_QUALITY = 88

_log = logging.getLogger(__name__)


def redrawn(picture: bytes) -> bytes | None:
    """The picture as a JPEG of at most 1000 x 1000 pixels; None when it is none, or too costly to look at."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _START, str(_ROOT), str(os.getpid())],
            input=picture,
            capture_output=True,
            cwd="/",
            env={"LC_ALL": "C.UTF-8"},
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.warning("a cover could not be looked at: %s", type(error).__name__)
        return None
    if done.returncode or not done.stdout.startswith(b"\xff\xd8\xff") or len(done.stdout) > _MOST_BYTES:
        _log.info("a cover was left out (%s)", done.returncode)
        return None
    return done.stdout


def main(parent: str) -> None:
    """Read a picture from the standard input and write a JPEG to the standard output."""
    # Everything is imported before no file can be opened any more.
    Image.init()
    _jpeg(Image.new("P", (2, 2)))
    lock(memory_bytes=_MEMORY_BYTES, cpu_seconds=_CPU_SECONDS, parent=int(parent))
    with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=_KINDS) as image:
        if image.width * image.height > _MOST_PIXELS:
            raise SystemExit(3)
        image.draft("RGB", (LARGEST, LARGEST))
        drawn = _jpeg(image)
    sys.stdout.buffer.write(drawn)
    sys.stdout.buffer.flush()


def _jpeg(image: Image.Image) -> bytes:
    """On white where it is transparent, and without anything that is written beside the picture."""
    shown = image.convert("RGBA")
    shown.thumbnail((LARGEST, LARGEST))
    paper = Image.new("RGBA", shown.size, "white")
    target = io.BytesIO()
    Image.alpha_composite(paper, shown).convert("RGB").save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()
