"""From the playback answer to the stream: who may say what was heard, and when."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.library.listeners import COOKIE
from apps.library.plays.nonces import LIFE, sealed, unsealed
from apps.library.plays.stream import connected
from apps.library.services.track_take_down import track_take_down
from tests.library.conftest import NOW, World
from tests.library.plays.conftest import TOKEN, Stream, play

PLAYS = "/api/v1/plays"


@pytest.fixture
def listener() -> Client:
    """A browser with the cookie."""
    client = Client()
    client.cookies[COOKIE] = TOKEN
    return client


def send(client: Client, nonce: object) -> Any:
    return client.post(PLAYS, json.dumps({"nonce": nonce}), content_type="application/json")


def test_heard_it_is_appended_once_and_the_next_nonce_is_given(
    listener: Client, stream: Stream, django_assert_num_queries: DjangoAssertNumQueries, db: None
) -> None:
    text = sealed(play(timezone.now()))

    with django_assert_num_queries(0):
        answer = send(listener, text)

    assert answer.status_code == 202
    assert stream.waiting() == [text]
    following = unsealed(answer.json()["play"])
    assert following is not None
    assert following.due_at > timezone.now()


def test_playback_gives_a_nonce_bound_to_the_cookie_it_gives(world: World, stream: Stream) -> None:
    track = world.track("public")
    client = Client()

    answer = client.get(f"/api/v1/versions/{track.current_version_id}/playback")

    assert client.cookies[COOKIE]["httponly"]
    nonce = unsealed(answer.json()["play"])
    assert nonce is not None
    assert (nonce.track, nonce.version) == (track.id, track.current_version_id)
    # half of its three seconds, and a second of grace
    assert nonce.due_at - nonce.issued_at == timedelta(seconds=0.5)
    assert stream.waiting() == []


def test_too_early_says_when(world: World, listener: Client, stream: Stream) -> None:
    nonce = play(timezone.now() + timedelta(seconds=50))

    answer = send(listener, sealed(nonce))

    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/too-early"
    assert 15 < answer.json()["after_seconds"] <= 19.1
    assert answer["Content-Type"] == "application/problem+json"
    assert stream.waiting() == []


def test_another_listener_or_none_is_refused(stream: Stream) -> None:
    text = sealed(play(timezone.now()))
    other = Client()
    other.cookies[COOKIE] = "M" * 32

    assert send(other, text).status_code == 403
    assert send(Client(), text).status_code == 403
    assert stream.waiting() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b'{"nonce": 3}',
        b'{"nonce": null}',
        b'{"other": 1}',
        b"\xff\xfe",
        b"[" * 2000,
        b" " * 9000,
    ],
)
def test_what_is_no_beacon_is_malformed(listener: Client, stream: Stream, body: bytes) -> None:
    answer = listener.post(PLAYS, body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/malformed"


@pytest.mark.parametrize("nonce", ["", "x", "A" * 120, "é" * 120, "A" * 1900])
def test_forged_is_refused(listener: Client, stream: Stream, nonce: str) -> None:
    assert send(listener, nonce).status_code in {400, 403}
    assert stream.waiting() == []


def test_a_beacon_of_yesterday_counts_no_more(listener: Client, stream: Stream) -> None:
    old = play(timezone.now() - LIFE)

    assert send(listener, sealed(old)).status_code == 410
    assert stream.waiting() == []


def test_it_is_read_whatever_type_a_leaving_page_sends(listener: Client, stream: Stream) -> None:
    body = json.dumps({"nonce": sealed(play(timezone.now()))})

    assert listener.post(PLAYS, body, content_type="text/plain;charset=UTF-8").status_code == 202


def test_an_owners_own_play_is_thanked_for_and_not_counted(listener: Client, stream: Stream) -> None:
    assert send(listener, sealed(play(timezone.now(), own=True))).status_code == 202
    assert stream.waiting() == []


def test_an_owner_is_known_by_the_session(world: World) -> None:
    track = world.track("public")
    for user, own in ((world.owner, True), (world.other, False)):
        client = Client()
        client.force_login(user)
        nonce = unsealed(client.get(f"/api/v1/versions/{track.current_version_id}/playback").json()["play"])
        assert nonce is not None
        assert nonce.own is own


def test_who_sends_more_than_anybody_can_hear_waits(listener: Client, stream: Stream, settings: Settings) -> None:
    settings.THROTTLES = {"plays-listener": "2/hour", "plays": "4/hour"}
    answers = [send(listener, sealed(play(timezone.now()))) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    # and so does the house they live in
    other = Client()
    other.cookies[COOKIE] = "M" * 32
    text = sealed(play(timezone.now(), token="M" * 32))
    assert [send(other, text).status_code for _ in range(2)] == [202, 429]
    assert len(stream.waiting()) == 3


def test_without_redis_it_is_not_taken_and_can_be_sent_again(
    listener: Client, stream: Stream, settings: Settings
) -> None:
    text, there = sealed(play(timezone.now())), settings.REDIS_URL
    settings.REDIS_URL = "unix:///nowhere/at-all.sock"

    answer = send(listener, text)

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    settings.REDIS_URL = there
    assert send(listener, text).status_code == 202
    assert stream.waiting() == [text]


def test_a_redis_that_forgot_the_script_is_told_again(listener: Client, stream: Stream) -> None:
    stream.redis.script_flush()
    connected.cache_clear()

    assert send(listener, sealed(play(timezone.now()))).status_code == 202
    assert len(stream.waiting()) == 1


def test_start_gives_a_fresh_nonce_to_who_may_hear(world: World, stream: Stream) -> None:
    public, private = world.track("public"), world.track()
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.other)

    def start(version: object) -> Any:
        body = json.dumps({"version": str(version)})
        return client.post(f"{PLAYS}/start", body, content_type="application/json")

    begun = unsealed(start(public.current_version_id).json()["play"])
    assert begun is not None
    assert begun.version == public.current_version_id
    assert datetime.now(UTC) - begun.issued_at < timedelta(minutes=1)
    assert start(private.current_version_id).status_code == 404
    assert start("x").status_code == 400
    track_take_down(track=public, operator=world.operator, reason="Not theirs.", now=NOW)
    client.force_login(world.owner)
    assert start(public.current_version_id).status_code == 410
