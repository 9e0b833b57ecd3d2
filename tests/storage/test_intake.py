"""The embedded intake takes exactly what was signed, and keeps nothing else."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from collections.abc import AsyncIterator, Iterable, MutableMapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from apps.library.storage import DiskIncoming, PartTarget, storage
from apps.library.storage.part_signing import LIFE
from embedded.intake import intake

NAME = "uploads/song/original"
SIZES = (700_000, 700_000, 1)


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=intake), base_url="http://test") as client:
        yield client


@pytest.fixture
def handle() -> str:
    return storage().incoming.begin(NAME, SIZES, "audio/wav")


def target(handle: str, number: int, ago: timedelta = timedelta()) -> PartTarget:
    return storage().incoming.target(NAME, handle, number, SIZES[number - 1], datetime.now(UTC) - ago)


def everything(media: Path) -> set[str]:
    """Every file of the storage, but for what `begin` writes down."""
    return {path.name for path in media.rglob("*") if path.is_file()} - {"about.json"}


async def put(browser: httpx.AsyncClient, target: PartTarget, content: bytes) -> httpx.Response:
    return await browser.put(target.url, content=content, headers=dict(target.headers))


async def test_parts_arrive_in_any_order_and_become_the_file(browser: httpx.AsyncClient, handle: str) -> None:
    parts = [os.urandom(size) for size in SIZES]
    for number in (3, 1, 2):
        answer = await put(browser, target(handle, number), parts[number - 1])
        assert answer.status_code == 200
    incoming = storage().incoming
    received = incoming.received(NAME, handle)
    assert [(part.number, part.bytes) for part in received] == [(1, SIZES[0]), (2, SIZES[1]), (3, SIZES[2])]
    assert answer.headers["etag"] == f'"{received[1].etag}"'
    incoming.complete(NAME, handle, received)
    with storage().open(NAME) as file:
        assert file.read() == b"".join(parts)


@pytest.mark.parametrize("change", [-1, 1, 1000])
async def test_wrong_length_is_refused_and_nothing_stays(
    browser: httpx.AsyncClient, handle: str, media: Path, change: int
) -> None:
    answer = await put(browser, target(handle, 1), b"x" * (SIZES[0] + change))
    assert (answer.status_code, everything(media)) == (400, set())


@pytest.mark.parametrize("change", [-1, 1, 3_000_000])
async def test_wrong_length_is_refused_where_the_body_says_none(
    browser: httpx.AsyncClient, handle: str, media: Path, change: int
) -> None:
    async def body() -> AsyncIterator[bytes]:
        left = SIZES[0] + change
        while left > 0:
            yield b"x" * min(left, 65_536)
            left -= 65_536

    answer = await browser.put(target(handle, 1).url, content=body())
    assert (answer.status_code, everything(media)) == (400, set())


async def test_a_body_that_says_no_length_may_be_right(browser: httpx.AsyncClient, handle: str) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"x" * SIZES[0]

    assert (await browser.put(target(handle, 1).url, content=body())).status_code == 200


async def test_expired_address_is_refused(browser: httpx.AsyncClient, handle: str, media: Path) -> None:
    old = target(handle, 1, ago=LIFE + timedelta(seconds=1))
    answer = await put(browser, old, b"x" * SIZES[0])
    assert (answer.status_code, "expired" in answer.text, everything(media)) == (403, True, set())


@pytest.mark.parametrize("place", range(5))
async def test_every_piece_of_an_address_is_signed(
    browser: httpx.AsyncClient, handle: str, media: Path, place: int
) -> None:
    other = storage().incoming.begin("uploads/other/original", SIZES, "audio/wav")
    url = target(handle, 1).url
    pieces = url.split("/")
    forged = ["9999999999", "A" * 43, str(SIZES[0] + 1), other, "2"]
    pieces[place - 5] = forged[place]
    assert "/".join(pieces) != url
    size = SIZES[0] + 1 if place == 2 else SIZES[0]
    answer = await browser.put("/".join(pieces), content=b"x" * size)
    assert (answer.status_code, everything(media)) == (403, set())


@pytest.mark.parametrize(
    "path",
    [
        "/incoming/",
        "/incoming/a/b/c",
        "/incoming/1790000000/x/1/../1",
        "/incoming/1790000000/%2e%2e/1/about.json/1",
    ],
)
async def test_other_addresses_take_nothing(browser: httpx.AsyncClient, handle: str, media: Path, path: str) -> None:
    assert (await browser.put(path, content=b"x")).status_code == 403
    assert everything(media) == set()


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH"])
async def test_a_part_is_put_and_nothing_else(browser: httpx.AsyncClient, handle: str, method: str) -> None:
    assert (await browser.request(method, target(handle, 1).url)).status_code == 405


async def test_an_upload_that_ended_takes_nothing_more(browser: httpx.AsyncClient, handle: str, media: Path) -> None:
    late = target(handle, 1)
    storage().incoming.abort(NAME, handle)
    assert ((await put(browser, late, b"x" * SIZES[0])).status_code, everything(media)) == (410, set())


def requests(chunks: Iterable[bytes]) -> AsyncIterator[dict[str, object]]:
    async def messages() -> AsyncIterator[dict[str, object]]:
        for chunk in chunks:
            yield {"type": "http.request", "body": chunk, "more_body": True}
        yield {"type": "http.disconnect"}

    return messages()


async def test_a_broken_connection_leaves_no_part(handle: str, media: Path) -> None:
    messages = requests([b"x" * 300_000, b"x" * 300_000])
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "PUT", "path": target(handle, 1).url, "query_string": b"", "headers": []}
    await intake(scope, messages.__anext__, send)
    assert (sent, everything(media)) == ([], set())
    assert storage().incoming.received(NAME, handle) == []


async def test_a_silent_sender_is_given_up(handle: str, media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedded.intake._SILENCE", 0.05)
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "PUT", "path": target(handle, 1).url, "query_string": b"", "headers": []}
    await intake(scope, receive, send)
    assert (sent[0]["status"], everything(media)) == (408, set())


async def test_a_full_disk_is_said_and_nothing_stays(
    browser: httpx.AsyncClient, handle: str, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    answer = await put(browser, target(handle, 1), b"x" * SIZES[0])
    assert (answer.status_code, everything(media)) == (507, set())


async def test_of_two_senders_of_a_part_one_stays_whole(browser: httpx.AsyncClient, handle: str) -> None:
    contents = [bytes([n]) * SIZES[0] for n in range(6)]
    answers = await asyncio.gather(*(put(browser, target(handle, 1), content) for content in contents))
    assert {answer.status_code for answer in answers} == {200}
    incoming = storage().incoming
    assert isinstance(incoming, DiskIncoming)
    (part,) = incoming.received(NAME, handle)
    for number in (2, 3):
        await put(browser, target(handle, number), b"y" * SIZES[number - 1])
    incoming.complete(NAME, handle, incoming.received(NAME, handle))
    with storage().open(NAME) as file:
        first = hashlib.sha256(file.read(part.bytes)).digest()
    assert first in {hashlib.sha256(content).digest() for content in contents}
