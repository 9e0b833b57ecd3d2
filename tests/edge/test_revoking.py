"""What was taken down or withdrawn stops everywhere within the promised minute, hot or not; what was put back plays."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from django.conf import settings

from apps.library.edges import lifetimes, memory
from apps.library.listeners import COOKIE
from apps.library.marks import marks_repair
from apps.library.paths import denied_mark, prefix_of, withdrawn_mark
from apps.library.services.track_publish import track_publish
from apps.library.services.track_take_down import track_put_back, track_take_down
from apps.library.signing import PUBLIC_WINDOW, Prefix, public_prefix
from apps.library.storage import storage
from embedded.nginx import Front, Nginx, nginx
from tests.edge.conftest import FILES, TOKEN, UNLIMITED, Edge, store, until
from tests.edge.test_listening import private, public
from tests.library.conftest import NOW, World, lasting_world, make_world, song_folder
from tests.nginx import Origin, origin

__all__ = ["lasting_world", "make_world", "song_folder"]

PATHS = ["hls/000.m4s", "track.mp3", "hls/index.m3u8"]


def test_times_add_up_to_less_than_a_minute() -> None:
    """An edge's copy, its refresh, a browser's copy, its refresh, a remote storage's marks, the repair of a crash."""
    edges = lifetimes.EDGE_SECONDS + lifetimes.STALE_SECONDS
    browsers = lifetimes.BROWSER_SECONDS + lifetimes.STALE_SECONDS
    assert edges + browsers + memory.SECONDS + 20 <= 60


@pytest.mark.usefixtures("short_lives")
def test_taken_down_while_hot(edge: Edge, version: UUID) -> None:
    """Given a track that many hear, when it is taken down, then the same addresses end in 410, and 410 they stay."""
    addresses = {prefix.of(path): token for prefix, token in prefixes(version) for path in PATHS}
    with hot(edge, addresses):
        until(lambda: statuses(edge, addresses) == {200}, "it plays")
        storage().mark(denied_mark(version))
        until(lambda: statuses(edge, addresses) == {410}, "410")
        for _ in range(10):
            assert statuses(edge, addresses) == {410}
        for address, token in addresses.items():
            assert edge.get(address, token).headers["cache-control"] == "no-store"
            assert edge.get(address, token, range="bytes=0-1").status_code == 410
            assert edge.get(address, token, if_none_match="*").status_code == 410
        storage().unmark(denied_mark(version))
        until(lambda: statuses(edge, addresses) == {200}, "put back")
    for address, token in addresses.items():
        assert edge.get(address, token).content == FILES[address.split(f"{version}/")[1]]


@pytest.mark.usefixtures("short_lives")
def test_withdrawn_while_hot(edge: Edge, version: UUID) -> None:
    """Given a public track, when it is hidden, then everybody's addresses end, and a listener's own go on."""
    everybodys = {public(version).of(path): "" for path in PATHS}
    own = {private(version).of(path): TOKEN for path in PATHS}
    with hot(edge, {**everybodys, **own}):
        until(lambda: statuses(edge, everybodys) == {200}, "it plays")
        storage().mark(withdrawn_mark(version))
        until(lambda: statuses(edge, everybodys) == {403}, "403")
        for _ in range(10):
            assert statuses(edge, everybodys) == {403}
            assert statuses(edge, own) == {200}
        assert {edge.get(address).headers["cache-control"] for address in everybodys} == {"no-store"}
        storage().unmark(withdrawn_mark(version))
        until(lambda: statuses(edge, everybodys) == {200}, "public again")


@pytest.mark.usefixtures("short_lives")
def test_purged_while_hot(behind_nginx: Edge, version: UUID) -> None:
    addresses = {public(version).of(path): "" for path in PATHS}
    with hot(behind_nginx, addresses):
        until(lambda: statuses(behind_nginx, addresses) == {200}, "it plays")
        storage().delete_prefix(prefix_of(version))
        until(lambda: statuses(behind_nginx, addresses) == {410}, "410")
        assert statuses(behind_nginx, addresses) == {410}


@pytest.mark.usefixtures("short_lives")
def test_operator_takes_down_and_puts_back(lasting_world: World, in_front: Nginx) -> None:
    edge = Edge("nginx", in_front.address)
    track = lasting_world.track("public")
    assert track.current_version_id is not None
    address = public(track.current_version_id).of("hls/index.m3u8")
    assert edge.get(address).status_code == 200
    track_take_down(track=track, operator=lasting_world.operator, reason="Not theirs.", now=NOW)
    until(lambda: edge.get(address).status_code == 410, "410")
    track_put_back(track=track, operator=lasting_world.operator)
    until(lambda: edge.get(address).status_code == 200, "it plays again")


def test_repair_looks_at_a_track_once_an_hour_or_when_it_changed(lasting_world: World) -> None:
    """Given marks that are right, then the storage is left alone; what a later crash left out is set."""
    world = lasting_world
    down, hidden = world.track("public"), world.track("public")
    track_take_down(track=down, operator=world.operator, reason="Not theirs.", now=NOW)
    track_publish(track=hidden, visibility="private", now=NOW)
    assert [marks_repair(), marks_repair()] == [2, 0]
    track_put_back(track=down, operator=world.operator)
    track_publish(track=hidden, visibility="public", now=NOW)
    track_take_down(track=down, operator=world.operator, reason="Again.", now=NOW + timedelta(minutes=1))
    track_publish(track=hidden, visibility="private", now=NOW)
    assert down.current_version_id is not None
    assert hidden.current_version_id is not None
    lost = [denied_mark(down.current_version_id), withdrawn_mark(hidden.current_version_id)]
    for mark in lost:
        storage().unmark(mark)
    assert marks_repair() == 2
    assert all(storage().exists(mark) for mark in lost)


@pytest.mark.usefixtures("short_lives")
def test_edge_that_cannot_ask_stops(version: UUID, tmp_path: Path) -> None:
    """Given an edge cut off from its origin with a hot track, then it falls silent too: it cannot know better."""
    with ExitStack() as stack:
        web = stack.enter_context(ExitStack())
        port = web.enter_context(origin()).port
        front = Front(secret=settings.EDGE_KEY, origin=f"127.0.0.1:{port}", settings=UNLIMITED)
        alone = stack.enter_context(nginx(tmp_path, front))
        cut_off = Edge("nginx", alone.address)
        address = public(version).of("hls/000.m4s")
        stack.enter_context(hot(cut_off, {address: ""}))
        until(lambda: cut_off.get(address).status_code == 200, "it plays")
        web.close()
        until(lambda: cut_off.get(address).status_code in {502, 504}, "silence")
        assert {cut_off.get(address).status_code for _ in range(40)} <= {502, 504}


def test_copy_is_kept_for_everybody_whatever_their_address(behind_nginx: Edge, version: UUID, web: Origin) -> None:
    """Given a kept file, when it is asked for at an address of another window, then the origin is not asked again."""
    now = datetime.now(UTC)
    first = behind_nginx.get(public_prefix(version, now).of("hls/000.m4s"))
    later = behind_nginx.get(public_prefix(version, now + PUBLIC_WINDOW).of("hls/000.m4s"))
    assert (first.headers["x-cache"], later.headers["x-cache"]) == ("MISS", "HIT")
    assert later.content == FILES["hls/000.m4s"]
    assert web.asked_for(f"{version}/hls/000.m4s") == 1


def test_refusals_leave_no_trace(behind_nginx: Edge, version: UUID, web: Origin) -> None:
    """Given requests that were refused, then the origin never saw them, and who may listen hears the song."""
    address = public(version).of("hls/000.m4s")
    forged = address.replace("/-/", "/-/A", 1)[: len(address)]
    for _ in range(3):
        assert behind_nginx.get(forged).status_code == 403
        assert behind_nginx.get(private(version).of("hls/000.m4s"), "u" * 32).status_code == 403
    assert web.asked_for(f"{version}/hls/000.m4s") == 0
    assert behind_nginx.get(address).content == FILES["hls/000.m4s"]


def test_crowd_at_a_cold_file_is_one_request_to_the_origin(behind_nginx: Edge, version: UUID, web: Origin) -> None:
    address = public(version).of("hls/000.m4s")
    with ThreadPoolExecutor(12) as crowd:
        answers = list(crowd.map(lambda _: behind_nginx.get(address).content, range(24)))
    assert set(answers) == {FILES["hls/000.m4s"]}
    assert web.asked_for(f"{version}/hls/000.m4s") == 1


@pytest.mark.usefixtures("short_lives")
def test_bytes_travel_once(behind_nginx: Edge, version: UUID) -> None:
    """Given a copy whose time has passed, then the origin only confirms it: nobody waits for the bytes again."""
    address = public(version).of("hls/001.m4s")
    assert behind_nginx.get(address).headers["x-cache"] == "MISS"
    until(lambda: behind_nginx.get(address).headers["x-cache"] in {"STALE", "REVALIDATED"}, "it was confirmed")
    assert behind_nginx.get(address).content == FILES["hls/001.m4s"]


def test_one_address_cannot_take_the_edge_for_itself(web: Origin, media: Path, tmp_path: Path) -> None:
    version = store(tmp_path / "folder")
    settled = {"EDGE_RATE": "1", "EDGE_BURST": "3", "EDGE_CONNECTIONS": "10"}
    front = Front(secret=settings.EDGE_KEY, origin=f"127.0.0.1:{web.port}", settings=settled)
    with nginx(tmp_path / "front", front) as strict:
        edge = Edge("nginx", strict.address)
        answers = {edge.get(public(version).of("hls/000.m4s")).status_code for _ in range(12)}
    assert answers == {200, 429}


def prefixes(version: UUID) -> list[tuple[Prefix, str]]:
    """Everybody's and a listener's own, with the cookies they need."""
    return [(public(version), ""), (private(version), TOKEN)]


def statuses(edge: Edge, addresses: Mapping[str, str]) -> set[int]:
    """What the addresses answer at the moment."""
    return {edge.status(address, token) for address, token in addresses.items()}


class hot:  # noqa: N801 - reads as what it does
    """Has listeners ask for addresses again and again in the background."""

    def __init__(self, edge: Edge, addresses: Mapping[str, str]) -> None:
        self._edge = edge
        self._addresses = addresses
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._listen) for _ in range(3)]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _listen(self) -> None:
        with self._edge.client() as client:
            while not self._over.is_set():
                for address, token in self._addresses.items():
                    # an answer that is on its way when its song is taken down ends at the next slice
                    with suppress(httpx.RemoteProtocolError):
                        client.get(address, headers={"cookie": f"{COOKIE}={token}"} if token else {})
                self._over.wait(0.01)
