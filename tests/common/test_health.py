"""What operators ask: is it alive, is it ready, what are its figures."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from apps.common import readiness
from tests.world import make_user


def test_healthz_needs_no_database(client: Client) -> None:
    # the database is blocked in this test: touching it would raise
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_readyz_tells_what_answers(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "database": True, "migrated": True, "redis": True, "broker": True}


@pytest.mark.django_db
def test_readyz_is_ready_without_redis_and_says_so(client: Client) -> None:
    readiness._redis.cache_clear()
    try:
        with override_settings(REDIS_URL="unix:///nowhere/redis.sock"):
            response = client.get("/readyz")
    finally:
        readiness._redis.cache_clear()
    assert response.status_code == 200
    assert response.json()["redis"] is False


@pytest.mark.django_db
def test_metrics_are_for_this_machine_and_operators(client: Client) -> None:
    client.get("/readyz")
    here = client.get("/metrics")
    assert here.status_code == 200
    assert 'refrain_requests_total{method="GET",route="readyz",status="200"}' in here.content.decode()
    for elsewhere in ({"REMOTE_ADDR": "203.0.113.9"}, {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}):
        refused = client.get("/metrics", **elsewhere)  # type: ignore[arg-type]
        assert refused.status_code == 404
        assert b"refrain_requests" not in refused.content
    client.force_login(make_user(staff=True), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 200
