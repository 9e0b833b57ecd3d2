"""Each edge when the files lie in a bucket of a real S3 service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from apps.library.edges import memory
from apps.library.edges.memory import Memory
from apps.library.paths import denied_mark, prefix_of, withdrawn_mark
from apps.library.storage import storage
from apps.library.storage.s3 import S3Storage
from embedded import edge as embedded_edge
from tests.edge.conftest import FILES, TOKEN, Edge, store, until
from tests.edge.test_listening import private, public
from tests.edge.test_revoking import prefixes, statuses


@pytest.fixture
def version(s3_url: str, tmp_path: Path) -> Iterator[UUID]:
    """A version's files in the bucket; what the web remembers of it is forgotten."""
    embedded_edge.forget()
    yield store(tmp_path / "folder")
    embedded_edge.forget()


def test_files_and_their_parts(edge: Edge, version: UUID) -> None:
    for path, (prefix, token) in product(("hls/000.m4s", "track.mp3"), prefixes(version)):
        whole, address = FILES[path], prefix.of(path)
        answer = edge.get(address, token)
        assert (answer.status_code, answer.content) == (200, whole)
        etag = answer.headers["etag"]
        assert edge.get(address, token, if_none_match=etag).status_code == 304
        for asked, expected in (("bytes=5000-9999", whole[5000:10000]), ("bytes=-7", whole[-7:])):
            part = edge.get(address, token, range=asked)
            assert (part.status_code, part.content) == (206, expected)
        assert edge.get(address, token, range="bytes=0-9", if_range=etag).content == whole[:10]
        assert edge.get(address, token, range="bytes=0-9", if_range='"another"').content == whole
        assert edge.get(address, token, range=f"bytes={len(whole)}-").status_code == 416
        several = edge.get(address, token, range="bytes=0-9,5000-5009")
        assert whole[:10] in several.content
        assert whole[5000:5010] in several.content
        with edge.client(token) as client:
            head = client.head(address)
        assert (head.status_code, head.headers["content-length"]) == (200, str(len(whole)))
    assert edge.get(public(version).of("hls/007.m4s")).status_code == 404


@pytest.mark.usefixtures("short_lives")
def test_taken_down_withdrawn_and_purged(behind_nginx: Edge, version: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "SECONDS", 0.5)
    everybodys, own = {public(version).of("hls/000.m4s"): ""}, {private(version).of("track.mp3"): TOKEN}
    every = {**everybodys, **own}
    until(lambda: statuses(behind_nginx, every) == {200}, "it plays")
    storage().mark(denied_mark(version))
    until(lambda: statuses(behind_nginx, every) == {410}, "410")
    storage().unmark(denied_mark(version))
    storage().mark(withdrawn_mark(version))
    until(lambda: statuses(behind_nginx, own) == {200}, "put back")
    until(lambda: statuses(behind_nginx, everybodys) == {403}, "403")
    storage().delete_prefix(prefix_of(version))
    until(lambda: statuses(behind_nginx, own) == {410}, "410")


def test_storage_is_not_asked_again_for_what_is_known(
    web_alone: Edge, version: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a listener who goes on to the next segment, then marks are not read again, nor is what an edge has."""
    monkeypatch.setattr(memory, "SECONDS", 3600.0)
    prefix = public(version)
    first = web_alone.get(prefix.of("hls/000.m4s"))
    with asked_of_storage() as asked:
        known = web_alone.get(prefix.of("hls/000.m4s"), if_none_match=first.headers["etag"])
        assert (known.status_code, asked.total()) == (304, 0)
        assert web_alone.get(prefix.of("hls/001.m4s")).content == FILES["hls/001.m4s"]
        assert not [key for key in asked if "denied" in key or "withdrawn" in key]


def test_storage_that_does_not_answer_is_no_refusal(web_alone: Edge, version: UUID, settings: Settings) -> None:
    settings.STORAGE_URL = "s3://refrain%3Atester:secret@127.0.0.1:1/refrain?tls=0"
    answer = web_alone.get(public(version).of("hls/000.m4s"))
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")


def test_memory_is_bounded_in_time_and_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "ENTRIES", 3)
    now = [100.0]
    asked: list[int] = []
    known: Memory[int, int] = Memory(lambda: now[0])

    def ask(key: int) -> int:
        return known.get(key, lambda: asked.append(key) or key)  # type: ignore[func-returns-value]

    assert [ask(1), ask(1)] == [1, 1]
    assert asked == [1]
    now[0] += memory.SECONDS
    ask(1)
    assert asked == [1, 1]
    for key in (2, 3, 4):
        ask(key)
    assert asked == [1, 1, 2, 3, 4]
    ask(1)
    assert asked[-1] == 1


class asked_of_storage:  # noqa: N801 - reads as what it does
    """Counts the requests to the bucket by what they name."""

    def __enter__(self) -> Counter[str]:
        files = storage()
        assert isinstance(files, S3Storage)
        self._events = files.bucket.client.meta.events
        self._asked: Counter[str] = Counter()
        self._events.register("before-send.s3", self._count)
        return self._asked

    def __exit__(self, *_: object) -> None:
        self._events.unregister("before-send.s3", self._count)

    def _count(self, request: Any, **_: Any) -> None:
        self._asked[request.url] += 1
