"""Every error of the API is a problem document of the same shape (RFC 9457)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import ApiToken, User
from tests.world import api_client, make_token, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.common.urls")]


def check(response: Any, status: int, kind: str) -> dict[str, Any]:
    """The problem in `response`, which has the shape that is promised."""
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["type"] == f"/problems/{kind}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == response["X-Request-ID"]
    assert set(body) <= {"type", "title", "status", "detail", "errors", "request_id"}
    return body


def test_invalid_fields_are_named() -> None:
    user = make_user()
    client = Client()
    client.force_login(user)
    response = client.post("/api/v1/tokens", {"name": "x" * 61, "scopes": ["read", "fly"]}, "application/json")
    body = check(response, 400, "validation")
    assert {error["field"] for error in body["errors"]} == {"name", "scopes.1"}
    assert all(error["message"] for error in body["errors"])
    assert not ApiToken.objects.exists()


def test_a_rule_of_a_service_is_a_validation_problem_too() -> None:
    user = make_user(name="Clara")
    response = api_client(user).patch("/api/v1/me", {"name": "Cla\u202era"}, format="json")
    body = check(response, 400, "validation")
    assert [error["field"] for error in body["errors"]] == ["name"]
    user.refresh_from_db()
    assert user.name == "Clara"


@pytest.mark.parametrize("sent", ['{"name": ', "[" * 100_000, '{"name": "\xff"'])
def test_unreadable_content_is_malformed(sent: str) -> None:
    user = make_user(name="Clara")
    client = Client(headers={"Authorization": f"Bearer {make_token(user)[1]}"})
    response = client.generic("PATCH", "/api/v1/me", sent.encode("latin-1"), "application/json")
    check(response, 400, "malformed")
    user.refresh_from_db()
    assert user.name == "Clara"


@pytest.mark.parametrize("sent", ["[]", '"name"', "3", "null"])
def test_content_that_is_no_object_is_refused(sent: str) -> None:
    response = api_client(make_user()).generic("PATCH", "/api/v1/me", sent, "application/json")
    check(response, 400, "validation")


def test_nobody_is_asked_for_a_token() -> None:
    response = api_client().get("/api/v1/me")
    check(response, 401, "not-authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_session_without_its_csrf_token_changes_nothing() -> None:
    user = make_user(name="Clara")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    check(client.patch("/api/v1/me", {"name": "Robert"}, "application/json"), 403, "forbidden")
    user.refresh_from_db()
    assert user.name == "Clara"


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/api/v1/tokens/00000000-0000-7000-8000-000000000000"])
def test_what_is_not_there_is_not_found(address: str) -> None:
    check(api_client(make_user()).delete(address), 404, "not-found")


def test_other_methods_are_told_which_work() -> None:
    response = api_client(make_user()).delete("/api/v1/me")
    check(response, 405, "method-not-allowed")
    assert "PATCH" in response["Allow"]
    assert User.objects.count() == 1


def test_an_app_names_its_own_kind_of_problem() -> None:
    body = check(api_client().get("/api/v1/fails/conflict"), 409, "job-not-retryable")
    assert body["detail"] == "Only a job that failed can be tried again."
    assert body["title"] == "Job not retryable"


def test_other_media_types_are_not_read() -> None:
    response = api_client(make_user()).generic("PATCH", "/api/v1/me", "<name/>", "text/xml")
    check(response, 415, "unsupported-media-type")


def test_a_crash_tells_nothing_but_its_number() -> None:
    client = api_client()
    client.raise_request_exception = False
    response = client.get("/api/v1/fails/crash")
    check(response, 500, "server-error")
    assert b"boom" not in response.content


def test_a_database_that_is_away_is_a_passing_trouble() -> None:
    response = api_client().get("/api/v1/fails/database")
    check(response, 503, "unavailable")
    assert int(response["Retry-After"]) > 0


def test_a_cursor_of_ones_own_making_is_refused() -> None:
    for cursor in ("nonsense", "cD1ub25zZW5zZQ==", "%00"):
        response = api_client(make_user()).get("/api/v1/tokens", {"cursor": cursor})
        check(response, 400, "validation")


def test_pages_show_people_a_page(client: Client) -> None:
    missing = client.get("/no/such/page")
    assert missing.status_code == 404
    assert b"There is nothing here" in missing.content
    client.raise_request_exception = False
    crashed = client.get("/crash")
    assert crashed.status_code == 500
    assert b"boom" not in crashed.content
    assert crashed["X-Request-ID"].encode() in crashed.content


def test_a_form_from_elsewhere_is_explained() -> None:
    client = Client(enforce_csrf_checks=True)
    user = make_user(name="Clara")
    client.force_login(user)
    response = client.post("/you/", {"name": "Robert"})
    assert response.status_code == 403
    assert b"out of date" in response.content
    user.refresh_from_db()
    assert user.name == "Clara"
