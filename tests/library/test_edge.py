"""The edge gives exactly what a signed prefix allows."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, MutableMapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import httpx
import pytest
from pytest_django import Settings

from apps.common.ids import new_id
from apps.library.listeners import COOKIE
from apps.library.paths import MEDIA_TYPES, prefix_of
from apps.library.signing import Prefix, private_prefix, public_prefix
from apps.library.storage import storage
from embedded.edge import edge

TOKEN = "t" * 32
FILES = {
    "master.flac": b"fLaC-master",
    "track.mp3": bytes(range(256)) * 40,
    "peaks.json": b"{}",
    "hls/index.m3u8": b"#EXTM3U",
    "hls/000.m4s": b"segment",
    "stems/drums.flac": b"fLaC-drums",
    "score.json": b"{}",
    "cover.webp": b"RIFF",
}


@pytest.fixture
def version(media: Path, tmp_path: Path) -> UUID:
    """A version's files, stored."""
    identity = new_id()
    folder = tmp_path / "folder"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    storage().put_folder(prefix_of(identity), folder)
    return identity


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    """A client of the edge."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://test") as client:
        yield client


def public(version: UUID) -> Prefix:
    return public_prefix(version, datetime.now(UTC))


def private(version: UUID, token: str = TOKEN) -> Prefix:
    return private_prefix(version, token, datetime.now(UTC))


@pytest.mark.parametrize("path", ["track.mp3", "peaks.json", "hls/index.m3u8", "hls/000.m4s", "cover.webp"])
async def test_everybody_gets_what_is_streamed(version: UUID, browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(public(version).of(path))
    assert (answer.status_code, answer.content) == (200, FILES[path])
    assert answer.headers["content-type"] == MEDIA_TYPES[Path(path).suffix]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["master.flac", "stems/drums.flac", "score.json"])
async def test_downloads_are_not_streamed(version: UUID, browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(public(version).of(path))).status_code == 403


async def test_public_address_is_the_same_for_everybody_for_a_while(version: UUID) -> None:
    start = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert public_prefix(version, start) == public_prefix(version, start + timedelta(minutes=29, seconds=59))
    assert public_prefix(version, start).expires_at - start <= timedelta(hours=1)
    assert public_prefix(version, start) != public_prefix(version, start + timedelta(minutes=30))


async def test_private_address_works_with_its_cookie_alone(version: UUID, browser: httpx.AsyncClient) -> None:
    address = private(version).of("track.mp3")
    browser.cookies.set(COOKIE, TOKEN)
    answer = await browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["cache-control"].startswith("private")
    assert TOKEN not in address
    browser.cookies.set(COOKIE, "u" * 32)
    assert (await browser.get(address)).status_code == 403
    browser.cookies.clear()
    assert (await browser.get(address)).status_code == 403


async def test_private_address_lives_ten_minutes_at_most(version: UUID) -> None:
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert private_prefix(version, TOKEN, now).expires_at - now <= timedelta(minutes=10)


async def test_expired_address_is_refused(version: UUID, browser: httpx.AsyncClient) -> None:
    old = private_prefix(version, TOKEN, datetime.now(UTC) - timedelta(minutes=10, seconds=1))
    browser.cookies.set(COOKIE, TOKEN)
    answer = await browser.get(old.of("track.mp3"))
    assert (answer.status_code, "expired" in answer.text) == (403, True)


@pytest.mark.parametrize("part", [2, 3, 4, 5])
async def test_tampering_with_any_part_is_refused(version: UUID, browser: httpx.AsyncClient, part: int) -> None:
    pieces = private(version).of("track.mp3").split("/")
    browser.cookies.set(COOKIE, TOKEN)
    last = pieces[part][-2]
    pieces[part] = pieces[part][:-2] + ("1" if last != "1" else "2") + pieces[part][-1]
    assert (await browser.get("/".join(pieces))).status_code == 403


async def test_private_signature_does_not_pass_as_everybodys(version: UUID, browser: httpx.AsyncClient) -> None:
    pieces = private(version).of("track.mp3").split("/")
    pieces[3] = "-"
    assert (await browser.get("/".join(pieces))).status_code == 403


async def test_another_key_signs_nothing(version: UUID, browser: httpx.AsyncClient, settings: Settings) -> None:
    settings.EDGE_KEY = "another"
    foreign = public(version).of("track.mp3")
    settings.EDGE_KEY = "the real one"
    assert (await browser.get(foreign)).status_code == 403
    assert (await browser.get(public(version).of("track.mp3"))).status_code == 200


async def test_signature_is_what_nginx_computes(version: UUID, settings: Settings) -> None:
    settings.EDGE_KEY = "enigma"
    _, _, expiry, listener, signature, identity = private(version).url.split("/")
    digest = hashlib.md5(f"{expiry}/{listener}/{identity}/{TOKEN} enigma".encode()).digest()
    assert signature == base64.urlsafe_b64encode(digest).decode().rstrip("=")


@pytest.mark.parametrize(
    "path",
    [
        "../../secret_key",
        "hls/../master.flac",
        "hls/../../x/track.mp3",
        "%2e%2e/%2e%2e/secret_key",
        "hls/..%2f..%2fmaster.flac",
        "hls//000.m4s",
        "/track.mp3",
        "track.mp3/",
        "./track.mp3",
        "track.mp3%00.webp",
        "TRACK.MP3",
        "hls/",
        "",
    ],
)
async def test_no_path_leads_anywhere_else(version: UUID, path: str) -> None:
    assert await raw_status(f"{public(version).url}/{path}") == 403


async def raw_status(raw: str) -> int:
    """The status for a path as it stands: clients tidy paths up, attackers do not."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": b"",
        "headers": [],
    }
    await edge(scope, receive, send)
    status: int = sent[0]["status"]
    return status


async def test_exact_path_is_what_the_raw_client_gets(version: UUID) -> None:
    assert await raw_status(public(version).of("track.mp3")) == 200


async def test_link_in_the_storage_is_not_followed(
    version: UUID, browser: httpx.AsyncClient, media: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret")
    (media / prefix_of(version) / "cover.jpg").symlink_to(tmp_path / "secret")
    assert (await browser.get(public(version).of("cover.jpg"))).status_code == 404


async def test_ranges(version: UUID, browser: httpx.AsyncClient) -> None:
    whole, address = FILES["track.mp3"], public(version).of("track.mp3")
    part = await browser.get(address, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    tail = await browser.get(address, headers={"range": "bytes=-10"})
    assert (tail.status_code, tail.content) == (206, whole[-10:])
    beyond = await browser.get(address, headers={"range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416


async def test_range_of_an_older_file_gives_the_whole(version: UUID, browser: httpx.AsyncClient) -> None:
    address = public(version).of("track.mp3")
    answer = await browser.get(address, headers={"range": "bytes=0-9", "if-range": '"another"'})
    assert (answer.status_code, answer.content) == (200, FILES["track.mp3"])
    etag = answer.headers["etag"]
    same = await browser.get(address, headers={"range": "bytes=0-9", "if-range": etag})
    assert same.status_code == 206


async def test_known_file_is_not_sent_again(version: UUID, browser: httpx.AsyncClient) -> None:
    address = public(version).of("track.mp3")
    etag = (await browser.get(address)).headers["etag"]
    again = await browser.get(address, headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")


async def test_head_options_and_the_rest(version: UUID, browser: httpx.AsyncClient) -> None:
    address = public(version).of("track.mp3")
    head = await browser.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(FILES["track.mp3"]))
    options = await browser.options(address)
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    for method in ("POST", "PUT", "DELETE"):
        assert (await browser.request(method, address)).status_code == 405
    assert storage().exists(f"{prefix_of(version)}/track.mp3")


async def test_version_without_that_file_and_version_that_is_gone(version: UUID, browser: httpx.AsyncClient) -> None:
    assert (await browser.get(public(version).of("hls/007.m4s"))).status_code == 404
    storage().delete_prefix(prefix_of(version))
    gone = await browser.get(public(version).of("track.mp3"))
    assert (gone.status_code, gone.headers["cache-control"]) == (410, "no-store")
