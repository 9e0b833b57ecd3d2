"""The public side shows what is public, newest first, at a fixed price."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.cache import caches
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.discover.selectors import FeedPage, facets, feed, search, shelves
from apps.library.models import Track
from apps.library.services.track_change import track_rename
from apps.library.services.track_publish import track_publish
from apps.library.services.track_take_down import track_take_down
from apps.library.services.track_trash import track_trash
from tests.library.conftest import NOW, World


def titles(page: FeedPage) -> list[str]:
    return [track.title for track in page.tracks]


def test_only_what_is_public_newest_first(world: World) -> None:
    for minute, title in enumerate(("One", "Two", "Three")):
        world.track("public", title=title, now=NOW + timedelta(minutes=minute))
    world.track("private", title="Private")
    world.track("unlisted", title="Unlisted")
    track_trash(track=world.track("public", title="Trashed"), now=NOW)
    down = world.track("public", title="Down")
    track_take_down(track=down, operator=world.operator, reason="Not theirs.", now=NOW)
    assert titles(feed(now=NOW)) == ["Three", "Two", "One"]
    for words in ("private", "unlisted", "trashed", "down"):
        assert titles(search(words, now=NOW)) == []


def test_by_genre_and_mood(world: World) -> None:
    world.track("public", title="Waltz", genre="waltz", mood="calm")
    world.track("public", title="Jazz", genre="jazz", mood="calm")
    assert titles(feed(genre="jazz", now=NOW)) == ["Jazz"]
    assert sorted(titles(feed(mood="calm", now=NOW))) == ["Jazz", "Waltz"]
    assert titles(feed(genre="jazz", mood="angry", now=NOW)) == []
    assert (facets().genres, facets().moods) == (("jazz", "waltz"), ("calm",))
    assert [(shelf.mood, len(shelf.tracks)) for shelf in shelves(NOW)] == [("calm", 2)]


def test_search_reads_title_prompt_genre_mood_and_creator(world: World) -> None:
    world.track("public", title="Schneefall", prompt="a slow waltz for a snowy evening", genre="waltz", mood="calm")
    world.track("public", title="Night drive", prompt="bright synth pop", genre="pop", mood="happy")
    for words in ("schneefall", "SCHNEE", "snow", "evenings", "waltz", "calm", "ada", "Ada waltz", "winter snowy"):
        expected = ["Schneefall"] if words not in {"ada"} else ["Night drive", "Schneefall"]
        assert sorted(titles(search(words, now=NOW))) == expected, words
    for words in ("ada pop waltz", "xyz", "", "   ", "&|!:*()'", "\u202e"):
        assert titles(search(words, now=NOW)) == [], words


def test_best_match_comes_first(world: World) -> None:
    world.track("public", title="Rain", prompt="rain, rain, rain")
    world.track("public", title="Something", prompt="rain at the window", now=NOW + timedelta(days=1))
    assert titles(search("rain", now=NOW)) == ["Rain", "Something"]


def test_search_follows_a_new_name_of_the_creator_and_a_new_title(world: World) -> None:
    track = world.track("public", title="Before")
    User.objects.filter(id=world.owner.id).update(name="Clara Sommer")
    track_rename(track=track, title="After")
    assert titles(search("sommer after", now=NOW)) == ["After"]
    assert titles(search("winter", now=NOW)) == []
    assert titles(search("before", now=NOW)) == []


@pytest.mark.parametrize("find", ["feed", "search"])
def test_pages_hold_every_track_once_while_others_are_published(world: World, find: str) -> None:
    version = world.version()
    made = [publish(version.track, f"Old {n:02d}", NOW + timedelta(minutes=n // 3)) for n in range(20)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = feed(cursor=cursor, size=3, now=NOW) if find == "feed" else search("old", cursor=cursor, size=3, now=NOW)
        seen += titles(page)
        publish(version.track, f"Newcomer {len(seen)}", NOW + timedelta(days=1))
        cursor = page.next_cursor
        if not cursor:
            break
    assert sorted(seen) == sorted(track.title for track in made)


def publish(like: Track, title: str, now: datetime) -> Track:
    """A public track with a version of its own, without files."""
    version = like.versions.get()
    track = Track.objects.create(owner=like.owner, title=title, visibility="public", created_at=now, published_at=now)
    version.pk, version.track, version.job = None, track, None
    version.id = new_id()
    version.save(force_insert=True)
    track.current_version = version
    track.save(update_fields=["current_version"])
    return track


def test_a_page_costs_one_query_then_none(world: World, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(3):
        world.track("public")
    with django_assert_num_queries(1):
        first = feed(now=NOW)
    with django_assert_num_queries(1):
        search("snow", now=NOW)
    with django_assert_num_queries(2):
        facets()
    with django_assert_num_queries(0):
        assert feed(now=NOW) == first
        search("snow", now=NOW)
        facets()


def test_publishing_renaming_and_taking_down_show_at_once(
    world: World, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    track = world.track()
    assert titles(feed(now=NOW)) == []
    with django_capture_on_commit_callbacks(execute=True):
        track_publish(track=track, visibility="public", now=NOW)
    assert titles(feed(now=NOW)) == ["Snow"]
    with django_capture_on_commit_callbacks(execute=True):
        track_rename(track=track, title="Ice")
    assert titles(feed(now=NOW)) == ["Ice"]
    with django_capture_on_commit_callbacks(execute=True):
        track_take_down(track=track, operator=world.operator, reason="Not theirs.", now=NOW)
    assert titles(feed(now=NOW)) == []


def test_feed_answers_without_redis(world: World, settings: Settings, tmp_path: Path) -> None:
    world.track("public")
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": f"unix://{tmp_path}/nobody.sock"}}
    caches.close_all()
    try:
        assert titles(feed(now=NOW)) == ["Snow"]
        assert titles(search("snow", now=NOW)) == ["Snow"]
        assert Client().get("/api/v1/feed").status_code == 200
    finally:
        del settings.CACHES


def test_api_gives_pages_to_everybody(world: World) -> None:
    for _ in range(3):
        world.track("public")
    client = Client()
    first = client.get("/api/v1/feed?limit=2").json()
    second = client.get(first["next"]).json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (2, 1, None)
    assert first["results"][0]["cover"].startswith("/media/")
    assert client.get("/api/v1/search?q=waltz").json()["results"][0]["creator"] == "Ada Winter"
    for address in ("/api/v1/feed?cursor=x", "/api/v1/search?q=a&cursor=x", "/api/v1/feed?limit=-1"):
        assert client.get(address).status_code == 400
    assert "email" not in str(first)
    assert client.cookies == {}
