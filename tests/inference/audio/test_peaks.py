"""The picture of a waveform shows the samples it stands for."""

from __future__ import annotations

import numpy as np
import pytest

from inference.audio.peaks import SCALE, WIDTHS, peaks
from tests.inference.audio.signals import RATE, noise


@pytest.mark.parametrize("seconds", [3.0, 7.77, 0.01])
def test_every_level_holds_the_extremes_of_its_spans(seconds: float) -> None:
    samples = noise(seconds, 0.4)

    picture = peaks(samples, RATE)

    assert picture["seconds"] == pytest.approx(seconds, abs=1e-4)
    assert [level["pairs"] for level in picture["levels"]] == list(WIDTHS)
    finest = WIDTHS[-1]
    edges = [index * samples.shape[0] // finest for index in range(finest + 1)]
    for level in picture["levels"]:
        pairs = np.asarray(level["data"]).reshape(-1, 2)
        group = finest // level["pairs"]
        for index, (lowest, highest) in enumerate(pairs):
            start, stop = edges[index * group], max(edges[(index + 1) * group], edges[index * group] + 1)
            span = np.clip(samples[start:stop], -1, 1) * SCALE
            if seconds < 1:
                assert lowest <= round(float(span.max())), "spans shorter than a sample repeat it"
            else:
                assert lowest == np.rint(span.min())
                assert highest == np.rint(span.max())


def test_a_click_on_one_side_shows_at_its_place() -> None:
    samples = np.zeros((10 * RATE, 2), np.float32)
    samples[RATE * 5, 1] = -1.0

    coarse = np.asarray(peaks(samples, RATE)["levels"][0]["data"]).reshape(-1, 2)

    assert coarse[100].tolist() == [-127, 0]
    assert np.count_nonzero(coarse) == 1


def test_nothing_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="no samples"):
        peaks(np.zeros((0, 2), np.float32), RATE)
