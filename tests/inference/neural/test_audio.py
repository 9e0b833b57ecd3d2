"""The neutral master, and joining what was made to what was there."""

from __future__ import annotations

import numpy as np
import pytest

from inference.audio.loudness import integrated_lufs, true_peak_dbtp
from inference.audio.mastering import Unheard, master
from inference.engine import Request, Samples
from inference.engines.neural.finishing import caption, short_title
from inference.engines.neural.joining import going_on_from, replaced
from tests.inference.neural.contexts import tune


def _noise(rate: int, channels: int, level: float) -> Samples:
    return (np.random.default_rng(1).standard_normal((8 * rate, channels)) * level).astype(np.float32)


def _drums(rate: int) -> Samples:
    time = np.arange(8 * rate) / rate
    return _noise(rate, 2, 0.5) * np.exp(-20 * (time % 0.5)).astype(np.float32)[:, None]


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (_noise(48_000, 2, 0.001), 48_000),
        (_noise(32_000, 1, 3.0), 32_000),
        (_drums(44_100), 44_100),
        (tune(8.0, 48_000) + 0.5, 48_000),
    ],
    ids=["quiet", "mono far too loud", "drums", "offset"],
)
def test_whatever_arrives_leaves_as_loud_as_every_song(samples: Samples, rate: int) -> None:
    mix = master(samples, rate)

    assert mix.shape == samples.shape
    assert abs((integrated_lufs(mix, rate) or 0.0) + 14.0) <= 0.5
    assert true_peak_dbtp(mix, rate) <= -1.0


def test_what_needs_no_limiting_is_only_turned_up() -> None:
    samples = tune(4.0, 48_000) * 0.1

    mix = master(samples, 48_000)

    assert float(np.corrcoef(mix[:, 0], samples[:, 0])[0, 1]) > 0.999999


@pytest.mark.parametrize("samples", [np.zeros((48_000, 2)), np.full((48_000, 2), np.nan), np.full((48_000, 2), 0.3)])
def test_silence_and_what_is_no_number_are_not_mastered(samples: Samples) -> None:
    with pytest.raises(Unheard):
        master(samples.astype(np.float32), 48_000)


def test_a_song_goes_on_from_before_its_fade() -> None:
    playing = tune(8.0, 8_000)
    fading = playing * np.interp(np.arange(64_000), [48_000, 60_000], [1.0, 0.0]).astype(np.float32)[:, None]

    assert going_on_from(playing, 8_000) == 64_000
    assert 48_000 < going_on_from(fading, 8_000) < 60_000


def test_replacing_a_span_matches_its_level_and_leaves_the_rest_untouched() -> None:
    whole = tune(4.0, 8_000)
    other = tune(4.0, 8_000, seed=2) * 0.25

    result = replaced(whole, other, 8_000, 16_000, 8_000)

    assert np.array_equal(result[:8_000], whole[:8_000])
    assert np.array_equal(result[16_000:], whole[16_000:])
    ratio = np.sqrt(np.square(result[9_000:15_000]).mean() / np.square(whole[9_000:15_000]).mean())
    assert 0.8 < float(ratio) < 1.25
    # No click: no step anywhere greater than the tunes have themselves.
    assert np.abs(np.diff(result[:, 0])).max() < 1.5 * np.abs(np.diff(whole[:, 0])).max()


def test_what_was_chosen_is_added_to_the_prompt_once() -> None:
    request = Request(prompt="warm Folk song", seconds=1, seed=1, genre="folk", mood="calm", instruments=("fiddle",))

    assert caption(request) == "warm Folk song, calm, fiddle"


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("warm folk, fiddle", "Warm folk"),
        ("", "Untitled"),
        (" , ,x", "X"),
        ("word " * 40, ("word " * 9).strip().capitalize()),
    ],
)
def test_titles_are_short_and_cut_between_words(prompt: str, title: str) -> None:
    assert short_title(Request(prompt=prompt, seconds=1, seed=1)) == title
