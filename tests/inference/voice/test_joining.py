"""Chunks of one recording, joined."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from inference.voice.analysis import Doubles
from inference.voice.joining import Joiner

MARGIN, CUTS = 4000, (0, 20_000, 45_000, 60_000)


def test_chunks_of_the_same_sound_give_that_sound() -> None:
    whole = np.random.default_rng(5).standard_normal(CUTS[-1] + 2 * MARGIN)
    joined = _joined([whole[first : last + 2 * MARGIN] for first, last in pairwise(CUTS)])
    np.testing.assert_allclose(joined, whole[MARGIN:-MARGIN], atol=1e-9)


def test_waves_that_start_anywhere_go_on_evenly() -> None:
    chunks = []
    for place, (first, last) in enumerate(pairwise(CUTS)):
        time = np.arange(first - MARGIN, last + MARGIN) / 44_100
        chunks.append(np.sin(2 * np.pi * 220 * time + 2.0 * place))
    joined = _joined(chunks)
    assert len(joined) == CUTS[-1]
    loudness = np.sqrt(np.convolve(joined**2, np.ones(802) / 802, mode="valid"))
    assert loudness.min() > 0.65


def test_what_moved_does_not_move_what_follows() -> None:
    rng = np.random.default_rng(6)
    whole = rng.standard_normal(CUTS[-1] + 2 * MARGIN + 400)
    early = [whole[first + 200 : last + 2 * MARGIN + 200] for first, last in pairwise(CUTS)]
    late = [whole[CUTS[1] : CUTS[2] + 2 * MARGIN]]
    joined = _joined([early[0], late[0], early[2]])
    np.testing.assert_allclose(joined[50_000:], whole[MARGIN + 200 :][50_000 : CUTS[-1]], atol=1e-9)


def _joined(chunks: list[Doubles]) -> Doubles:
    joiner = Joiner(CUTS[-1])
    blocks = [block for chunk in chunks for block in joiner.add(chunk, MARGIN)]
    return np.concatenate([*blocks, *joiner.end()])
