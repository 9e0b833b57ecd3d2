"""What a download has before the stored frames: tags made on the way out, so that stored files stay as they are."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO

from mutagen import id3
from mutagen.flac import Picture, VCFLACDict

from apps.library.models import Track, Version
from apps.library.paths import MASTER, MP3
from apps.library.provenance import statement_of
from apps.library.songs import UPLOAD
from inference.provenance import tags as said
from inference.provenance.statement import Statement

_FRONT_COVER = 3
_STREAMINFO, _SEEKTABLE, _COMMENT, _PICTURE, _LAST = 0, 3, 4, 6, 0x80


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says about itself; what is empty is left out."""

    title: str
    date: datetime
    statement: Statement | None
    artist: str = ""
    genre: str = ""
    comment: str = ""
    cover: bytes = field(default=b"", repr=False)
    """A JPEG of 640 x 640 pixels."""


@dataclass(frozen=True, slots=True)
class Head:
    """The bytes to send first, and where the stored file goes on."""

    data: bytes
    offset: int


def song_tags(track: Track, version: Version, cover: bytes) -> Tags:
    """Of the whole song."""
    sent = version.operation == UPLOAD
    made = f"Made with {version.engine} {version.engine_version}, seed {version.seed}. {version.licence}"
    return Tags(
        title=track.title,
        # whoever sent a recording need not be who made it
        artist=str((sent and version.understood.get("artist")) or track.owner),
        genre=track.genre,
        date=version.created_at,
        comment="" if sent else made,
        cover=cover,
        statement=statement_of(version),
    )


def stem_tags(version: Version, path: str) -> Tags:
    """Of one stem, which is named for what sounds in it: a song's new title changes nothing here."""
    title = PurePosixPath(path).stem.replace("_", " ").capitalize()
    return Tags(title, version.created_at, statement_of(version))


def head_of(file: IO[bytes], path: str, track: Track, version: Version, cover: bytes) -> Head:
    """Of the song's FLAC or MP3, or of a stem: `file` is the stored one, which is at `path` in the version's folder."""
    tags = song_tags(track, version, cover) if path in {MASTER, MP3} else stem_tags(version, path)
    return _mp3_head(file, tags) if path == MP3 else _flac_head(file, tags)


def _flac_head(file: IO[bytes], tags: Tags) -> Head:
    """Everything before the first frame (RFC 9639, section 8), with our tags."""
    if file.read(4) != b"fLaC":
        raise ValueError("the stored file is no FLAC file")
    kept: list[tuple[int, bytes]] = []
    last = False
    while not last:
        header = file.read(4)
        kind, last = header[0] & 0x7F, bool(header[0] & _LAST)
        body = file.read(int.from_bytes(header[1:], "big"))
        # seek points count from the first frame, so they stay true
        if kind in {_STREAMINFO, _SEEKTABLE}:
            kept.append((kind, body))
    offset = file.tell()
    kept.append((_COMMENT, _comment(tags)))
    if tags.cover:
        kept.append((_PICTURE, _picture(tags)))
    parts = [b"fLaC"]
    for place, (kind, body) in enumerate(kept):
        flag = _LAST if place == len(kept) - 1 else 0
        parts += [struct.pack(">B", kind | flag), len(body).to_bytes(3, "big"), body]
    return Head(b"".join(parts), offset)


def _comment(tags: Tags) -> bytes:
    comment = VCFLACDict()
    values = {
        "TITLE": tags.title,
        "ARTIST": tags.artist,
        "GENRE": tags.genre,
        "DATE": tags.date.date().isoformat(),
        "COMMENT": tags.comment,
    }
    if tags.statement is not None:
        values |= said.comments(tags.statement, tags.comment)
    for name, value in values.items():
        if value:
            comment[name] = [value]
    written: bytes = comment.write()
    return written


def _picture(tags: Tags) -> bytes:
    picture = Picture()
    picture.type, picture.mime, picture.data = _FRONT_COVER, "image/jpeg", tags.cover
    picture.width = picture.height = 640
    picture.depth = 24
    written: bytes = picture.write()
    return written


def _mp3_head(file: IO[bytes], tags: Tags) -> Head:
    """An ID3v2.4 tag."""
    frames = id3.ID3()
    for frame, value in (
        (id3.TIT2, tags.title),
        (id3.TPE1, tags.artist),
        (id3.TCON, tags.genre),
        (id3.TDRC, tags.date.date().isoformat()),
    ):
        if value:
            frames.add(frame(encoding=id3.Encoding.UTF8, text=value))
    if tags.comment:
        frames.add(id3.COMM(encoding=id3.Encoding.UTF8, lang="eng", desc="", text=tags.comment))
    if tags.statement is not None:
        for said_in in said.id3_frames(tags.statement, tags.comment):
            frames.add(said_in)
    frames.add(id3.APIC(mime="image/jpeg", type=_FRONT_COVER, desc="", data=tags.cover))
    written = io.BytesIO()
    frames.save(written, v2_version=4)
    return Head(written.getvalue(), _after_id3(file.read(10)))


def _after_id3(start: bytes) -> int:
    """Where an ID3v2 tag at the start of a file ends; 0 when there is none."""
    if len(start) < 10 or start[:3] != b"ID3":
        return 0
    size = (start[6] << 21) | (start[7] << 14) | (start[8] << 7) | start[9]
    return 10 + size + (10 if start[5] & 0x10 else 0)
