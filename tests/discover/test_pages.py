"""Discover and search, as everybody sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

import pytest
from django.test import Client
from django.urls import reverse

from apps.library.services.track_publish import track_publish
from tests.library.conftest import NOW, World


class Page(Protocol):
    """An answer with a body."""

    @property
    def content(self) -> bytes: ...


def text(response: Page) -> str:
    return response.content.decode()


def test_home_of_a_visitor_shows_public_songs_alone_and_sets_no_cookie(world: World, client: Client) -> None:
    world.track("public", title="Open Lake")
    world.track("unlisted", title="Half Open")
    world.track("private", title="Hidden Lake")

    response = client.get(reverse("home"))

    page = text(response)
    assert "Open Lake" in page
    assert "Half Open" not in page
    assert "Hidden Lake" not in page
    assert not response.cookies


def test_home_without_songs_offers_to_make_one(world: World, client: Client) -> None:
    assert "Make a song" in text(client.get(reverse("home")))


@pytest.mark.parametrize("name", ["genre", "mood"])
def test_a_genre_that_no_database_can_hold_finds_nothing(world: World, client: Client, name: str) -> None:
    assert client.get(reverse("home"), {name: "waltz\0"}).status_code == 200


def test_genre_and_mood_narrow_together(world: World, client: Client) -> None:
    world.track("public", title="Calm Waltz", genre="waltz", mood="calm")
    world.track("public", title="Sad Waltz", genre="waltz", mood="sad")
    world.track("public", title="Calm House", genre="house", mood="calm")

    page = text(client.get(reverse("home"), {"genre": "waltz", "mood": "calm"}))

    assert "Calm Waltz" in page
    assert "Sad Waltz" not in page
    assert "Calm House" not in page


def test_genres_are_written_as_people_do(world: World, client: Client) -> None:
    world.track("public", genre="dnb")

    assert "Drum and bass" in text(client.get(reverse("home")))


def test_more_songs_continue_where_the_page_ended(world: World, client: Client) -> None:
    for number in range(26):
        version = world.version(title=f"Song {number:02}", genre="waltz")
        track_publish(track=version.track, visibility="public", now=NOW + timedelta(minutes=number))

    first = client.get(reverse("home"), {"genre": "waltz"})
    rest = client.get(first.context["more"])

    assert text(first).count('class="card"') == 24
    assert [song.title for song in rest.context["songs"]] == ["Song 01", "Song 00"]
    assert not rest.context["more"]


@pytest.mark.parametrize("name", ["home", "search"])
def test_bad_cursor_starts_from_the_top(world: World, client: Client, name: str) -> None:
    world.track("public")

    response = client.get(reverse(name), {"genre": "waltz", "q": "snow", "cursor": "x"})

    assert response.status_code == 302
    assert "cursor" not in response.headers["Location"]


def test_search_without_a_match_offers_to_make_it(world: World, client: Client) -> None:
    world.track("public", title="Open Lake")

    page = text(client.get(reverse("search"), {"q": "tuba & kazoo"}))

    assert "No song for “tuba &amp; kazoo” yet" in page
    assert "/studio/?prompt=tuba+%26+kazoo" in page
    assert "Open Lake" in page


@pytest.mark.parametrize("query", ["'", "a & b | !c", "\x00", "🎷 ünï", "x" * 5000, "<script>x</script>"])
def test_any_search_is_answered(world: World, client: Client, query: str) -> None:
    world.track("public")

    response = client.get(reverse("search"), {"q": query})

    assert response.status_code == 200
    assert "<script>x" not in text(response)
