"""The library through the API: pages, changes, what a track tells."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.library.keyset import CursorError
from apps.library.models import Track
from apps.library.selectors import Filters, facets_of, track_for, tracks_of, version_tree, versions_for
from tests.library.conftest import NOW, World


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.owner)
    return client


def change(client: Client, track: Track, **values: Any) -> tuple[int, dict[str, Any]]:
    answer = client.patch(f"/api/v1/tracks/{track.id}", values, content_type="application/json")
    return answer.status_code, answer.json()


def bare_tracks(owner: User, count: int, **facts: Any) -> list[Track]:
    """Tracks without versions: enough for lists."""
    return Track.objects.bulk_create(
        Track(owner=owner, title=f"Song {n:03d}", created_at=NOW + timedelta(seconds=n // 3), **facts)
        for n in range(count)
    )


@pytest.mark.parametrize("sort", ["newest", "oldest", "title"])
def test_pages_hold_every_track_once_while_others_come_and_go(world: World, sort: str) -> None:
    tracks = bare_tracks(world.owner, 25)
    bare_tracks(world.other, 5)
    seen: list[str] = []
    cursor = ""
    while True:
        page = tracks_of(world.owner, Filters(sort=sort), cursor=cursor, size=4)
        seen += [track.title for track in page.rows]
        # newcomers at the top, and the row that the cursor names goes away
        Track.objects.create(owner=world.owner, title="Aaa", created_at=NOW - timedelta(days=len(seen)))
        Track.objects.create(owner=world.owner, title="Aaa", created_at=NOW + timedelta(days=len(seen)))
        page.rows[-1].delete()
        cursor = page.next_cursor
        if not cursor or len(seen) > 100:
            break
    old = [title for title in seen if title != "Aaa"]
    assert sorted(old) == sorted(track.title for track in tracks)
    assert len(set(old)) == len(old)


@pytest.mark.parametrize("count", [1, 30])
def test_a_page_costs_one_query_however_long(
    world: World, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(2):
        world.version()
    bare_tracks(world.owner, count)
    with django_assert_num_queries(1):
        page = tracks_of(world.owner, Filters(), size=40)
        _ = [(track.owner.name, track.current_version and track.current_version.seconds) for track in page.rows]
    with django_assert_num_queries(2):
        facets_of(world.owner)


def test_a_track_and_its_tree_cost_three_queries(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = world.version()
    for _ in range(3):
        world.version(track=first.track, parent=first)
    with django_assert_num_queries(3):
        track = track_for(world.owner, first.track_id)
        assert track is not None
        versions = versions_for(world.owner, track)
        assert len(version_tree(track, versions)) == 4
        assert all(version.renditions.all() for version in versions)


@pytest.mark.parametrize(
    "cursor", ["x", "bm90IGpzb24", "W10", "W1sidCIsMV1d", "WzEsMl0", "é", "W1sidSIsIngiXSxbInUiLCJ4Il1d"]
)
def test_strange_cursors_are_refused(world: World, client: Client, cursor: str) -> None:
    with pytest.raises(CursorError):
        tracks_of(world.owner, Filters(), cursor=cursor)
    answer = client.get("/api/v1/tracks", {"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")


def test_filters_narrow(world: World) -> None:
    waltz = world.track(title="Snow")
    world.track("public", title="Rain", genre="jazz", prompt="a rainy night", operation="variation")
    for filters, title in (
        (Filters(genre="waltz"), "Snow"),
        (Filters(visibility="public"), "Rain"),
        (Filters(operation="variation"), "Rain"),
        (Filters(query="rainy"), "Rain"),
        (Filters(query="sno"), "Snow"),
    ):
        assert [track.title for track in tracks_of(world.owner, filters).rows] == [title]
    assert not tracks_of(world.owner, Filters(query="'; drop table & | ! <-> :*")).rows
    assert facets_of(world.owner)["genre"] == [("jazz", 1), ("waltz", 1)]
    assert waltz.owner == world.owner


def test_envelope_leads_from_page_to_page(world: World, client: Client) -> None:
    bare_tracks(world.owner, 5)
    first = client.get("/api/v1/tracks?limit=3").json()
    second = client.get(first["next"]).json()
    assert [len(first["results"]), len(second["results"]), second["next"]] == [3, 2, None]
    assert client.get("/api/v1/tracks?limit=zero").status_code == 400
    assert client.get("/api/v1/tracks?sort=plays").status_code == 400


def test_owner_renames_publishes_and_chooses(world: World, client: Client) -> None:
    first = world.version()
    second = world.version(track=first.track, parent=first)
    status, track = change(
        client, first.track, title="  New \n name ", visibility="public", current_version=str(first.id)
    )
    assert status == 200
    assert (track["title"], track["visibility"], track["current_version"]) == ("New name", "public", str(first.id))
    assert track["published_at"] is not None
    assert second.number == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "a\u202eb"}, "title"),
        ({"visibility": "secret"}, "visibility"),
        ({"current_version": "01900000-0000-7000-8000-000000000000"}, "current_version"),
        ({"title": "Fine", "current_version": "01900000-0000-7000-8000-000000000000"}, "current_version"),
    ],
)
def test_bad_changes_are_refused_whole(world: World, client: Client, values: dict[str, Any], field: str) -> None:
    track = world.track()
    before = Track.objects.values().get()
    status, problem = change(client, track, **values)
    assert (status, problem["errors"][0]["field"]) == (400, field)
    assert Track.objects.values().get() == before


def test_right_to_left_and_emoji_titles_are_fine(world: World, client: Client) -> None:
    assert change(client, world.track(), title="שלג ❄️ 雪")[0] == 200


def test_version_of_another_track_is_not_chosen(world: World, client: Client) -> None:
    one, two = world.version(), world.version()
    status, _ = change(client, one.track, current_version=str(two.id))
    assert status == 400
    assert Track.objects.get(id=one.track_id).current_version_id == one.id


def test_trashed_or_taken_down_is_not_published(world: World, client: Client) -> None:
    track = world.track()
    client.post(f"/api/v1/tracks/{track.id}/trash")
    assert change(client, track, visibility="public")[0] == 400
    client.post(f"/api/v1/tracks/{track.id}/restore")
    assert change(client, track, visibility="public")[0] == 200


def test_hiding_and_showing_again_keeps_the_place_in_the_feed(world: World, client: Client) -> None:
    track = world.track("public")
    change(client, track, visibility="private")
    change(client, track, visibility="public")
    assert Track.objects.get().published_at == NOW


def test_version_tells_what_made_it(world: World, client: Client) -> None:
    version = world.version(words=())
    told = client.get(f"/api/v1/versions/{version.id}").json()
    assert (told["seed"], told["prompt"], told["key"]) == (7, "a slow waltz for a snowy evening", "E minor")
    assert {file["role"] for file in told["renditions"]} >= {"master", "mp3", "hls", "peaks", "cover"}


def test_tree_lays_a_line_in_a_row_and_branches_below(world: World) -> None:
    root = world.version()
    left = world.version(track=root.track, parent=root)
    right = world.version(track=root.track, parent=root)
    leaf = world.version(track=root.track, parent=left)
    track = Track.objects.get()
    nodes = {node.version.id: node for node in version_tree(track, versions_for(world.owner, track))}
    places = [(nodes[version.id].depth, nodes[version.id].row) for version in (root, left, leaf, right)]
    assert places == [(0, 0), (1, 0), (2, 0), (1, 1)]
    assert nodes[leaf.id].current
