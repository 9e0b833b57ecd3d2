"""From a stranger's file to every file of a version: the same sound, the same length, and nothing left of a failure."""

from __future__ import annotations

import hashlib
import io
import shutil
import threading
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from mutagen.id3 import APIC, ID3, TIT2
from PIL import Image

from bench.harness.recordings import wav
from inference.audio.decode import read
from inference.audio.encode import write_flac, write_mp3
from inference.decoding.model import Limits, Reason, Refused
from inference.engine import Cancelled, Samples
from inference.normalising.model import Normalised
from inference.normalising.normalise import NoSpace, normalise
from inference.production import Role
from tests.inference.audio.signals import RATE, band, noise, sine

QUARTER = sine(440, 0.25, 0.3)


def normalised(tmp_path: Path, data: bytes) -> tuple[Normalised, Path]:
    source, folder = tmp_path / "upload", tmp_path / "version"
    source.write_bytes(data)
    return normalise(source, folder, report=lambda stage, fraction: None), folder


SQUARE = np.sign(sine(100, 1.0, phase=0.1))


@pytest.mark.parametrize(
    ("samples", "silent"),
    [
        (QUARTER[: RATE // 5], False),
        (np.zeros((RATE, 2), np.float32), True),
        (sine(300, 1.0)[:, :1], False),
        (np.full((RATE, 2), 0.25, np.float32), False),
        (SQUARE, False),
        (band(5, tempo=120, tonic=4, minor=True), False),
    ],
    ids=["a fifth of a second", "silence", "mono", "a constant", "full-scale square", "band"],
)
def test_every_rendition_lasts_as_long_as_the_file(tmp_path: Path, samples: Samples, silent: bool) -> None:  # noqa: FBT001
    result, folder = normalised(tmp_path, wav(samples, RATE))

    frames = samples.shape[0]
    assert read(folder / "master.flac", RATE).shape == (frames, 2)
    assert read(folder / "track.mp3", RATE).shape == (frames, 2)
    assert frames <= read(folder / "hls/index.m3u8", RATE).shape[0] < frames + 1024
    assert result.measured.seconds == frames / RATE
    assert result.measured.true_peak_dbtp is None if silent else result.measured.true_peak_dbtp is not None
    assert silent <= (result.measured.loudness_lufs is None)
    assert {file.path: file.sha256 for file in result.files} == {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert {file.role for file in result.files} == {Role.MASTER, Role.MP3, Role.HLS, Role.PEAKS}


def test_the_master_is_the_file_to_the_bit_and_any_lossless_wrapper_has_its_hash(tmp_path: Path) -> None:
    values = np.rint(noise(3, 0.2) * 32_767).clip(-32_768, 32_767).astype("<i2")
    samples = (values / np.float32(32_768)).astype(np.float32)
    write_flac(tmp_path / "wrapped.flac", samples, RATE)
    (tmp_path / "b").mkdir()

    plain, folder = normalised(tmp_path, wav((values / np.float64(32_767)).astype(np.float32), RATE))
    wrapped, _ = normalised(tmp_path / "b", (tmp_path / "wrapped.flac").read_bytes())

    assert np.array_equal(read(folder / "master.flac", RATE), samples)
    assert plain.audio_sha256 == wrapped.audio_sha256 == hashlib.sha256(values.tobytes()).hexdigest()
    assert plain.overs == 0
    assert (folder / "master.flac").stat().st_size < 1.1 * values.nbytes, "16 bits take no room for 24"


def test_the_loudness_of_a_quiet_file_is_left_alone_and_24_bits_are_kept(tmp_path: Path) -> None:
    samples = sine(440, 3, 10 ** (-40 / 20))

    result, folder = normalised(tmp_path, wav(samples, RATE, "s24"))

    assert np.abs(read(folder / "master.flac", RATE) - samples).max() <= 2.0**-23
    assert result.measured.loudness_lufs == pytest.approx(-40, abs=1)


def test_what_lies_beyond_full_scale_is_turned_down_just_there_and_told(tmp_path: Path) -> None:
    samples = sine(440, 4, 0.5)
    samples[2 * RATE : 2 * RATE + RATE // 10] *= 5

    result, folder = normalised(tmp_path, wav(samples, RATE, "f32"))

    master = read(folder / "master.flac", RATE)
    assert result.overs > 1000
    assert np.abs(master[: 19 * RATE // 10] - samples[: 19 * RATE // 10]).max() <= 2.0**-23
    assert np.abs(master[22 * RATE // 10 :] - samples[22 * RATE // 10 :]).max() <= 2.0**-23
    loud = master[2 * RATE + 1000 : 2 * RATE + 3000, 0]
    assert 0.9 < np.abs(loud).max() <= 1.0
    assert np.mean(np.abs(loud) > 0.999) < 0.05, "turned down, not cut off"
    shape = np.corrcoef(loud, samples[2 * RATE + 1000 : 2 * RATE + 3000, 0])[0, 1]
    assert shape > 0.99


def test_tags_and_a_cover_are_found_and_the_cover_is_drawn_anew(tmp_path: Path) -> None:
    drawing = io.BytesIO()
    Image.effect_noise((1600, 400), 40).convert("RGBA").save(drawing, "PNG")
    source = tmp_path / "song.mp3"
    write_mp3(source, QUARTER, RATE)
    tags = ID3()
    tags.add(TIT2(encoding=3, text="Größe"))
    tags.add(APIC(mime="image/png", type=3, data=drawing.getvalue()))
    tags.save(source)

    result = normalise(source, tmp_path / "version", report=lambda stage, fraction: None)

    assert result.source.tags["title"] == "Größe"
    assert result.picture is not None
    with Image.open(io.BytesIO(result.picture)) as cover:
        assert (cover.format, cover.size) == ("JPEG", (1000, 250))


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"no sound at all " * 99, Reason.NOT_AUDIO), (wav(QUARTER[:2000], RATE), Reason.EMPTY)],
    ids=["text", "a crumb"],
)
def test_nothing_is_left_of_what_is_refused(tmp_path: Path, data: bytes, reason: Reason) -> None:
    with pytest.raises(Refused) as refusal:
        normalised(tmp_path, data)

    assert refusal.value.reason is reason
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


def test_a_file_that_goes_on_too_long_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_bytes(wav(noise(8), RATE))

    with pytest.raises(Refused) as refusal:
        normalise(source, tmp_path / "version", report=lambda stage, fraction: None, limits=Limits(seconds=5))

    assert refusal.value.reason is Reason.TOO_LONG
    assert not (tmp_path / "version").exists()


def test_work_that_is_not_wanted_any_more_leaves_no_file_and_no_thread(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    source.write_bytes(wav(noise(8), RATE))
    before = threading.active_count()

    def report(stage: str, fraction: float) -> None:
        if fraction > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        normalise(source, tmp_path / "version", report=report)

    assert not (tmp_path / "version").exists()
    assert threading.active_count() == before


def test_without_room_on_the_disk_no_work_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 10**6))
    stages: list[str] = []
    source = tmp_path / "upload"
    source.write_bytes(wav(QUARTER, RATE))

    with pytest.raises(NoSpace) as full:
        normalise(source, tmp_path / "version", report=lambda stage, fraction: stages.append(stage))

    assert full.value.retryable
    assert set(stages) == {"decoding"}
    assert not (tmp_path / "version").exists()


def test_a_folder_that_holds_something_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "version").mkdir()
    (tmp_path / "version" / "mine").write_text("mine")

    with pytest.raises(ValueError, match="not empty"):
        normalised(tmp_path, wav(QUARTER, RATE))

    assert (tmp_path / "version" / "mine").read_text() == "mine"
