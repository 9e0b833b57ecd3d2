"""Who sees, hears and changes what: the whole table, through the API."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from apps.accounts.models import User
from apps.library.models import Track
from apps.library.selectors import may_change, may_hear, may_see
from apps.library.services.track_take_down import track_take_down
from apps.library.services.track_trash import track_trash
from tests.library.conftest import NOW, World

PEOPLE = ("anonymous", "other", "owner", "operator")
SEES = {
    "private": {"owner", "operator"},
    "unlisted": {"anonymous", "other", "owner", "operator"},
    "public": {"anonymous", "other", "owner", "operator"},
    "trashed": {"owner", "operator"},
    "taken down": {"owner", "operator"},
}


def track_in(world: World, state: str) -> Track:
    track = world.track(state if state in {"private", "unlisted"} else "public")
    if state == "trashed":
        return track_trash(track=track, now=NOW)
    if state == "taken down":
        return track_take_down(track=track, operator=world.operator, reason="Not theirs.", now=NOW)
    return track


def client_of(world: World, who: str) -> Client:
    client = Client()
    if who != "anonymous":
        client.force_login(getattr(world, who))
    return client


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("state", list(SEES))
def test_table_of_rights(world: World, state: str, who: str) -> None:
    track = track_in(world, state)
    listener: User | AnonymousUser = AnonymousUser() if who == "anonymous" else getattr(world, who)
    sees = who in SEES[state]
    hears = sees and state != "taken down"
    assert may_see(listener, track) is sees
    assert may_hear(listener, track) is hears
    assert may_change(listener, track) is (who == "owner")

    client, version = client_of(world, who), track.current_version_id
    assert client.get(f"/api/v1/tracks/{track.id}").status_code == (200 if sees else 404)
    assert client.get(f"/api/v1/versions/{version}").status_code == (200 if sees else 404)
    played = client.get(f"/api/v1/versions/{version}/playback").status_code
    assert played == (200 if hears else 410 if sees else 404)


@pytest.mark.parametrize("who", ["anonymous", "other", "operator"])
@pytest.mark.parametrize("state", list(SEES))
def test_only_the_owner_changes_a_track(world: World, state: str, who: str) -> None:
    track = track_in(world, state)
    before = Track.objects.values().get()
    client = client_of(world, who)
    wanted = 401 if who == "anonymous" else 404
    for answer in (
        client.post(f"/api/v1/tracks/{track.id}/trash"),
        client.post(f"/api/v1/tracks/{track.id}/restore"),
        client.get("/api/v1/tracks"),
    ):
        assert answer.status_code == (wanted if answer.request["REQUEST_METHOD"] == "POST" or wanted == 401 else 200)
    changed = client.patch(f"/api/v1/tracks/{track.id}", {"title": "Mine"}, content_type="application/json")
    assert changed.status_code in {401, 404}
    assert Track.objects.values().get() == before


@pytest.mark.parametrize("who", ["anonymous", "other", "owner"])
def test_only_operators_take_down(world: World, who: str) -> None:
    track = world.track("public")
    answer = client_of(world, who).post(
        f"/api/v1/tracks/{track.id}/take-down", {"reason": "I say so"}, content_type="application/json"
    )
    assert answer.status_code == (401 if who == "anonymous" else 403)
    track.refresh_from_db()
    assert track.taken_down_at is None


@pytest.mark.parametrize("who", ["anonymous", "other"])
def test_others_hear_the_current_version_alone(world: World, who: str) -> None:
    track = world.track("public")
    draft = world.version(track=track)
    client = client_of(world, who)
    assert client.get(f"/api/v1/versions/{draft.id}").status_code == 404
    assert client.get(f"/api/v1/versions/{draft.id}/playback").status_code == 404
    assert [each["id"] for each in client.get(f"/api/v1/tracks/{track.id}/versions").json()] == [
        str(track.current_version_id)
    ]
    assert len(client_of(world, "owner").get(f"/api/v1/tracks/{track.id}/versions").json()) == 2


def test_unknown_ids_are_not_told_from_hidden_ones(world: World) -> None:
    hidden = world.track()
    client = client_of(world, "other")
    missing = client.get("/api/v1/tracks/01900000-0000-7000-8000-000000000000")
    there = client.get(f"/api/v1/tracks/{hidden.id}")
    assert (missing.status_code, there.status_code) == (404, 404)
    assert {**missing.json(), "request_id": ""} == {**there.json(), "request_id": ""}
