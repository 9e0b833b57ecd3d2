"""Covers are drawn from the song alone."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from apps.library.covers import SIZE, SMALL, CoverFacts, draw, write_covers

FACTS = CoverFacts(
    seed=b"0123456789abcdef",
    key="E minor",
    energy=0.5,
    brightness=0.5,
    form=(("verse", 0.3), ("chorus", 0.2), ("verse", 0.3), ("chorus", 0.2)),
)


def test_same_song_same_picture() -> None:
    assert draw(FACTS).tobytes() == draw(replace(FACTS)).tobytes()


@pytest.mark.parametrize(
    "other",
    [
        replace(FACTS, seed=b"another seed 123"),
        replace(FACTS, key="A major"),
        replace(FACTS, energy=0.9),
        replace(FACTS, form=(("intro", 0.5), ("drop", 0.5))),
    ],
)
def test_another_song_another_picture(other: CoverFacts) -> None:
    difference = ImageChops.difference(draw(FACTS), draw(other))
    assert sum(ImageStat.Stat(difference).mean) > 5


def test_key_sets_the_hue() -> None:
    def hue(key: str) -> float:
        pictures = [draw(replace(FACTS, key=key, seed=bytes([n]) * 16, energy=0.1)) for n in range(6)]
        means = [ImageStat.Stat(picture).mean for picture in pictures]
        return math.fsum(mean[0] - mean[2] for mean in means)

    assert hue("C major") > 60
    assert hue("F# major") < -60


@settings(max_examples=25, deadline=None)
@given(
    seed=st.binary(min_size=16, max_size=16),
    key=st.sampled_from(["C major", "Bb minor", "F# minor", "Cb major", "", "H dur", "nonsense"]),
    energy=st.floats(),
    brightness=st.floats(),
    form=st.lists(st.tuples(st.text(max_size=8), st.floats()), max_size=40),
)
def test_any_facts_make_a_picture_with_something_on_it(
    seed: bytes, key: str, energy: float, brightness: float, form: list[tuple[str, float]]
) -> None:
    picture = draw(CoverFacts(seed, key, energy, brightness, tuple(form)))
    assert picture.size == (SIZE, SIZE)
    assert max(ImageStat.Stat(picture).stddev) > 3


def test_files_for_pages_lists_and_tags(tmp_path: Path) -> None:
    write_covers(tmp_path, FACTS)
    sizes = {}
    for path in tmp_path.iterdir():
        with Image.open(io.BytesIO(path.read_bytes())) as picture:
            sizes[path.name] = (picture.format, picture.width)
    assert sizes == {
        "cover.webp": ("WEBP", SIZE),
        "cover-small.webp": ("WEBP", SMALL),
        "cover.jpg": ("JPEG", SIZE),
    }
    assert (tmp_path / "cover.jpg").stat().st_size < 200_000
    assert (tmp_path / "cover-small.webp").stat().st_size < 10_000
