"""What was asked stands beside what was heard, and a miss is said in plain words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.library.hearing import Heard, measured, tried_again
from tests.library.conftest import World


def compared(asked: Any, heard: Any, *, hit: bool | None) -> dict[str, Any]:
    return {"asked": asked, "heard": heard, "tolerance": "some", "hit": hit}


MISSED = {
    "tempo": compared(92.0, 118.0, hit=False),
    "key": compared("E minor", "G major", hit=False),
    "length": compared(3.0, 3.0, hit=True),
    "loudness": compared(-14.0, -14.1, hit=True),
    "peak": compared(-1.0, -1.2, hit=True),
    "again": {"kept": "second", "why": "it was nearer", "seeds": {"first": 1, "second": 2}},
}


def facts(world: World, **how: Any) -> dict[str, Heard]:
    return {fact.name: fact for fact in measured(world.version(**how))}


def test_a_miss_is_said(world: World) -> None:
    found = facts(world, heard=MISSED, measured_tempo=118.0, measured_key="G major")
    assert (found["Tempo"].asked, found["Tempo"].hit) == ("92 BPM", False)
    assert found["Tempo"].says == "It came out at 118.0 BPM instead of 92 BPM."
    assert found["Key"].says == "It is heard in G major rather than E minor."
    assert (found["Loudness"].asked, found["Loudness"].hit) == ("−14 LUFS", True)
    assert found["True peak"].asked == "at most −1 dBTP"


def test_half_the_tempo_is_a_hit_and_says_why(world: World) -> None:
    found = facts(world, heard={"tempo": compared(92.0, 46.0, hit=True)}, measured_tempo=46.0)
    assert found["Tempo"].hit is True
    assert "Half or double" in found["Tempo"].says


@pytest.mark.parametrize("heard", [{}, {"tempo": {}}, {"tempo": compared(None, 92.0, hit=None)}])
def test_where_nothing_was_asked_there_is_no_verdict(world: World, heard: dict[str, Any]) -> None:
    found = facts(world, heard=heard, measured_tempo=92.0)
    assert (found["Tempo"].asked, found["Tempo"].hit, found["Tempo"].value) == ("", None, "92.0 BPM")


def test_a_second_try_is_told(world: World) -> None:
    assert "The second was nearer" in tried_again(world.version(heard=MISSED))
    assert tried_again(world.version()) == ""


def test_the_page_shows_both_sides(world: World) -> None:
    client = Client()
    client.force_login(world.owner)
    version = world.version(heard=MISSED, measured_tempo=118.0)
    page = client.get(reverse("track", args=[version.track_id])).content.decode()
    assert "Asked and heard" in page
    assert "It came out at 118.0 BPM instead of 92 BPM." in page
    assert "tried once more with another seed" in page
