"""Every answer has an id and the headers that protect its reader; the log has the id too."""

from __future__ import annotations

import pytest
from django.test import Client
from structlog.testing import capture_logs

from apps.common.request_ids import current_request_id


@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/plans", "/no/such/page"])
@pytest.mark.django_db
def test_every_answer_is_protected(client: Client, path: str) -> None:
    response = client.get(path)
    policy = response["Content-Security-Policy"]
    directives = {part.split()[0]: part.split()[1:] for part in policy.split("; ")}
    assert directives["default-src"] == ["'self'"]
    assert directives["object-src"] == ["'none'"]
    assert directives["frame-ancestors"] == ["'none'"]
    assert "blob:" in directives["media-src"]
    # WebAssembly may be compiled; no script may be evaluated, and none stands in a page
    assert directives["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert "'unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_a_good_id_is_taken_over_and_a_bad_one_replaced(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "proxy-1234"})["X-Request-ID"] == "proxy-1234"
    for bad in ("short", "with space in it", "x" * 81, "line\x0bbreak"):
        replaced = client.get("/healthz", headers={"X-Request-ID": bad})["X-Request-ID"]
        assert replaced != bad
        assert len(replaced) == 36


@pytest.mark.django_db
def test_the_log_has_one_line_an_answer_without_what_was_asked(client: Client) -> None:
    with capture_logs() as logs:
        client.get("/api/v1/plans?q=secret", headers={"X-Request-ID": "proxy-5678"})
    lines = [entry for entry in logs if entry["event"] == "request"]
    assert len(lines) == 1
    assert lines[0]["path"] == "/api/v1/plans"
    assert lines[0]["status"] == 200
    assert "secret" not in str(lines)
    assert current_request_id() == "proxy-5678"


@pytest.mark.django_db
def test_the_api_describes_itself(client: Client) -> None:
    response = client.get("/api/schema/")
    assert response.status_code == 200
    assert b"Problem details" in response.content
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert b"https://" not in page.content.replace(b'"https://www.w3.org', b""), "nothing is fetched from elsewhere"
