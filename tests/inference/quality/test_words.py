"""Word errors are counted as everybody counts them."""

from __future__ import annotations

import jiwer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.engine import Word
from inference.quality.words import lines_missing, word_error_rate, words_of

TEXTS = st.lists(st.sampled_from(["sun", "moon", "river", "home"]), min_size=1, max_size=8).map(" ".join)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_the_rate_is_that_of_the_reference_implementation(reference: str, heard: str) -> None:
    assert word_error_rate(reference, heard) == pytest.approx(jiwer.wer(reference, heard))


@pytest.mark.parametrize(
    ("heard", "rate"),
    [("the sun is up", 0.0), ("the sun is down", 0.25), ("the is up", 0.25), ("", 1.0), ("a b c d e f g h", 2.0)],
)
def test_swapped_missing_and_added_words_count_once_each(heard: str, rate: float) -> None:
    assert word_error_rate("The sun is up!", heard) == rate


def test_nothing_expected_has_no_rate() -> None:
    assert word_error_rate("[chorus]\n…", "something") is None


def test_case_punctuation_and_section_tags_are_no_words() -> None:
    assert words_of("[verse]\nDon’t STOP, (ooh) Größe") == ["don't", "stop", "ooh", "grösse"]


def test_why_lines_cannot_be_picked_is_told() -> None:
    word = Word("Sonne", 0.0, 1.0, 0)

    assert "not known" in lines_missing((), "en")
    assert "English" in lines_missing((word,), "de")
    assert not lines_missing((word,), "en-GB")
