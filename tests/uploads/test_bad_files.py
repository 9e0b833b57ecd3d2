"""What a file is taken for at the door: by its content, and by no more of it than is needed."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from apps.uploads.headers import Heading, Unreadable, read_heading
from inference.audio.encode import write_flac, write_mp3
from tests.uploads.conftest import RATE, tone, wav, wav_header

MOST_READ = 700 * 1024


@dataclass
class Counted:
    """A file that counts what is read of it."""

    content: bytes
    read_bytes: int = 0
    _at: int = field(default=0)

    def seek(self, offset: int, /) -> int:
        self._at = offset
        return offset

    def read(self, length: int, /) -> bytes:
        found = self.content[self._at : self._at + length]
        self.read_bytes += len(found)
        return found


def heading(content: bytes) -> Heading:
    file = Counted(content)
    try:
        return read_heading(file, len(content))
    finally:
        assert file.read_bytes <= MOST_READ


def taken_for(content: bytes) -> str:
    """The container, or the type of the refusal."""
    try:
        return heading(content).container
    except Unreadable as refused:
        return refused.type


def refusal(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        heading(content)
    assert str(caught.value).endswith(".")
    return caught.value.type


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Three seconds in every format that is taken."""
    folder = tmp_path_factory.mktemp("songs")
    samples = tone(3.0).astype(np.float32) / np.float32(32768)
    write_flac(folder / "song.flac", samples, RATE)
    write_mp3(folder / "song.mp3", samples, RATE)
    made = {kind: (folder / f"song.{kind}").read_bytes() for kind in ("flac", "mp3")}
    return {**made, "wav": wav(3.0)}


def id3(size: int) -> bytes:
    """An ID3v2 tag with nothing but padding."""
    return b"ID3\x04\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)


@pytest.mark.parametrize("kind", ["mp3", "wav", "flac"])
def test_each_format_tells_its_length(songs: dict[str, bytes], kind: str) -> None:
    found = heading(songs[kind])
    assert found.container == kind
    assert found.seconds == pytest.approx(3.0, abs=0.15)


def test_megabytes_of_tags_are_skipped_and_not_read(songs: dict[str, bytes]) -> None:
    assert heading(id3(9 * 1024**2) + songs["mp3"]).container == "mp3"


def test_a_header_that_promises_hours_is_believed(songs: dict[str, bytes]) -> None:
    promised = heading(wav_header(1_500_000_000) + bytes(200_000)).seconds
    assert promised is not None
    assert promised > 3600


@pytest.mark.parametrize(
    "front",
    [
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"<html>",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"OggS",
        b"\0\0\0\x20ftypM4A ",
    ],
)
def test_what_begins_as_something_else_is_that_whatever_follows(songs: dict[str, bytes], front: bytes) -> None:
    assert refusal(front + bytes(500) + songs["mp3"]) in {"not-audio", "unsupported-format"}


def test_whatever_else_comes_is_refused_with_a_reason(songs: dict[str, bytes]) -> None:
    chance = random.Random(7)
    for content in (b"\0", bytes(100_000), chance.randbytes(300_000), b"RIFF", b"fLaC", b"ID3", b"\xff" * 200_000):
        assert taken_for(content) in {"not-audio", "unsupported-format", "damaged", "empty", "wav", "flac"}


def test_a_file_of_nothing_but_beginnings_does_not_make_us_read_it_all() -> None:
    # headers whose frames lead far away, and tags that each name the next
    for content in (
        b"\xff\xfb\xe0\x00" * 2_000_000,
        b"".join(id3(100_000) for _ in range(60)),
        b"RIFF\xff\xff\xff\xffWAVE" + (b"junk" + (200_000).to_bytes(4, "little") + bytes(200_000)) * 40,
    ):
        assert taken_for(content)


def test_a_real_file_object_will_do(songs: dict[str, bytes], tmp_path: Path) -> None:
    assert read_heading(io.BytesIO(songs["flac"]), len(songs["flac"])).container == "flac"
