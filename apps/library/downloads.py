"""Files to take away: the stored audio behind a tag made on the way out, so that masters stay as their hashes say."""

from __future__ import annotations

import asyncio
import io
import re
import struct
import unicodedata
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from mutagen import id3
from mutagen.flac import Picture, VCFLACDict

from apps.library.archives import Archive, Member
from apps.library.models import Track, Version
from apps.library.paths import COVER_JPEG, MASTER, MP3, prefix_of
from apps.library.songs import UPLOAD
from apps.library.storage import storage

_BLOCK = 256 * 1024
_FRONT_COVER = 3
_STREAMINFO, _SEEKTABLE, _COMMENT, _PICTURE, _LAST = 0, 3, 4, 6, 0x80
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says about itself."""

    title: str
    artist: str
    genre: str
    date: datetime
    comment: str
    cover: bytes


@dataclass(frozen=True, slots=True)
class Download:
    """A file to send: `head` first, then the stored file from `offset` on."""

    filename: str
    media_type: str
    head: bytes
    name: str
    offset: int
    size: int
    """Bytes in all."""

    def blocks(self) -> Iterator[bytes]:
        """The bytes, a few at a time."""
        if self.head:
            yield self.head
        with storage().open(self.name) as file:
            file.seek(self.offset)
            left = self.size - len(self.head)
            while left > 0 and (block := file.read(min(_BLOCK, left))):
                left -= len(block)
                yield block


def audio_download(track: Track, version: Version, suffix: str) -> Download:
    """The version as "flac" or "mp3" with the track's title and cover; FileNotFoundError when it is not stored."""
    name = f"{prefix_of(version.id)}/{MASTER if suffix == 'flac' else MP3}"
    tags = _tags(track, version)
    with storage().open(name) as file:
        head, offset = _flac_head(file, tags) if suffix == "flac" else _mp3_head(file, tags)
    return Download(
        filename=f"{_filename(track, version)}.{suffix}",
        media_type="audio/flac" if suffix == "flac" else "audio/mpeg",
        head=head,
        name=name,
        offset=offset,
        size=len(head) + storage().size(name) - offset,
    )


def file_download(track: Track, version: Version, path: str, media_type: str) -> Download:
    """Another stored file of the version as it is: a stem, the MIDI file, the words in time."""
    name = f"{prefix_of(version.id)}/{path}"
    folder, _, leaf = path.rpartition("/")
    # what the song itself is written down in needs no name beside the song's
    suffix = f".{leaf.rpartition('.')[2]}" if not folder and leaf.startswith("song.") else f" - {leaf}"
    return Download(f"{_filename(track, version)}{suffix}", media_type, b"", name, 0, storage().size(name))


def stems_download(track: Track, version: Version, paths: Sequence[str]) -> Archive:
    """The stems at `paths` of the version as one ZIP; FileNotFoundError when one is not stored."""
    prefix = prefix_of(version.id)
    for path in paths:
        storage().size(f"{prefix}/{path}")
    folder = _filename(track, version)
    members = [Member(f"{folder}/{path.rpartition('/')[2]}", f"{prefix}/{path}") for path in paths]
    return Archive(f"{folder} - stems.zip", members, version.created_at)


def _tags(track: Track, version: Version) -> Tags:
    cover = f"{prefix_of(version.id)}/{COVER_JPEG}"
    with storage().open(cover) as file:
        picture = file.read()
    sent = version.operation == UPLOAD
    made = f"Made with {version.engine} {version.engine_version}, seed {version.seed}. {version.licence}"
    return Tags(
        title=track.title,
        # whoever sent a recording need not be who made it
        artist=str((sent and version.understood.get("artist")) or track.owner),
        genre=track.genre,
        date=version.created_at,
        comment="" if sent else made,
        cover=picture,
    )


def _filename(track: Track, version: Version) -> str:
    """The title as every file system takes it; the number tells versions of a track apart."""
    name = _UNSAFE.sub(" ", unicodedata.normalize("NFC", track.title))
    name = " ".join(name.split()).strip(". ")[:80] or "track"
    return name if version.number == 1 else f"{name} (version {version.number})"


def _flac_head(file: IO[bytes], tags: Tags) -> tuple[bytes, int]:
    """Everything before the first frame (RFC 9639, section 8), with our tags, and where the stored frames start."""
    if file.read(4) != b"fLaC":
        raise ValueError("the master is no FLAC file")
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
    kept += [(_COMMENT, _comment(tags)), (_PICTURE, _picture(tags))]
    parts = [b"fLaC"]
    for place, (kind, body) in enumerate(kept):
        flag = _LAST if place == len(kept) - 1 else 0
        parts += [struct.pack(">B", kind | flag), len(body).to_bytes(3, "big"), body]
    return b"".join(parts), offset


def _comment(tags: Tags) -> bytes:
    comment = VCFLACDict()
    for name, value in (
        ("TITLE", tags.title),
        ("ARTIST", tags.artist),
        ("GENRE", tags.genre),
        ("DATE", tags.date.date().isoformat()),
        ("COMMENT", tags.comment),
    ):
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


def _mp3_head(file: IO[bytes], tags: Tags) -> tuple[bytes, int]:
    """An ID3v2.4 tag, and where the stored frames start."""
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
    frames.add(id3.APIC(mime="image/jpeg", type=_FRONT_COVER, desc="", data=tags.cover))
    written = io.BytesIO()
    frames.save(written, v2_version=4)
    return written.getvalue(), _after_id3(file.read(10))


def _after_id3(start: bytes) -> int:
    """Where an ID3v2 tag at the start of a file ends; 0 when there is none."""
    if len(start) < 10 or start[:3] != b"ID3":
        return 0
    size = (start[6] << 21) | (start[7] << 14) | (start[8] << 7) | start[9]
    return 10 + size + (10 if start[5] & 0x10 else 0)


def response_of(download: Download | Archive) -> StreamingHttpResponse:
    """The answer that sends it, with its name in every script (RFC 6266)."""
    headers = {
        "Content-Disposition": content_disposition_header(True, download.filename) or "attachment",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if download.size is not None:
        headers["Content-Length"] = str(download.size)
    return StreamingHttpResponse(_blocks(download), content_type=download.media_type, headers=headers)


async def _blocks(download: Download | Archive) -> AsyncIterator[bytes]:
    """The bytes, read beside the event loop."""
    blocks = download.blocks()
    while (block := await asyncio.to_thread(next, blocks, b"")) != b"":
        yield block
