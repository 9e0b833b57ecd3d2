"""Tagged copies for download; masters and renditions themselves stay untagged, so that their hashes hold."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from mutagen import id3
from mutagen.flac import FLAC, Picture

_FRONT_COVER = 3


@dataclass(frozen=True, slots=True)
class Tags:
    """What a download says about itself; empty fields are left out."""

    title: str
    artist: str = ""
    album: str = ""
    genre: str = ""
    date: str = ""
    """As ISO 8601: "2026" or "2026-11-20"."""
    comment: str = ""
    cover_jpeg: bytes = b""


def tagged_copy(source: Path, target: Path, tags: Tags) -> None:
    """Copy a FLAC or MP3 file to `target` and tag the copy; ValueError for any other suffix of `source`."""
    writers = {".flac": _tag_flac, ".mp3": _tag_mp3}
    writer = writers.get(source.suffix)
    if writer is None:
        raise ValueError(f"only FLAC and MP3 are tagged, not {source.name}")
    shutil.copyfile(source, target)
    writer(target, tags)


def _tag_flac(path: Path, tags: Tags) -> None:
    file = FLAC(path)
    for name in ("title", "artist", "album", "genre", "date", "comment"):
        value = getattr(tags, name)
        if value:
            file[name] = value
    if tags.cover_jpeg:
        picture = Picture()
        picture.type, picture.mime, picture.data = _FRONT_COVER, "image/jpeg", tags.cover_jpeg
        file.add_picture(picture)
    file.save()


def _tag_mp3(path: Path, tags: Tags) -> None:
    header = id3.ID3()
    for frame, value in (
        (id3.TIT2, tags.title),
        (id3.TPE1, tags.artist),
        (id3.TALB, tags.album),
        (id3.TCON, tags.genre),
        (id3.TDRC, tags.date),
    ):
        if value:
            header.add(frame(encoding=id3.Encoding.UTF8, text=value))
    if tags.comment:
        header.add(id3.COMM(encoding=id3.Encoding.UTF8, lang="eng", desc="", text=tags.comment))
    if tags.cover_jpeg:
        header.add(id3.APIC(mime="image/jpeg", type=_FRONT_COVER, desc="", data=tags.cover_jpeg))
    header.save(path, v2_version=4)
