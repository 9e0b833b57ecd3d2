"""One pass feeds everything, whatever the pieces it comes in, and ends as one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.audio.streams import BLOCK, blocks, even, feed
from inference.engine import Samples


class Listener:
    """Remembers what it heard; fails at the block of this number."""

    def __init__(self, failing: int | None = None) -> None:
        self.heard: list[Samples] = []
        self.closed = False
        self._failing = failing

    def push(self, block: Samples) -> None:
        if len(self.heard) == self._failing:
            raise OSError("full")
        self.heard.append(block)

    def close(self) -> None:
        self.closed = True


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 3 * BLOCK), max_size=6))
def test_whatever_the_pieces_the_blocks_are_the_same(lengths: list[int]) -> None:
    song = np.arange(sum(lengths), dtype=np.float32)[:, None]
    edges = np.cumsum([0, *lengths])
    pieces = (song[first:last] for first, last in pairwise(edges))

    heard = list(even(pieces))

    expected = list(blocks(song))
    assert [block.shape[0] for block in heard] == [block.shape[0] for block in expected]
    assert all(np.array_equal(one, other) for one, other in zip(heard, expected, strict=True))


def test_everybody_hears_the_whole_song_in_order() -> None:
    song = np.arange(20 * BLOCK + 5, dtype=np.float32)[:, None]
    listeners = [Listener() for _ in range(3)]

    feed(blocks(song), listeners)

    for listener in listeners:
        assert np.array_equal(np.concatenate(listener.heard), song)
        assert listener.closed


def test_when_one_fails_all_end_and_its_error_is_told() -> None:
    before = threading.active_count()
    listeners = [Listener(), Listener(failing=3), Listener()]

    def endless() -> Iterator[Samples]:
        while True:
            yield np.zeros((BLOCK, 2), np.float32)

    with pytest.raises(OSError, match="full"):
        feed(endless(), listeners)

    assert not any(listener.closed for listener in listeners)
    assert threading.active_count() == before


def test_when_the_song_fails_all_end_and_nobody_thinks_it_is_over() -> None:
    before = threading.active_count()
    listener = Listener()

    def broken() -> Iterator[Samples]:
        yield np.zeros((BLOCK, 2), np.float32)
        raise KeyError("torn")

    with pytest.raises(KeyError, match="torn"):
        feed(broken(), [listener])

    assert not listener.closed
    assert threading.active_count() == before
