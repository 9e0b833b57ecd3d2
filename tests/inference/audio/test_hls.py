"""The stream a player gets: exact, gapless, and quick to start."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from inference.audio.decode import read
from inference.audio.hls import write_hls
from tests.inference.audio.signals import RATE, band, noise, sine


def entries(folder: Path) -> list[tuple[float, str]]:
    """Duration and name of each segment in the playlist."""
    lines = (folder / "index.m3u8").read_text().splitlines()
    return [
        (float(line.removeprefix("#EXTINF:").rstrip(",")), lines[number + 1])
        for number, line in enumerate(lines)
        if line.startswith("#EXTINF:")
    ]


def boxes(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The boxes of an MP4 file, as ISO/IEC 14496-12 has them."""
    position = 0
    while position < len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        yield kind.decode(), data[position + 8 : position + size]
        position += size
    assert position == len(data)


def box(data: bytes, *path: str) -> bytes:
    for kind in path:
        data = next(body for name, body in boxes(data) if name == kind)
    return data


@pytest.mark.parametrize("seconds", [0.5, 1.6, 5.0, 17.3, 61.0])
def test_the_whole_stream_is_the_song(tmp_path: Path, seconds: float) -> None:
    samples = sine(440, seconds)

    write_hls(tmp_path, samples, RATE)

    heard = read(tmp_path / "index.m3u8", RATE)
    # A decoder hands out whole packets: the last may carry up to a packet of silence.
    assert samples.shape[0] <= heard.shape[0] < samples.shape[0] + 1024
    assert np.abs(heard[2048 : samples.shape[0] - 2048] - samples[2048:-2048]).max(initial=0) < 0.01
    assert sum(duration for duration, _ in entries(tmp_path)) == pytest.approx(seconds, abs=1e-4)


def test_the_first_segment_is_short_and_the_playlist_complete(tmp_path: Path) -> None:
    write_hls(tmp_path, noise(30), RATE)

    text = (tmp_path / "index.m3u8").read_text()
    durations = [duration for duration, _ in entries(tmp_path)]
    target = int(text.split("#EXT-X-TARGETDURATION:")[1].split()[0])
    assert 1.0 <= durations[0] <= 2.0
    assert all(3.5 <= duration <= 6.0 for duration in durations[1:-1])
    assert max(round(duration) for duration in durations) <= target <= 6
    assert '#EXT-X-MAP:URI="init.mp4"' in text
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in text
    assert text.endswith("#EXT-X-ENDLIST\n")
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {"index.m3u8", "init.mp4", *(name for _, name in entries(tmp_path))}


def test_each_segment_begins_where_the_one_before_ended(tmp_path: Path) -> None:
    write_hls(tmp_path, noise(20), RATE)

    timescale = struct.unpack_from(">I", box((tmp_path / "init.mp4").read_bytes(), "moov", "trak", "mdia", "mdhd"), 12)[
        0
    ]
    edit = struct.unpack_from(">IIiI", box((tmp_path / "init.mp4").read_bytes(), "moov", "trak", "edts", "elst"), 4)
    expected, priming = 0, edit[2]
    for number, (duration, name) in enumerate(entries(tmp_path)):
        data = (tmp_path / name).read_bytes()
        assert [kind for kind, _ in boxes(data)] == ["styp", "moof", "mdat"]
        (start,) = struct.unpack_from(">Q", box(data, "moof", "traf", "tfdt"), 4)
        run = box(data, "moof", "traf", "trun")
        count, offset = struct.unpack_from(">Ii", run, 4)
        length = sum(struct.unpack_from(">I", run, 12 + 8 * entry)[0] for entry in range(count))
        size = sum(struct.unpack_from(">I", run, 16 + 8 * entry)[0] for entry in range(count))
        assert start == expected
        assert len(box(data, "moof")) + 8 + 8 == offset, "the data offset points into the mdat box"
        assert size == len(box(data, "mdat"))
        presented = length - (priming if number == 0 else 0)
        assert presented / timescale == pytest.approx(duration, abs=1e-6)
        expected += length
    assert timescale == RATE
    assert priming == 1024
    assert expected - priming == 20 * RATE


def test_any_segment_plays_without_those_before(tmp_path: Path) -> None:
    samples = sine(440, 20)
    write_hls(tmp_path, samples, RATE)
    start = sum(duration for duration, _ in entries(tmp_path)[:2])
    alone = tmp_path / "alone.mp4"

    alone.write_bytes((tmp_path / "init.mp4").read_bytes() + (tmp_path / "002.m4s").read_bytes())

    heard = read(alone, RATE)
    assert heard.shape[0] == pytest.approx(entries(tmp_path)[2][0] * RATE, abs=1024)
    first = round(start * RATE)
    middle = slice(RATE, 2 * RATE)
    # FFmpeg drops the priming, a packet long, from whatever it decodes first.
    assert np.abs(heard[middle] - samples[first + 1024 :][middle]).max() < 0.02


@pytest.mark.parametrize("level", [0.2, 0.4, 0.45, 0.6, 0.95])
@pytest.mark.parametrize("frequency", [50, 440, 6000])
def test_a_lone_loud_tone_is_not_distorted(tmp_path: Path, frequency: float, level: float) -> None:
    tone = sine(frequency, 3, level)

    write_hls(tmp_path, tone, RATE)

    wrong = read(tmp_path / "index.m3u8", RATE)[: tone.shape[0]] - tone
    assert 10 * np.log10(np.mean(wrong[2048:-2048] ** 2) / np.mean(tone**2)) < -30


def test_a_lone_loud_tone_within_a_song_is_not_distorted_and_neither_are_its_edges(tmp_path: Path) -> None:
    """There another coder takes over, and gives back."""
    song = band(24, tempo=100, tonic=0, minor=False)
    first, last = 8 * RATE + 500, 15 * RATE + 700
    song[first:last] = sine(220, 7 + 200 / RATE, 0.8)[: last - first]

    write_hls(tmp_path, song, RATE)

    heard = read(tmp_path / "index.m3u8", RATE)[: song.shape[0]]
    wrong = (heard - song)[: song.shape[0] // 4096 * 4096].reshape(-1, 4096 * 2)
    right = song[: song.shape[0] // 4096 * 4096].reshape(-1, 4096 * 2)
    errors = 10 * np.log10((wrong**2).mean(axis=1) / ((right**2).mean(axis=1) + 1e-9))
    tone = errors[-(-first // 4096) + 1 : last // 4096 - 1]
    assert tone.max() < -30
    assert errors[1:-1].max() < -8
