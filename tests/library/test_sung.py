"""The words of a version: as they are sung, in time, and what of the lyrics is not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.library.services.version_create import SectionFact, WordFact
from apps.library.sung import sung
from tests.library.conftest import World

LYRICS = "[verse]\nsnow is falling\n\n[chorus]\nstay stay\nnobody hears this"


def word(text: str, start: float, line: int) -> WordFact:
    return WordFact(text, start, start + 0.2, line)


WORDS = (
    word("snow", 0.1, 1),
    word("is", 0.4, 1),
    word("falling", 0.6, 1),
    word("stay", 1.6, 4),
    word("stay", 1.9, 4),
    word("stay", 2.2, 4),
    word("stay", 2.5, 4),
)
SUNG: dict[str, Any] = {"lyrics": LYRICS, "words": WORDS, "instrumental": False}


@pytest.fixture
def ada(world: World) -> Client:
    """The owner's browser."""
    client = Client()
    client.force_login(world.owner)
    return client


def test_lines_stand_as_often_as_they_are_sung(world: World) -> None:
    found = sung(world.version(**SUNG))
    assert [(line.number, line.text, len(line.words)) for line in found.lines] == [
        (1, "snow is falling", 3),
        (4, "stay stay", 2),
        (4, "stay stay", 2),
    ]


def test_sections_are_named_where_they_begin(world: World) -> None:
    # a word that is taken up before its section belongs to it all the same
    sections = (SectionFact("verse", 0.3, 1.5), SectionFact("chorus", 1.5, 3.0))
    found = sung(world.version(**SUNG, sections=sections))
    assert [line.section for line in found.lines] == ["verse", "chorus", ""]


def test_lines_that_are_not_sung_are_said(world: World, ada: Client) -> None:
    version = world.version(**SUNG)
    assert sung(version).left_out == ("nobody hears this",)
    page = ada.get(reverse("track", args=[version.track_id])).content.decode()
    assert "There was no room for these lines" in page


def test_without_times_the_lyrics_stand_as_written(world: World, ada: Client) -> None:
    version = world.version(lyrics=LYRICS, instrumental=False)
    assert sung(version).left_out == ()
    page = ada.get(reverse("track", args=[version.track_id])).content.decode()
    assert "snow is falling" in page
    assert 'class="word"' not in page


def test_every_word_carries_its_time(world: World, ada: Client) -> None:
    version = world.version(**SUNG)
    page = ada.get(reverse("track", args=[version.track_id])).content.decode()
    assert '<span class="word" data-at="0.600" data-until="0.800">falling</span>' in page


def test_words_are_text(world: World, ada: Client) -> None:
    version = world.version(lyrics="<script>x", words=(word("<script>x", 0.1, 0),), instrumental=False)
    assert "<script>x" not in ada.get(reverse("track", args=[version.track_id])).content.decode()


def test_the_player_asks_for_the_words_of_another_version(world: World, ada: Client, client: Client) -> None:
    first = world.version(**SUNG)
    second = world.version(track=first.track, parent=first, lyrics="other words", instrumental=False)
    address = reverse("track-words", args=[first.track_id])
    answer = ada.get(address, {"version": str(second.id)})
    assert answer.status_code == 200
    assert "other words" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert client.get(address, {"version": str(second.id)}).status_code == 404
    assert ada.get(address, {"version": "nonsense"}).status_code == 404


def test_weights_that_may_not_be_sold_are_named_on_the_page(world: World, ada: Client) -> None:
    version = world.version(commercial=False, licence="CC-BY-NC-4.0")
    page = ada.get(reverse("track", args=[version.track_id])).content.decode()
    assert "Not for sale" in page
    assert "does not allow songs made with them to be sold" in page
