"""Good files of every kind become stereo at 44.1 kHz, as they sound."""

from __future__ import annotations

import numpy as np
import pytest

from bench.harness import recordings
from bench.harness.recordings import PNG, flac, id3, mp3, tagged_flac, tune, wav
from inference.engine import Samples
from tests.inference.decoding.conftest import ReadBytes

RATE = 44_100


def _difference(one: Samples, other: Samples) -> float:
    return float(np.abs(one - other).max())


@pytest.mark.parametrize(
    ("kind", "codec", "step"),
    [
        ("u8", "pcm_u8", 2**-7),
        ("s16", "pcm_s16le", 2**-14),
        ("s24", "pcm_s24le", 2**-22),
        ("f64", "pcm_f64le", 0),
    ],
)
def test_a_wav_is_read_to_its_last_bit(read: ReadBytes, kind: str, codec: str, step: float) -> None:
    samples = tune(0.5, RATE)
    heard = read(wav(samples, RATE, kind))
    assert heard.samples.dtype == np.float32
    assert heard.samples.shape == samples.shape
    assert _difference(heard.samples, samples) <= step
    assert (heard.facts.container, heard.facts.codec) == ("wav", codec)
    assert (heard.facts.sample_rate, heard.facts.channels, heard.facts.claimed_seconds) == (RATE, 2, 0.5)


def test_a_flac_with_tags_and_cover(read: ReadBytes) -> None:
    samples = tune(0.5, RATE)
    heard = read(tagged_flac(flac(samples, RATE), title="A   tune\n", picture=PNG))
    assert _difference(heard.samples, samples) <= 2**-14
    assert heard.facts.tags == {"title": "A tune"}
    assert heard.picture == PNG
    assert heard.facts.claimed_seconds == 0.5


def test_an_mp3_with_tags_and_cover_without_its_encoders_padding(read: ReadBytes) -> None:
    samples = tune(1.5, RATE)
    heard = read(id3(title="Ünïcode", artist="Somebody", picture=PNG) + mp3(samples, RATE, 192))
    assert heard.samples.shape == samples.shape
    error = heard.samples - samples
    assert float((error**2).mean()) < 0.05 * float((samples**2).mean())
    assert heard.facts.tags["title"] == "Ünïcode"
    assert heard.facts.tags["artist"] == "Somebody"
    assert heard.picture == PNG
    assert heard.facts.claimed_seconds == pytest.approx(1.5, abs=0.1)


def test_a_name_says_nothing(read: ReadBytes) -> None:
    assert read(wav(tune(0.1, RATE), RATE), name="song.mp3").facts.container == "wav"


@pytest.mark.parametrize("rate", [8000, 192_000])
def test_other_rates_are_resampled(read: ReadBytes, rate: int) -> None:
    heard = read(wav(tune(1.0, rate), rate, "f32"))
    assert abs(len(heard.samples) - RATE) <= 2
    # Behind the first pluck and before the next, whose edges no lower rate holds.
    middle = slice(2000, 20_000)
    assert _difference(heard.samples[middle], tune(1.0, RATE)[middle]) < 0.01


def test_a_mono_file_is_as_loud_on_both_sides(read: ReadBytes) -> None:
    samples = tune(0.2, RATE, 1)
    heard = read(wav(samples, RATE, "f32"))
    assert _difference(heard.samples, np.repeat(samples, 2, axis=1)) == 0
    assert heard.facts.channels == 1


@pytest.mark.parametrize("mask", [None, 0x30000FF0])
def test_eight_channels_are_mixed_without_going_past_full_scale(read: ReadBytes, mask: int | None) -> None:
    heard = read(wav(np.ones((4410, 8), dtype=np.float32), RATE, "f32", mask=mask))
    assert float(heard.samples.max()) == pytest.approx(1.0, abs=1e-5)
    assert float(heard.samples.min()) == pytest.approx(1.0, abs=1e-5)


def test_the_centre_of_six_channels_is_heard_on_both_sides_and_a_side_on_its_own(read: ReadBytes) -> None:
    samples = np.zeros((3000, 6), dtype=np.float32)
    samples[:1000, 2] = samples[1000:2000, 4] = samples[2000:, 3] = 1
    heard = read(wav(samples, RATE, "f32", mask=0x3F)).samples
    centre, left, low = heard[500], heard[1500], heard[2500]
    assert centre[0] == centre[1] > 0.2
    assert left[0] > 0.2
    assert left[1] == 0
    assert not low.any()


def test_a_float_file_past_full_scale_is_kept_as_it_is(read: ReadBytes) -> None:
    samples = 3 * tune(0.2, RATE)
    assert _difference(read(wav(samples, RATE, "f32")).samples, samples) == 0


def test_samples_that_are_no_numbers_become_silence_and_spoil_nothing_else(read: ReadBytes) -> None:
    samples = np.full((4800, 2), 0.25, dtype=np.float32)
    samples[1000:1010] = [np.nan, -np.inf]
    samples[2000] = 1e30
    heard = read(wav(samples, 48_000, "f32")).samples
    assert np.isfinite(heard).all()
    assert float(np.abs(heard).max()) < 0.5
    assert float(heard[1500:1600].mean()) == pytest.approx(0.25, abs=0.01)


def test_a_constant_offset_is_left_alone(read: ReadBytes) -> None:
    heard = read(wav(np.full((1000, 2), 0.5, dtype=np.float32), RATE, "f32"))
    assert (heard.samples == 0.5).all()


def test_megabytes_of_tags_are_cut_short(read: ReadBytes) -> None:
    heard = read(id3(title="t" * 100_000, more=5_000_000) + mp3(tune(0.5, RATE), RATE))
    assert heard.seconds == pytest.approx(0.5)
    assert heard.facts.tags["title"] == "t" * 500
    assert heard.facts.tags["comment"] == "c" * 500


@pytest.mark.parametrize("cover", [b"<script>alert(1)</script>", b"", PNG + bytes(11 << 20)])
def test_a_cover_that_is_no_picture_or_too_large_is_left_out(read: ReadBytes, cover: bytes) -> None:
    heard = read(id3(picture=cover) + mp3(tune(0.5, RATE), RATE))
    assert heard.picture is None
    assert heard.seconds == pytest.approx(0.5)


def test_a_leading_tag_that_no_song_has_is_stepped_over(read: ReadBytes) -> None:
    heard = read(id3(more=18_000_000) + mp3(tune(0.5, RATE), RATE))
    assert heard.seconds == pytest.approx(0.5)


def test_a_tag_that_claims_more_than_there_is_does_not_hide_the_sound(read: ReadBytes) -> None:
    tag = b"ID3\4\0\0\x7f\x7f\x7f\x7f"
    assert read(tag + mp3(tune(0.5, RATE), RATE)).seconds == pytest.approx(0.5, abs=0.1)


def test_a_flac_whose_tags_are_broken_is_read_by_its_frames(read: ReadBytes) -> None:
    good = flac(tune(0.5, RATE), RATE)
    picture = b"\x06" + (100).to_bytes(3) + bytes(2000)
    broken = good[:4] + b"\0" + good[5:42] + picture + good[42:]
    assert read(broken).seconds == pytest.approx(0.5)


def test_a_stream_cut_out_of_an_mp3_is_read(read: ReadBytes) -> None:
    whole = mp3(tune(2.0, RATE), RATE)
    assert read(whole[7000:]).seconds > 1.0


def test_two_mp3s_of_different_rates_in_one_file_are_played_one_after_the_other(read: ReadBytes) -> None:
    both = mp3(tune(1.0, RATE), RATE, gapless=False) + mp3(tune(1.0, 48_000, 1), 48_000, gapless=False)
    assert read(both).seconds == pytest.approx(2.0, abs=0.2)


def test_a_wav_written_as_a_stream_has_no_length_to_claim(read: ReadBytes) -> None:
    whole = wav(tune(0.5, RATE), RATE)
    streamed = whole.replace(b"data" + whole[40:44], b"data\xff\xff\xff\xff")
    heard = read(streamed)
    assert heard.seconds == pytest.approx(0.5)
    assert heard.facts.claimed_seconds is None


def test_other_chunks_of_a_wav_are_passed_over(read: ReadBytes) -> None:
    chunks = recordings.chunk(b"LIST", b"INFO" + recordings.chunk(b"INAM", b"Named\0")) + recordings.chunk(
        b"junk", b"x"
    )
    heard = read(wav(tune(0.2, RATE), RATE, chunks=chunks))
    assert heard.facts.tags == {"title": "Named"}
    assert heard.seconds == pytest.approx(0.2)
