"""The names of a version's files: what may exist, what each is for, and what may be streamed."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from uuid import UUID

VERSIONS, DENIED, WITHDRAWN = "versions", "denied", "withdrawn"

MEDIA_TYPES = {
    ".flac": "audio/flac",
    ".wav": "audio/wav",
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
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}

HLS = "hls/index.m3u8"
MP3 = "track.mp3"
MASTER = "master.flac"
PEAKS = "peaks.json"
SCORE = "score.json"
MIDI = "song.mid"
SHEET = "song.cho"
NOTES = "song.musicxml"
LRC = "song.lrc"
VTT = "song.vtt"
COVER = "cover.webp"
COVER_SMALL = "cover-small.webp"
COVER_JPEG = "cover.jpg"
CARD = "quality/card.json"

_ROLES = {
    MASTER: "master",
    MP3: "mp3",
    PEAKS: "peaks",
    SCORE: "score",
    MIDI: "midi",
    SHEET: "sheet",
    NOTES: "sheet",
    LRC: "captions",
    VTT: "captions",
    COVER: "cover",
    COVER_SMALL: "cover",
    COVER_JPEG: "cover",
}
_ORIGINAL = re.compile(r"original\.(flac|mp3|wav)")
_HLS = re.compile(r"hls/(index\.m3u8|init\.mp4|\d{3,5}\.m4s)")
_STEM = re.compile(r"stems/[a-z0-9][a-z0-9_-]{0,39}\.flac")
_QUALITY = re.compile(r"quality/(card\.json|[a-z0-9][a-z0-9_-]{0,39}\.(png|svg))")
_STREAMED = frozenset({"mp3", "hls", "peaks", "cover"})


def role_of(path: PurePosixPath) -> str:
    """What a file of a version is for, by its path relative to the version; ValueError when there is no such file."""
    name = path.as_posix()
    if name in _ROLES:
        return _ROLES[name]
    if _HLS.fullmatch(name):
        return "hls"
    if _STEM.fullmatch(name):
        return "stem"
    if _ORIGINAL.fullmatch(name):
        return "original"
    if _QUALITY.fullmatch(name):
        return "quality"
    raise ValueError(f"{name!r} is no file of a version")


def streamed(path: str) -> bool:
    """Whether the edge serves this file to whoever may listen; masters, stems and scores are downloads."""
    try:
        return role_of(PurePosixPath(path)) in _STREAMED and PurePosixPath(path).as_posix() == path
    except ValueError:
        return False


def prefix_of(version_id: UUID) -> str:
    """The folder of a version in the storage."""
    return f"{VERSIONS}/{version_id}"


def denied_mark(version_id: UUID) -> str:
    """The file whose presence makes the edge answer 410 for a version."""
    return f"{DENIED}/{version_id}"


def withdrawn_mark(version_id: UUID) -> str:
    """The file whose presence makes the edge refuse everybody's URL of a version; a listener's own still works."""
    return f"{WITHDRAWN}/{version_id}"
