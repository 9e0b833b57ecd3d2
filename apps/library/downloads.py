"""Files to take away: the stored audio behind a tag made on the way out, so that masters stay as their hashes say."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from apps.library.archives import Archive, Member
from apps.library.heads import head_of
from apps.library.models import Track, Version
from apps.library.paths import COVER_JPEG, MASTER, MEDIA_TYPES, MP3, prefix_of
from apps.library.signed_heads import signed_or_plain
from apps.library.storage import storage

_BLOCK = 256 * 1024
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


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
    path = MASTER if suffix == "flac" else MP3
    return _headed(f"{_filename(track, version)}.{suffix}", MEDIA_TYPES[f".{suffix}"], track, version, path)


def stem_download(track: Track, version: Version, path: str) -> Download:
    """A stem with tags of its own; FileNotFoundError when it is not stored."""
    name = f"{_filename(track, version)} - {path.rpartition('/')[2]}"
    return _headed(name, MEDIA_TYPES[".flac"], track, version, path)


def file_download(track: Track, version: Version, path: str, media_type: str) -> Download:
    """Another stored file of the version as it is: the MIDI file, the words in time, what was sent."""
    name = f"{prefix_of(version.id)}/{path}"
    folder, _, leaf = path.rpartition("/")
    # what the song itself is written down in needs no name beside the song's
    suffix = f".{leaf.rpartition('.')[2]}" if not folder and leaf.startswith("song.") else f" - {leaf}"
    return Download(f"{_filename(track, version)}{suffix}", media_type, b"", name, 0, storage().size(name))


def stems_download(track: Track, version: Version, paths: Sequence[str]) -> Archive:
    """The stems at `paths` of the version as one ZIP; FileNotFoundError when one is not stored."""
    folder = _filename(track, version)
    stems = [(path, stem_download(track, version, path)) for path in paths]
    members = [Member(f"{folder}/{path.rpartition('/')[2]}", stem.size, stem.blocks) for path, stem in stems]
    return Archive(f"{folder} - stems.zip", members, version.created_at)


def _headed(filename: str, media_type: str, track: Track, version: Version, path: str) -> Download:
    name = f"{prefix_of(version.id)}/{path}"
    with storage().open(name) as file:
        head = head_of(file, path, track, version, _cover(version) if path in {MASTER, MP3} else b"")
    data = signed_or_plain(version, path, head.data)
    size = len(data) + storage().size(name) - head.offset
    return Download(filename, media_type, data, name, head.offset, size)


def _cover(version: Version) -> bytes:
    with storage().open(f"{prefix_of(version.id)}/{COVER_JPEG}") as file:
        return file.read()


def _filename(track: Track, version: Version) -> str:
    """The title as every file system takes it; the number tells versions of a track apart."""
    name = _UNSAFE.sub(" ", unicodedata.normalize("NFC", track.title))
    name = " ".join(name.split()).strip(". ")[:80] or "track"
    return name if version.number == 1 else f"{name} (version {version.number})"


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
