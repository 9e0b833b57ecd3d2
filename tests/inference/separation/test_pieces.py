"""Long songs go through in pieces that overlap, with seams that cannot be heard and memory that does not grow."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from inference.engine import Samples
from inference.separation.model import RATE
from inference.separation.pieces import bounds, split_pieces
from inference.separation.presence import Company
from tests.inference.separation.sounds import kept, quiet, results, sdr


@pytest.mark.parametrize("frames", [1, 50, 99, 100, 101, 190, 191, 1000, 12_345])
def test_given_any_length_then_pieces_cover_it_and_share_the_overlap(frames: int) -> None:
    edges = bounds(frames, 100, 10)
    assert edges[0][0] == 0
    assert edges[-1][1] == frames
    assert all(last - first <= 101 for first, last in edges)
    assert all(one[1] - other[0] == 10 for one, other in pairwise(edges))


def test_given_pieces_that_are_found_whole_then_no_seam_is_left(tmp_path: Path) -> None:
    song = np.random.default_rng(1).normal(0, 0.1, (9 * RATE + 77, 2)).astype(np.float32)
    source, company = kept(tmp_path / "song.wav", song), Company(0.0)
    split_pieces(source, song.shape[0], tmp_path, np.copy, 2 * RATE, RATE // 2, company, 0.0, quiet)
    found, rest = results(tmp_path)
    assert sdr(song, found) > 100
    assert np.abs(rest).max() < 1e-6
    assert company.vocal_db == pytest.approx(0.0, abs=1e-3)


def test_given_pieces_that_disagree_then_one_fades_into_the_other(tmp_path: Path) -> None:
    turns = iter(range(100))

    def level(piece: Samples) -> Samples:
        return np.full_like(piece, float(next(turns) % 2))

    song = np.zeros((6 * RATE, 2), np.float32)
    source = kept(tmp_path / "song.wav", song)
    split_pieces(source, song.shape[0], tmp_path, level, 2 * RATE, RATE // 2, Company(0.0), 0.0, quiet)
    found, _ = results(tmp_path)
    assert found.max() == 1.0
    assert np.abs(np.diff(found, axis=0)).max() < 1e-3


def test_given_a_song_four_times_as_long_then_memory_is_about_the_same(tmp_path: Path) -> None:
    def most(seconds: int) -> int:
        song = kept(tmp_path / "song.wav", np.zeros((seconds * RATE, 2), np.float32))
        tracemalloc.start()
        split_pieces(song, seconds * RATE, tmp_path, np.copy, 2 * RATE, RATE // 2, Company(0.0), 0.0, quiet)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert most(40) < 1.5 * most(10)
