"""What people play most comes first, for this week and for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.common.templatetags.counts import short
from apps.discover.selectors import SORTS, FeedPage, feed
from apps.library.models import PlayCount, Track
from apps.library.services.track_trash import track_trash
from tests.library.conftest import NOW, World
from tests.library.plays.conftest import bare_track


def played(world: World, title: str, plays: int, week: int = 0) -> Track:
    """A public track that was played so often."""
    track = bare_track(world.owner, title, now=NOW + timedelta(minutes=plays))
    PlayCount.objects.create(track=track, plays=plays, week=week)
    return track


def titles(page: FeedPage) -> list[str]:
    return [track.title for track in page.tracks]


def test_most_played_first_and_only_what_was_played(world: World) -> None:
    bare_track(world.owner, "Silent")
    played(world, "Classic", 900, 2)
    played(world, "Hit", 50, 40)
    played(world, "Forgotten", 70)
    track_trash(track=played(world, "Trashed", 9000, 9000), now=NOW)

    assert titles(feed(sort="played", now=NOW)) == ["Classic", "Forgotten", "Hit"]
    assert titles(feed(sort="week", now=NOW)) == ["Hit", "Classic"]


@pytest.mark.parametrize("sort", list(SORTS))
def test_pages_go_on_where_they_ended_also_among_equals(world: World, sort: str) -> None:
    for number in range(5):
        played(world, f"Song {number}", 7, 7)

    first = feed(sort=sort, size=3, now=NOW)
    second = feed(sort=sort, size=3, cursor=first.next_cursor, now=NOW)

    assert len({track.id for track in (*first.tracks, *second.tracks)}) == 5
    assert not second.next_cursor


def test_any_sort_costs_one_query_then_none(world: World, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(1, 4):
        played(world, f"Song {number}", number, number)
    for sort in SORTS:
        with django_assert_num_queries(1):
            feed(sort=sort, genre="waltz", now=NOW)
        with django_assert_num_queries(0):
            assert feed(sort=sort, genre="waltz", now=NOW).tracks[0].plays == 3


def test_api_sorts_and_tells_plays(world: World, client: Client) -> None:
    track = played(world, "Hit", 1234, 5)

    (found,) = client.get("/api/v1/feed?sort=week").json()["results"]

    assert (found["title"], found["plays"]) == ("Hit", 1234)
    assert client.get("/api/v1/feed?sort=loudest").status_code == 400
    assert client.get(f"/api/v1/tracks/{track.id}").json()["plays"] == 1234


def test_home_has_a_shelf_of_what_is_played_this_week(world: World, client: Client) -> None:
    for number in range(3):
        played(world, f"Song {number}", 1300, 5)

    page = client.get(reverse("home")).content.decode()

    assert "Most played this week" in page
    assert "1.3k plays" in page


def test_sort_is_kept_among_genres_and_pages(world: World, client: Client) -> None:
    for number in range(25):
        played(world, f"Song {number:02}", number + 1)

    answer = client.get(reverse("home"), {"sort": "played"})
    rest = client.get(answer.context["more"])

    assert answer.context["songs"][0].title == "Song 24"
    assert [song.title for song in rest.context["songs"]] == ["Song 00"]
    assert "?genre=waltz&amp;sort=played" in answer.content.decode()
    assert client.get(reverse("home"), {"sort": "\0"}).status_code == 200


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (1299, "1.2k"),
        (9999, "9.9k"),
        (10_000, "10k"),
        (999_999, "999k"),
        (1_000_000, "1m"),
        (3_190_000, "3.1m"),
        (2_500_000_000, "2.5b"),
    ],
)
def test_large_counts_are_short_and_never_too_large(count: int, text: str) -> None:
    assert short(count) == text
