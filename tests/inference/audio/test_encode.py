"""Masters are exact to 24 bits, MP3 lasts as long as its song, and tags go on copies only."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from inference.audio.decode import DecodeError, decode, read
from inference.audio.encode import write_flac, write_mp3
from inference.audio.tag import Tags, tagged_copy
from tests.inference.audio.signals import RATE, fade, noise, sine

TAGS = Tags(
    title="Größe 夜",
    artist="Refrain",
    album="Ears",
    genre="Bossa nova",
    date="2026-11-20",
    comment="seed 7",
    cover_jpeg=b"\xff\xd8\xff\xe0 as good as a picture \xff\xd9",
)


def test_a_master_is_exact_to_24_bits(tmp_path: Path) -> None:
    samples = noise(3.21, 0.2)

    write_flac(tmp_path / "master.flac", samples, RATE)

    with av.open(str(tmp_path / "master.flac")) as container:
        values = np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in container.decode(audio=0)])
    assert values.shape == samples.shape
    assert np.abs(values / 2**31 - np.clip(samples, -1, 1)).max() <= 0.5 / 2**23


def test_samples_beyond_full_scale_are_clipped_not_wrapped(tmp_path: Path) -> None:
    samples = np.asarray([[1.5, -1.5]] * 5000, np.float32)

    write_flac(tmp_path / "loud.flac", samples, RATE)

    loud = read(tmp_path / "loud.flac", RATE)
    assert loud[:, 0].min() > 0.999
    assert loud[:, 1].max() < -0.999


@pytest.mark.parametrize("shape", [(0, 2), (100, 3), (100,)])
def test_what_is_no_stereo_audio_is_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="samples"):
        write_flac(tmp_path / "no.flac", np.zeros(shape, np.float32), RATE)

    assert not (tmp_path / "no.flac").exists()


def test_an_mp3_lasts_exactly_as_long_and_sounds_the_same(tmp_path: Path) -> None:
    samples = fade(sine(440, 4.5))

    write_mp3(tmp_path / "track.mp3", samples, RATE)

    heard = read(tmp_path / "track.mp3", RATE)
    assert heard.shape == samples.shape
    assert np.sqrt(np.mean((heard - samples) ** 2)) < 0.005


def test_encoding_stops_where_its_listener_raises(tmp_path: Path) -> None:
    heard: list[float] = []

    def listen(fraction: float) -> None:
        heard.append(fraction)
        if fraction >= 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        write_mp3(tmp_path / "track.mp3", noise(20), RATE, listen)

    assert heard == sorted(heard)
    assert heard[-1] < 0.7


@pytest.mark.parametrize("suffix", [".flac", ".mp3"])
def test_tags_are_read_by_another_library_and_the_source_stays_untouched(tmp_path: Path, suffix: str) -> None:
    source, target = tmp_path / f"source{suffix}", tmp_path / f"download{suffix}"
    samples = sine(440, 2)
    {".flac": write_flac, ".mp3": write_mp3}[suffix](source, samples, RATE)
    before = source.read_bytes()

    tagged_copy(source, target, TAGS)

    with av.open(str(target)) as container:
        metadata = {name.lower(): value for name, value in container.metadata.items()}
        covers = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    expected = {"title": "Größe 夜", "artist": "Refrain", "album": "Ears", "genre": "Bossa nova", "comment": "seed 7"}
    assert {name: metadata[name] for name in expected} == expected
    assert metadata["date"] == "2026-11-20"
    assert covers == [TAGS.cover_jpeg]
    assert source.read_bytes() == before
    assert np.array_equal(read(target, RATE), read(source, RATE)), "the audio is the same"


def test_only_flac_and_mp3_are_tagged(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF")

    with pytest.raises(ValueError, match="only FLAC and MP3"):
        tagged_copy(tmp_path / "a.wav", tmp_path / "b.wav", TAGS)

    assert not (tmp_path / "b.wav").exists()


def test_decoding_resamples_and_makes_stereo(tmp_path: Path) -> None:
    write_flac(tmp_path / "mono.flac", sine(440, 2, rate=48_000)[:, :1], 48_000)

    heard = np.concatenate(list(decode(tmp_path / "mono.flac", RATE)))

    assert heard.shape == (2 * RATE, 2)
    middle = slice(RATE // 2, RATE)
    assert np.abs(heard[middle] - sine(440, 2)[middle]).max() < 0.01


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "does not exist"), (b"", "holds no samples"), (b"no audio" * 99, "holds no samples")],
)
def test_what_cannot_be_decoded_says_why(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "song.flac"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(DecodeError, match=f"song.flac {message}"):
        read(path, RATE)
