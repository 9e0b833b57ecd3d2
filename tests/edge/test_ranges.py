"""Parts of files and questions about them, by each edge."""

from __future__ import annotations

from uuid import UUID

import pytest

from apps.library.paths import prefix_of
from apps.library.storage import storage
from tests.edge.conftest import FILES, TOKEN, Edge
from tests.edge.test_listening import private, public

SLICE = 512 * 1024
# a whole segment, and a file of several slices
BOTH = ["hls/000.m4s", "track.mp3"]


@pytest.mark.parametrize("path", BOTH)
def test_parts(edge: Edge, version: UUID, path: str) -> None:
    whole, address = FILES[path], public(version).of(path)
    for _ in range(2):
        part = edge.get(address, range="bytes=100-199")
        assert (part.status_code, part.content) == (206, whole[100:200])
        assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
        tail = edge.get(address, range="bytes=-10")
        assert (tail.status_code, tail.content) == (206, whole[-10:])
        rest = edge.get(address, range="bytes=5000-")
        assert (rest.status_code, rest.content) == (206, whole[5000:])
        assert edge.get(address, range=f"bytes={len(whole)}-").status_code == 416
        assert edge.get(address).content == whole


def test_part_across_slices(edge: Edge, version: UUID) -> None:
    whole = FILES["track.mp3"]
    assert len(whole) > 2 * SLICE
    for prefix, token in ((public(version), ""), (private(version), TOKEN)):
        part = edge.get(prefix.of("track.mp3"), token, range=f"bytes={SLICE - 7}-{2 * SLICE + 7}")
        assert (part.status_code, part.content) == (206, whole[SLICE - 7 : 2 * SLICE + 8])
        assert edge.get(prefix.of("track.mp3"), token).content == whole


@pytest.mark.parametrize("path", BOTH)
def test_several_parts_at_once_are_those_parts_or_the_whole(edge: Edge, version: UUID, path: str) -> None:
    answer = edge.get(public(version).of(path), range="bytes=0-9,100-109")
    if answer.status_code == 206:
        assert answer.headers["content-type"].startswith("multipart/byteranges")
        assert FILES[path][:10] in answer.content
        assert FILES[path][100:110] in answer.content
    else:
        assert (answer.status_code, answer.content) == (200, FILES[path])


@pytest.mark.parametrize("path", BOTH)
def test_part_of_an_older_file_gives_the_whole(edge: Edge, version: UUID, path: str) -> None:
    address = public(version).of(path)
    answer = edge.get(address, range="bytes=0-9", if_range='"another"')
    assert (answer.status_code, answer.content) == (200, FILES[path])
    same = edge.get(address, range="bytes=0-9", if_range=answer.headers["etag"])
    assert (same.status_code, same.content) == (206, FILES[path][:10])


@pytest.mark.parametrize("path", BOTH)
def test_known_file_is_not_sent_again(edge: Edge, version: UUID, path: str) -> None:
    address = public(version).of(path)
    for _ in range(2):
        etag = edge.get(address).headers["etag"]
        for known in (etag, f'"another", {etag}'):
            again = edge.get(address, if_none_match=known)
            assert (again.status_code, again.content) == (304, b"")
        assert edge.get(address, if_none_match='"another"').status_code == 200


@pytest.mark.parametrize("path", BOTH)
def test_head_options_and_the_rest(edge: Edge, version: UUID, path: str) -> None:
    address = public(version).of(path)
    with edge.client() as client:
        for _ in range(2):
            head = client.head(address)
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-length"] == str(len(FILES[path]))
            assert client.get(address).content == FILES[path]
        options = client.options(address)
        assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert client.request(method, address).status_code == 405
    assert storage().exists(f"{prefix_of(version)}/{path}")


def test_query_changes_nothing(edge: Edge, version: UUID) -> None:
    for query in ("?x=1", "?token=%2e%2e//"):
        assert edge.get(public(version).of("hls/000.m4s") + query).content == FILES["hls/000.m4s"]
