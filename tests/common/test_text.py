"""Texts that people send are cleaned once, or refused in words."""

from __future__ import annotations

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from apps.common.text import clean_text


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("  a slow \t waltz\r\n ", "a slow waltz"),
        ("Cafe\u0301", "Café"),
        ("שיר ערש", "שיר ערש"),
        ("ночь 🌙 夜", "ночь 🌙 夜"),
        ("👩‍🎤", "👩‍🎤"),
    ],
)
def test_good_text_is_kept_in_one_form(given_text: str, expected: str) -> None:
    assert clean_text(given_text, maximum=40) == expected


@pytest.mark.parametrize("bad", ["a\x00b", "a\x1bb", "a\x7fb", "a\u202eb", "a\u2066b", "\ud800", "a\u0085b"])
def test_what_cannot_be_shown_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError, match="cannot be shown"):
        clean_text(bad, maximum=40, lines=True)


def test_lines_are_kept_where_they_mean_something() -> None:
    assert clean_text(" one\r\ntwo\rthree\n", maximum=40, lines=True) == "one\ntwo\nthree"


def test_too_long_says_by_how_much() -> None:
    with pytest.raises(ValidationError, match="10,000 characters; at most 2,000"):
        clean_text("a" * 10_000, maximum=2_000)


@given(st.text(max_size=60), st.booleans())
def test_cleaning_twice_changes_nothing(text: str, lines: bool) -> None:  # noqa: FBT001
    try:
        cleaned = clean_text(text, maximum=200, lines=lines)
    except ValidationError:
        return
    assert clean_text(cleaned, maximum=200, lines=lines) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
