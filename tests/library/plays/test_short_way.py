"""The beacon's short way answers what Django would, and gathers what comes at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from starlette.types import Receive, Scope, Send

from apps.library.listeners import COOKIE
from apps.library.plays.appender import appender
from apps.library.plays.asgi import PATH, with_beacons
from apps.library.plays.nonces import LIFE, sealed
from tests.library.plays.conftest import TOKEN, Stream, play


async def pages(scope: Scope, receive: Receive, send: Send) -> None:
    """Everything else of the site."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest_asyncio.fixture
async def short(stream: Stream) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the short way."""
    transport = httpx.ASGITransport(app=with_beacons(pages), client=("127.0.0.1", 4242))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", cookies={COOKIE: TOKEN}) as client:
        yield client
    await appender().aclose()


def beacon(nonce: object) -> bytes:
    return json.dumps({"nonce": nonce}).encode()


def bodies() -> list[bytes]:
    """One of each kind."""
    now = timezone.now()
    return [
        beacon(sealed(play(now))),
        beacon(sealed(play(now, own=True))),
        beacon(sealed(play(now + timedelta(hours=1)))),
        beacon(sealed(play(now, token="M" * 32))),
        beacon(sealed(play(now - LIFE))),
        beacon("A" * 120),
        beacon(None),
        b"",
        b"{",
        b" " * 9000,
    ]


def told(status: int, headers: Any, body: dict[str, Any]) -> object:
    """What an answer says, without what differs from one to the next."""
    assert headers["X-Request-ID"]
    for name in ("play", "request_id", "detail", "after_seconds"):
        if name in body:
            body[name] = type(body[name])
    return status, headers["Content-Type"], headers["Cache-Control"], body


async def test_both_ways_answer_alike(short: httpx.AsyncClient, stream: Stream) -> None:
    client = Client()
    client.cookies[COOKIE] = TOKEN
    for body in bodies():
        quick = await short.post(PATH, content=body)
        long = await sync_to_async(client.post)(PATH, body, content_type="application/json")
        assert told(quick.status_code, quick.headers, quick.json()) == told(long.status_code, long, long.json())
    assert len(stream.waiting()) == 2


async def test_what_comes_at_once_is_appended_each(short: httpx.AsyncClient, stream: Stream) -> None:
    now = timezone.now()
    texts = [sealed(play(now)) for _ in range(40)]

    answers = await asyncio.gather(*(short.post(PATH, content=beacon(text)) for text in texts))

    assert {answer.status_code for answer in answers} == {202}
    assert sorted(stream.waiting()) == sorted(texts)


async def test_a_redis_that_forgot_the_script_is_told_again(short: httpx.AsyncClient, stream: Stream) -> None:
    stream.redis.script_flush()
    text = sealed(play(timezone.now()))

    assert (await short.post(PATH, content=beacon(text))).status_code == 202
    assert stream.waiting() == [text]


async def test_too_many_wait(short: httpx.AsyncClient, stream: Stream, settings: Settings) -> None:
    settings.THROTTLES = {"plays": "2/hour"}

    answers = [await short.post(PATH, content=beacon(sealed(play(timezone.now())))) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[-1].json()["type"] == "/problems/too-many-requests"
    assert int(answers[-1].headers["Retry-After"]) > 0


async def test_without_redis_none_is_taken(stream: Stream, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/at-all.sock"
    transport = httpx.ASGITransport(app=with_beacons(pages))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", cookies={COOKIE: TOKEN}) as client:
        sent = [client.post(PATH, content=beacon(sealed(play(timezone.now())))) for _ in range(3)]
        answers = await asyncio.gather(*sent)
    await appender().aclose()

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert {answer.json()["type"] for answer in answers} == {"/problems/unavailable"}


async def test_everything_else_goes_on_to_the_pages(short: httpx.AsyncClient) -> None:
    for answer in (await short.get(PATH), await short.post(f"{PATH}/start"), await short.post("/")):
        assert answer.status_code == 418
