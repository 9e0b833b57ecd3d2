"""Limits hold for one user or address, slide, and let everybody pass when Redis is away."""

from __future__ import annotations

import pytest
from django.test import override_settings
from structlog.testing import capture_logs

from apps.common.throttles import Rate, overdue
from tests.world import api_client, make_user

MINUTE = Rate(10, 60)
START = 1_800_000_000.0  # a multiple of 60
DEAD = {
    "default": {"BACKEND": "apps.common.cache.ForgivingRedisCache", "LOCATION": "unix:///nowhere/redis.sock"},
}


def test_so_many_pass_and_the_next_is_told_how_long_to_wait() -> None:
    assert [overdue("t", "a", MINUTE, START) for _ in range(10)] == [None] * 10
    assert overdue("t", "a", MINUTE, START + 20) == pytest.approx(40)
    assert overdue("t", "b", MINUTE, START) is None, "another one counts for themselves"
    assert overdue("u", "a", MINUTE, START) is None, "another scope counts for itself"


def test_the_window_slides_so_that_no_edge_lets_twice_as_many_pass() -> None:
    for _ in range(10):
        overdue("t", "a", MINUTE, START + 59)
    assert overdue("t", "a", MINUTE, START + 61) is not None
    passed = sum(overdue("t", "a", MINUTE, START + 90) is None for _ in range(10))
    assert passed == 5, "half of the last minute is still in sight"


def test_what_is_refused_does_not_count() -> None:
    for _ in range(50):
        overdue("t", "a", MINUTE, START)
    assert overdue("t", "a", MINUTE, START + 120) is None


@pytest.mark.django_db
@pytest.mark.urls("tests.common.urls")
def test_a_scope_limits_changes_and_not_looking() -> None:
    client = api_client(make_user())
    with override_settings(THROTTLES={"generate": "2/hour"}):
        assert [client.post("/api/v1/scarce").status_code for _ in range(3)] == [200, 200, 429]
        refused = client.post("/api/v1/scarce")
        assert refused.json()["type"] == "/problems/too-many-requests"
        assert int(refused["Retry-After"]) > 0
        assert client.get("/api/v1/scarce").status_code == 200
        assert api_client(make_user()).post("/api/v1/scarce").status_code == 200


@pytest.mark.django_db
def test_strangers_count_by_address() -> None:
    with override_settings(THROTTLES={"api-anonymous": "1/hour"}):
        assert api_client().get("/api/v1/plans", REMOTE_ADDR="203.0.113.1").status_code == 200
        assert api_client().get("/api/v1/plans", REMOTE_ADDR="203.0.113.1").status_code == 429
        assert api_client().get("/api/v1/plans", REMOTE_ADDR="203.0.113.2").status_code == 200
        pretended = api_client().get("/api/v1/plans", REMOTE_ADDR="203.0.113.1", HTTP_X_FORWARDED_FOR="8.8.8.8")
        assert pretended.status_code == 429, "a header that anybody can write moves nobody"


@pytest.mark.django_db
@pytest.mark.urls("tests.common.urls")
def test_without_redis_everybody_passes_and_the_log_says_so() -> None:
    user = make_user()
    with override_settings(CACHES=DEAD, THROTTLES={"api": "1/hour", "generate": "1/hour"}), capture_logs() as logs:
        client = api_client(user)
        assert [client.post("/api/v1/scarce").status_code for _ in range(3)] == [200, 200, 200]
    assert "cache-unreachable" in {entry["event"] for entry in logs}
