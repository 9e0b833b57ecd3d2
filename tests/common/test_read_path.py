"""Pages that are only read take no lock, cost a fixed number of queries, and do without workers, broker and Redis."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from django.apps import apps
from django.core.cache import cache, caches
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.library.listeners import COOKIE
from apps.library.models import Track
from apps.wallets.monthly.services import monthly_grant_due
from bench.harness.workers import wait_until
from embedded.services import Services
from tests.library.conftest import World, lasting_world, make_world, media, song_folder, world

__all__ = ["lasting_world", "make_world", "media", "song_folder", "world"]

ANONYMOUS = {
    "/": (7, 0),
    "/?genre=waltz": (3, 0),
    "/?sort=week": (3, 0),
    "/search?q=snow": (4, 0),
    "/tracks/{track}/": (3, 3),
    "/api/v1/feed": (1, 0),
    "/api/v1/feed?sort=played": (1, 0),
    "/api/v1/search?q=snow": (1, 0),
    "/api/v1/tracks/{track}": (1, 1),
    "/api/v1/tracks/{track}/versions": (3, 3),
    "/api/v1/versions/{version}": (1, 1),
    "/api/v1/versions/{version}/playback": (1, 1),
}
"""What anybody reads, and how many queries it takes the first time and when it was just read."""
OWNERS = {
    "/": 3,
    "/tracks/{track}/": 9,
    "/library/": 9,
    "/library/?q=snow": 9,
    "/uploads/": 8,
    "/wallet/": 14,
    "/wallet/balance/": 3,
    "/api/v1/tracks": 3,
    "/api/v1/versions/{version}/playback": 3,
    "/api/v1/versions/{version}/download?format=mp3": 4,
}
"""What somebody who is logged in reads, and how many queries it takes."""


@dataclass
class Readers:
    """A visitor and an owner, and what they read."""

    visitor: Client
    owner: Client
    track: Track

    def read(self, client: Client, address: str) -> int:
        """The status."""
        found = address.format(track=self.track.id, version=self.track.current_version_id)
        method = client.head if "/download" in found else client.get
        return method(found).status_code

    def read_all(self) -> dict[str, int]:
        """Every address with its status, where that is not a success."""
        answers = {address: self.read(self.visitor, address) for address in ANONYMOUS}
        answers |= {f"{address} (owner)": self.read(self.owner, address) for address in OWNERS}
        return {address: status for address, status in answers.items() if status != 200}


def readers_of(owner: User, track: Track) -> Readers:
    visitor, client = Client(), Client()
    visitor.cookies[COOKIE] = "L" * 32
    client.force_login(owner)
    monthly_grant_due(user=owner, now=timezone.now())
    return Readers(visitor, client, track)


@pytest.fixture
def readers(world: World) -> Readers:
    """A public song, its owner, and a visitor."""
    return readers_of(world.owner, world.track("public"))


def test_reading_costs_a_fixed_number_of_queries(readers: Readers, world: World) -> None:
    found = {}
    for address in ANONYMOUS:
        cache.clear()
        found[address] = (queries(readers, readers.visitor, address), queries(readers, readers.visitor, address))
    found_owner = {}
    for address in OWNERS:
        readers.read(readers.owner, address)
        found_owner[address] = queries(readers, readers.owner, address)

    assert found == ANONYMOUS
    assert found_owner == OWNERS


def queries(readers: Readers, client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert readers.read(client, address) == 200, address
    return len(captured)


@contextmanager
def everything_locked() -> Iterator[None]:
    """Another transaction holds every table so that nobody can write or lock a row, only read."""
    held, done = threading.Event(), threading.Event()
    tables = ", ".join(f'"{model._meta.db_table}"' for model in apps.get_models() if model._meta.managed)

    def hold() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")
                held.set()
                done.wait(60)
        finally:
            held.set()
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_reading_takes_no_lock(lasting_world: World) -> None:
    readers = readers_of(lasting_world.owner, lasting_world.track("public"))
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    try:
        with everything_locked():
            cache.clear()
            refused = readers.read_all()
    finally:
        connection.close()

    assert refused == {}


@pytest.fixture
def own_redis(tmp_path: Path, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis that this test may kill, which the site uses for everything."""
    services = Services(tmp_path / "own", tmp_path)
    services.redis_data.mkdir(parents=True)
    child = subprocess.Popen(services.redis_command, stdout=subprocess.DEVNULL)
    client = redis.Redis.from_url(services.redis_url)

    def answers() -> bool:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False

    try:
        wait_until(answers, 30, "Redis to start")
        client.close()
        settings.REDIS_URL = services.redis_url
        settings.CELERY_BROKER_URL = services.redis_url.replace("unix://", "redis+socket://", 1)
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": services.redis_url}}
        layer = settings.CHANNEL_LAYERS["default"]
        settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": {**layer["CONFIG"], "hosts": [services.redis_url]}}}
        caches.close_all()
        yield child
    finally:
        child.kill()
        child.wait()
        del settings.CACHES
        caches.close_all()


def test_reading_goes_on_when_redis_dies_with_broker_and_workers(
    world: World, own_redis: subprocess.Popen[bytes], settings: Settings
) -> None:
    readers = readers_of(world.owner, world.track("public"))
    assert readers.read_all() == {}
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.keys("cache:*")

    own_redis.kill()
    own_redis.wait()

    assert readers.read_all() == {}
    # and whoever comes now logs in
    late = Client()
    late.force_login(world.owner)
    assert readers.read(late, "/library/") == 200
