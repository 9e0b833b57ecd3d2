"""A nonce says what was sealed in it, to us alone, and nothing else opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from apps.common.ids import new_id
from apps.library.plays.nonces import LENGTH, Nonce, again, began, first_id, sealed, unsealed

NOW = datetime(2026, 11, 20, 12, 0, 0, 123_000, tzinfo=UTC)


def nonce(seconds: float = 180.0, now: datetime = NOW) -> Nonce:
    return began(
        track=new_id(), version=new_id(), seconds=seconds, token="t" * 32, address="192.0.2.7", own=False, now=now
    )


def test_opened_it_is_what_was_sealed() -> None:
    begun = nonce()

    text = sealed(begun)

    assert unsealed(text) == begun
    assert len(text) == LENGTH
    assert begun.issued_at == NOW


@pytest.mark.parametrize(("seconds", "wait"), [(180.0, 29.0), (60.0, 29.0), (40.0, 19.0), (2.0, 0.0), (0.0, 0.0)])
def test_due_after_thirty_seconds_or_half_a_shorter_song(seconds: float, wait: float) -> None:
    assert nonce(seconds).due_at - NOW == timedelta(seconds=wait)


@given(st.integers(0, LENGTH - 1), st.sampled_from("ABCDEFGHabcdefgh0123456789-_"))
def test_any_changed_character_closes_it(place: int, other: str) -> None:
    text = sealed(nonce())
    changed = text[:place] + other + text[place + 1 :]

    assert unsealed(changed) is None or changed == text


@given(st.one_of(st.text(max_size=200), st.binary(min_size=LENGTH, max_size=LENGTH)))
def test_what_we_never_sealed_does_not_open(text: str | bytes) -> None:
    assert unsealed(text) is None


def test_another_installations_nonce_does_not_open() -> None:
    with override_settings(SECRET_KEY="another"):
        text = sealed(nonce())

    assert unsealed(text) is None


def test_the_next_play_is_another_of_the_same() -> None:
    first = nonce()

    second = again(first, address="192.0.2.7", now=NOW)

    assert second.id != first.id
    assert (second.track, second.version, second.listener) == (first.track, first.version, first.listener)


def test_ids_sort_by_the_moment_of_issue() -> None:
    assert (
        first_id(NOW) <= nonce().id < first_id(NOW + timedelta(milliseconds=1)) <= nonce(now=NOW + timedelta(days=1)).id
    )
