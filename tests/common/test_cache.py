"""The cache shares its connections, and a dead Redis is an empty cache."""

from __future__ import annotations

import threading

from django.core.cache import caches
from django.test import override_settings
from pytest_django import Settings
from redis import Redis
from structlog.testing import capture_logs

DEAD = {
    "default": {"BACKEND": "apps.common.cache.ForgivingRedisCache", "LOCATION": "unix:///nowhere/at-all.sock"},
}


def test_all_threads_share_one_pool(settings: Settings) -> None:
    caches["default"].set("shared", 1)
    watcher = Redis.from_url(settings.REDIS_URL)
    before = len(watcher.client_list())

    def use() -> None:
        assert caches["default"].get("shared") == 1

    for _ in range(10):
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
    assert len(watcher.client_list()) == before


def test_a_dead_redis_is_an_empty_cache_and_is_left_alone_for_a_moment() -> None:
    with override_settings(CACHES=DEAD), capture_logs() as logs:
        cache = caches["default"]
        cache.set("a", 1)
        assert cache.get("a", "none") == "none"
        assert cache.get_many(["a"]) == {}
        assert cache.get_or_set("a", 2) == 2
        assert cache.add("a", 1)
        assert not cache.delete("a")
        assert "a" not in cache
    assert len([entry for entry in logs if entry["event"] == "cache-unreachable"]) == 1
