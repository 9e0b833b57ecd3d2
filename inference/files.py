"""A version's folder: what lies in it, and that nothing is left of one that failed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inference.exports.write import LRC, MIDI, NOTES, SHEET, VTT
from inference.production import ProducedFile, Role

MASTER, MP3, PEAKS, SCORE, HLS = "master.flac", "track.mp3", "peaks.json", "score.json", "hls"
STEMS, QUALITY = "stems", "quality"

_MEDIA_TYPES = {
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mp4": "audio/mp4",
    ".m4s": "audio/mp4",
    ".json": "application/json",
    ".mid": "audio/midi",
    ".musicxml": "application/vnd.recordare.musicxml+xml",
    ".cho": "text/plain; charset=utf-8",
    ".lrc": "text/plain; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
_FOLDERS = {HLS: Role.HLS, STEMS: Role.STEM, QUALITY: Role.QUALITY}
_NAMES = {
    MASTER: Role.MASTER,
    MP3: Role.MP3,
    PEAKS: Role.PEAKS,
    SCORE: Role.SCORE,
    MIDI: Role.MIDI,
    SHEET: Role.SHEET,
    NOTES: Role.SHEET,
    LRC: Role.CAPTIONS,
    VTT: Role.CAPTIONS,
}


@contextmanager
def filling(folder: Path) -> Iterator[None]:
    """`folder`, made when missing, is filled inside the block; when that fails it is removed with all that is in it.

    ValueError when it is not empty to begin with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty")
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def files_of(folder: Path) -> Iterator[ProducedFile]:
    """Every file in `folder`, by name."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        relative = path.relative_to(folder)
        yield ProducedFile(
            role=_FOLDERS[relative.parts[0]] if len(relative.parts) > 1 else _NAMES[relative.name],
            path=relative.as_posix(),
            bytes=path.stat().st_size,
            sha256=digest,
            media_type=_MEDIA_TYPES[path.suffix],
        )
