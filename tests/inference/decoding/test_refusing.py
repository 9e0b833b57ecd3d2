"""Bad files are refused with a reason and a sentence, or taken for what is good in them."""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.harness.recordings import PNG, chunk, flac, id3, mp3, tune, wav
from inference.decoding.model import Limits, Reason, Refused
from inference.decoding.sniffing import sniff
from inference.decoding.stream import open_untrusted
from tests.inference.decoding.conftest import ReadBytes

RATE = 44_100
TUNE = tune(2.0, RATE)
WAV, FLAC, MP3 = wav(TUNE, RATE), flac(TUNE, RATE), mp3(TUNE, RATE)
STREAMINFO_SAMPLES = 21
"""Where a FLAC's count of samples begins, with four bits of something else."""


def refusal(read: ReadBytes, data: bytes, **options: object) -> Refused:
    with pytest.raises(Refused) as caught:
        read(data, **options)
    assert re.fullmatch(r"[A-Z][^<>{}]+\.", str(caught.value)), "a sentence for a person"
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + MP3,
        b"<html><script>1</script></html>" + MP3,
        b"%PDF-1.7\n" + MP3,
        id3() + b"<svg/>" + MP3,
        PNG + MP3,
        b"MZ" + bytes(100) + MP3,
        b"#EXTM3U\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"just some words" * 1000,
        bytes(100_000),
        b"RIFF\x24\0\0\0AVI LIST",
        b"\xff",
        id3(),
        np.random.default_rng(7).bytes(200_000),
    ],
)
def test_what_is_something_else_is_not_audio_whatever_follows(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        sniff(lambda offset, length: data[offset : offset + length], len(data))
    assert caught.value.reason is Reason.NOT_AUDIO


@pytest.mark.parametrize("head", [b"OggS", b"\0\0\0\x20ftypM4A ", b"FORM\0\0\0\0AIFF", b"RIFX", b"\x1a\x45\xdf\xa3"])
def test_other_audio_is_called_by_its_name(head: bytes) -> None:
    data = head + bytes(1000)
    with pytest.raises(Refused, match=r"^This is an? .* file\. Send an MP3, WAV or FLAC file\.$") as caught:
        sniff(lambda offset, length: data[offset : offset + length], len(data))
    assert caught.value.reason is Reason.UNSUPPORTED


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(st.binary(max_size=300), st.builds(bytes.__add__, st.sampled_from([WAV, FLAC, MP3, id3()]), st.binary()))
)
def test_any_bytes_are_sniffed_or_refused(data: bytes) -> None:
    try:
        found = sniff(lambda offset, length: data[offset : offset + length], len(data))
    except Refused:
        return
    assert 0 <= found.start < len(data)


def test_an_empty_file(read: ReadBytes) -> None:
    assert refusal(read, b"").reason is Reason.EMPTY


def test_a_playlist_is_not_followed_whatever_it_is_called(read: ReadBytes, tmp_path: Path) -> None:
    (tmp_path / "real.wav").write_bytes(WAV)
    playlist = f"#EXTM3U\n#EXTINF:2,\nfile://{tmp_path}/real.wav\n#EXT-X-ENDLIST\n".encode()
    assert refusal(read, playlist, name="song.mp3").reason is Reason.NOT_AUDIO


@pytest.mark.parametrize(
    "header",
    [
        struct.pack("<HHIIHH", 0x11, 2, RATE, RATE, 1024, 4),
        struct.pack("<HHIIHH", 0x55, 2, RATE, 16_000, 1, 0),
        struct.pack("<HHIIHH", 0x9999, 2, RATE, 16_000, 4, 16),
    ],
    ids=["adpcm", "mp3", "unknown"],
)
def test_a_wav_of_anything_but_pcm_is_unsupported(read: ReadBytes, header: bytes) -> None:
    body = b"WAVE" + chunk(b"fmt ", header) + chunk(b"data", MP3)
    data = b"RIFF" + struct.pack("<I", len(body)) + body
    refused = refusal(read, data)
    assert refused.reason is Reason.UNSUPPORTED
    assert "format" in str(refused)


@pytest.mark.parametrize("data", [wav(tune(0.1, RATE, 9), RATE), wav(tune(0.1, 1000), 1000), wav(TUNE, 1_000_000)])
def test_what_no_recording_has_is_unsupported(read: ReadBytes, data: bytes) -> None:
    assert refusal(read, data).reason is Reason.UNSUPPORTED


@pytest.mark.parametrize("data", [b"RIFF\0\0\0\0WAVE", FLAC[:50], WAV[:44], FLAC[:4] + bytes(5000)])
def test_a_file_without_any_sound_is_damaged(read: ReadBytes, data: bytes) -> None:
    assert refusal(read, data).reason in {Reason.DAMAGED, Reason.UNSUPPORTED}


@pytest.mark.parametrize(("whole", "kind"), [(WAV, "wav"), (FLAC, "flac"), (MP3, "mp3")])
def test_a_file_cut_short_is_taken_when_more_than_half_of_it_is_there(read: ReadBytes, whole: bytes, kind: str) -> None:
    heard = read(whole[: len(whole) * 3 // 4])
    assert heard.facts.container == kind
    assert 1.0 < heard.seconds < 1.9
    short = refusal(read, whole[: len(whole) // 5])
    assert short.reason is Reason.DAMAGED
    assert "0:02" in str(short) or "2.0 s" in str(short)


def test_damage_in_a_flac_leaves_a_gap_and_no_noise(read: ReadBytes) -> None:
    broken = bytearray(FLAC)
    for place in range(len(FLAC) // 2, len(FLAC), len(FLAC) // 5):
        broken[place] ^= 0x55
    heard = read(bytes(broken))
    assert heard.seconds > 1.0
    assert float(np.abs(heard.samples).max()) <= float(np.abs(TUNE).max()) + 0.001


def test_damage_in_an_mp3_is_played_through(read: ReadBytes) -> None:
    broken = bytearray(MP3)
    for place in range(3000, len(MP3), 5000):
        broken[place] ^= 0xFF
    heard = read(bytes(broken))
    assert heard.seconds == pytest.approx(2.0, abs=0.5)
    assert np.isfinite(heard.samples).all()


def test_mostly_no_numbers_is_damaged(read: ReadBytes) -> None:
    samples = np.full((4410, 2), np.nan, dtype=np.float32)
    samples[::3] = 0.1
    assert refusal(read, wav(samples, RATE, "f32")).reason is Reason.DAMAGED


def _claiming(samples: int) -> bytes:
    """The FLAC with another count of samples in its header."""
    count = samples | (FLAC[STREAMINFO_SAMPLES] >> 4) << 36
    return FLAC[:STREAMINFO_SAMPLES] + count.to_bytes(5) + FLAC[STREAMINFO_SAMPLES + 5 :]


def test_a_header_that_promises_hours_is_taken_at_its_word(read: ReadBytes) -> None:
    wav_of_hours = WAV.replace(b"data" + WAV[40:44], b"data\0\0\0\x70")
    for data in (_claiming(3 * 3600 * RATE), wav_of_hours):
        refused = refusal(read, data)
        assert refused.reason is Reason.TOO_LONG
        assert "10:00" in str(refused)


@pytest.mark.parametrize(("most", "taken"), [(63.0, True), (61.0, False)])
def test_what_decodes_to_more_than_the_limit_is_too_long(tmp_path: Path, most: float, *, taken: bool) -> None:
    long = flac(np.zeros((62 * 8000, 1), dtype=np.float32), 8000)
    unsaid = long[:STREAMINFO_SAMPLES] + bytes([long[STREAMINFO_SAMPLES] & 0xF0]) + bytes(4) + long[26:]
    (tmp_path / "long").write_bytes(unsaid)
    seconds = 0.0
    reason = None
    try:
        with open_untrusted(tmp_path / "long", limits=Limits(seconds=most)) as opened:
            assert opened.facts.claimed_seconds is None
            for block in opened:
                seconds += len(block) / RATE
    except Refused as refused:
        reason = refused.reason
    assert seconds <= most
    assert reason is (None if taken else Reason.TOO_LONG)
    assert not taken or seconds == pytest.approx(62, abs=0.1)


@pytest.mark.parametrize(("seconds", "taken"), [(599, True), (601, False)])
def test_ten_minutes_are_the_limit_by_the_headers(read: ReadBytes, seconds: int, *, taken: bool) -> None:
    silence = bytes(seconds * 8000)
    fmt = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
    body = b"WAVE" + chunk(b"fmt ", fmt) + chunk(b"data", silence)
    data = b"RIFF" + struct.pack("<I", len(body)) + body
    if taken:
        found = sniff(lambda offset, length: data[offset : offset + length], len(data))
        assert found.claimed_seconds == seconds
    else:
        assert refusal(read, data).reason is Reason.TOO_LONG


@pytest.mark.parametrize("what", ["missing", "folder", "pipe", "link"])
def test_only_a_plain_file_is_opened(tmp_path: Path, what: str) -> None:
    path = tmp_path / "thing"
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "link":
        (tmp_path / "target").write_bytes(WAV)
        path.symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match=r"no plain file|No such|symbolic links"), open_untrusted(path):
        pass
