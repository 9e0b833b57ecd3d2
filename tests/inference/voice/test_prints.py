"""A performer learned from recordings, and the print that is kept of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.voice.keys import accompaniment_semitones, plan
from inference.voice.learning import learn
from inference.voice.model import BadPrint, BadRecording, KeyHandling
from inference.voice.prints import QUANTILES, VoicePrint, from_bytes, to_bytes
from tests.inference.voice.singers import sung

NOTES = (196.0, 220.0, 262.0, 294.0, 330.0, 262.0, 220.0, 392.0)


@pytest.fixture(scope="module")
def voice() -> VoicePrint:
    return learn([sung(NOTES, 24_000).astype(np.float32)], 24_000)


def test_the_range_is_what_was_sung(voice: VoicePrint) -> None:
    assert 150 < voice.low < 225
    assert 320 < voice.high < 450


def test_a_range_that_is_known_is_taken() -> None:
    voice = learn([sung(NOTES, 24_000).astype(np.float32)], 24_000, span=(100.0, 300.0))
    assert (voice.low, voice.high) == (100.0, 300.0)


def test_a_print_comes_back_from_its_file(voice: VoicePrint) -> None:
    again = from_bytes(to_bytes(voice))
    np.testing.assert_allclose(again.frames, voice.frames, atol=0.02)
    np.testing.assert_allclose(again.noise, voice.noise, atol=0.02)
    assert to_bytes(again) == to_bytes(voice)


@settings(deadline=None, max_examples=40)
@given(place=st.integers(0, 2**31), value=st.integers(1, 255), short=st.booleans())
def test_a_damaged_print_is_refused(voice: VoicePrint, place: int, value: int, *, short: bool) -> None:
    data = bytearray(to_bytes(voice))
    place %= len(data)
    if short:
        del data[place:]
    else:
        data[place] ^= value
    # Only the range lies outside the checksum; it is checked to be a possible one.
    if short or not 8 <= place < 16:
        with pytest.raises(BadPrint):
            from_bytes(bytes(data))


@pytest.mark.parametrize("data", [b"", b"RFVP", b"\0" * 4000, b"RIFF" * 999])
def test_what_is_no_print_is_refused(data: bytes) -> None:
    with pytest.raises(BadPrint):
        from_bytes(data)


def test_silence_teaches_nothing() -> None:
    with pytest.raises(BadRecording):
        learn([np.zeros(24_000 * 5, np.float32)], 24_000)


def test_nothing_at_all_teaches_nothing() -> None:
    with pytest.raises(BadRecording):
        learn([], 24_000)


def test_a_telephone_is_refused() -> None:
    with pytest.raises(BadRecording):
        learn([sung(NOTES, 8_000).astype(np.float32)], 8_000)


def test_what_is_not_finite_is_refused() -> None:
    with pytest.raises(BadRecording):
        learn([np.full(24_000 * 5, np.nan, np.float32)], 24_000)


def _print(low: float, high: float) -> VoicePrint:
    empty = np.zeros(48, np.float32)
    pitches = np.full(QUANTILES, np.sqrt(low * high), np.float32)
    return VoicePrint(low, high, pitches, np.zeros((100, 48), np.float32), empty, empty)


@settings(deadline=None, max_examples=60)
@given(note=st.floats(80.0, 800.0), low=st.floats(70.0, 300.0))
def test_octaves_leave_the_accompaniment_where_it_is(note: float, low: float) -> None:
    moved = plan(np.array([note, 0.0]), _print(low, 3 * low), KeyHandling.OCTAVE)
    assert moved % 12 == 0
    assert accompaniment_semitones(moved) == 0


@settings(deadline=None, max_examples=60)
@given(note=st.floats(90.0, 700.0), low=st.floats(80.0, 300.0))
def test_a_fitted_melody_lies_within_the_range(note: float, low: float) -> None:
    moved = plan(np.array([note] * 9 + [0.0]), _print(low, 3 * low), KeyHandling.FIT)
    assert low * 0.99 <= note * 2 ** (moved / 12) <= 3 * low * 1.01
    assert abs(accompaniment_semitones(moved)) <= 6
    assert (moved - accompaniment_semitones(moved)) % 12 == 0


def test_a_key_that_is_kept_is_kept() -> None:
    assert plan(np.array([900.0]), _print(80.0, 160.0), KeyHandling.KEEP) == 0


def test_a_fitted_melody_lies_where_the_performer_was_heard() -> None:
    melody = np.array([200.0] * 9 + [0.0])
    for heard in (150.0, 300.0):
        voice = replace(_print(100.0, 400.0), pitches=np.full(QUANTILES, heard, np.float32))
        moved = plan(melody, voice, KeyHandling.FIT)
        assert abs(12 * np.log2(200.0 / heard) + moved) <= 1
