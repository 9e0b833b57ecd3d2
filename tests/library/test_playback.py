"""From the API's grant to sound, and how it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from apps.library.listeners import COOKIE
from apps.library.marks import marks_repair
from apps.library.models import Track
from apps.library.paths import denied_mark, withdrawn_mark
from apps.library.services.track_change import track_set_current
from apps.library.services.track_publish import track_publish
from apps.library.services.track_take_down import track_put_back, track_take_down
from apps.library.services.track_trash import track_purge, track_restore, track_trash
from apps.library.storage import storage
from embedded.edge import edge
from tests.library.conftest import NOW, World


async def status_of(address: str, token: str = "") -> int:
    transport = httpx.ASGITransport(app=edge)
    cookies = {COOKIE: token} if token else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", cookies=cookies) as client:
        return (await client.get(address)).status_code


def fetch(address: str, token: str = "") -> int:
    return async_to_sync(status_of)(address, token)


def playback(client: Client, track: Track) -> dict[str, Any]:
    answer = client.get(f"/api/v1/versions/{track.current_version_id}/playback")
    assert answer.status_code == 200, answer.content
    grant: dict[str, Any] = answer.json()
    return grant


@pytest.fixture
def owner_client(lasting_world: World) -> Client:
    client = Client()
    client.force_login(lasting_world.owner)
    return client


def test_owner_hears_a_private_track_and_nobody_else_with_that_address(
    lasting_world: World, owner_client: Client
) -> None:
    grant = playback(owner_client, lasting_world.track())
    token = owner_client.cookies[COOKIE].value
    assert owner_client.cookies[COOKIE]["httponly"]
    for name in ("hls", "mp3", "peaks", "cover", "cover_small"):
        assert fetch(grant[name], token) == 200
    assert fetch(grant["hls"]) == 403
    assert fetch(grant["hls"], "x" * 32) == 403
    expires = datetime.fromisoformat(grant["expires_at"])
    assert expires <= datetime.now(UTC) + timedelta(minutes=10)


def test_cookie_stays_the_same_from_grant_to_grant(lasting_world: World, owner_client: Client) -> None:
    track = lasting_world.track()
    playback(owner_client, track)
    first = owner_client.cookies[COOKIE].value
    playback(owner_client, track)
    assert owner_client.cookies[COOKIE].value == first


def test_everybody_hears_a_public_track_at_one_address(lasting_world: World) -> None:
    track = lasting_world.track("public")
    one, two = playback(Client(), track), playback(Client(), track)
    # the right to count a play is each listener's own
    assert one.pop("play") != two.pop("play")
    assert one == two
    grant = one
    assert fetch(grant["hls"]) == 200
    assert grant["gain_db"] == 0.2


def test_taken_down_is_gone_at_once_for_everybody_and_back_after_put_back(
    lasting_world: World, owner_client: Client
) -> None:
    world = lasting_world
    track = world.track("public")
    public = playback(Client(), track)["hls"]
    track_take_down(track=track, operator=world.operator, reason="Not theirs.", now=NOW)
    assert fetch(public) == 410
    seen = owner_client.get(f"/api/v1/tracks/{track.id}").json()
    assert seen["taken_down_reason"] == "Not theirs."
    track_put_back(track=track, operator=world.operator)
    assert fetch(public) == 200


def test_mark_lost_in_a_crash_is_set_again(lasting_world: World) -> None:
    track = lasting_world.track("public")
    public = playback(Client(), track)["hls"]
    track_take_down(track=track, operator=lasting_world.operator, reason="Not theirs.", now=NOW)
    assert track.current_version_id is not None
    for mark in (denied_mark, withdrawn_mark):
        storage().unmark(mark(track.current_version_id))
    assert fetch(public) == 200
    marks_repair()
    assert fetch(public) == 410


def test_mark_of_a_hidden_track_lost_in_a_crash_is_set_again(lasting_world: World) -> None:
    track = lasting_world.track("public")
    public = playback(Client(), track)["hls"]
    track_publish(track=track, visibility="private", now=NOW)
    assert track.current_version_id is not None
    storage().unmark(withdrawn_mark(track.current_version_id))
    assert fetch(public) == 200
    marks_repair()
    assert fetch(public) == 403


def test_public_address_dies_when_the_track_is_hidden_trashed_or_sounds_otherwise(
    lasting_world: World, owner_client: Client
) -> None:
    world = lasting_world
    track = world.track("public")
    public = playback(Client(), track)["hls"]
    track_publish(track=track, visibility="unlisted", now=NOW)
    assert fetch(public) == 403
    own = playback(owner_client, track)["hls"]
    assert fetch(own, owner_client.cookies[COOKIE].value) == 200
    track_publish(track=track, visibility="public", now=NOW)
    assert fetch(public) == 200
    track_trash(track=track, now=NOW)
    assert fetch(public) == 403
    track_restore(track=track)
    assert fetch(public) == 200
    track_set_current(track=track, version=world.version(track=track))
    assert fetch(public) == 403


def test_purged_is_gone(lasting_world: World) -> None:
    track = lasting_world.track("public")
    public = playback(Client(), track)["hls"]
    track_purge(track=track, now=NOW)
    assert fetch(public) == 410
    assert track.current_version_id is not None
    assert not storage().exists(denied_mark(track.current_version_id))
    assert not storage().exists(withdrawn_mark(track.current_version_id))
