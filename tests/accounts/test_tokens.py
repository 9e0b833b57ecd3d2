"""API tokens: what they open, for how long, and that nobody can read them back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.models import ApiToken
from apps.accounts.services.tokens import MOST, token_revoke, token_use
from tests.world import api_client, make_token, make_user

pytestmark = pytest.mark.django_db


def bearer(secret: str) -> APIClient:
    """A client with this secret."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def logged_in(user: Any) -> Client:
    """A browser."""
    client = Client()
    client.force_login(user)
    return client


def test_a_token_is_its_user() -> None:
    user = make_user(name="Clara")
    response = api_client(user).get("/api/v1/me")
    assert response.status_code == 200
    assert response.json()["email"] == user.email
    assert response.json()["plan"]["slug"] == "free"


def test_a_reading_token_changes_nothing() -> None:
    user = make_user(name="Clara")
    client = api_client(user, "read")
    assert client.get("/api/v1/me").status_code == 200
    refused = client.patch("/api/v1/me", {"name": "Robert"}, format="json")
    assert refused.status_code == 403
    assert "write" in refused.json()["detail"]
    user.refresh_from_db()
    assert user.name == "Clara"


def test_a_writing_token_alone_reads_nothing() -> None:
    assert api_client(make_user(), "write").get("/api/v1/me").status_code == 403


@pytest.mark.parametrize("secret", ["rfn_", "rfn_unknown", "nonsense", "rfn_\xff", "a b"])
def test_what_is_no_token_opens_nothing(secret: str) -> None:
    response = bearer(secret).get("/api/v1/me")
    assert response.status_code == 401
    assert response.json()["type"] == "/problems/not-authenticated"


def test_a_revoked_token_opens_nothing() -> None:
    user = make_user()
    token, secret = make_token(user)
    assert bearer(secret).delete(f"/api/v1/tokens/{token.pk}").status_code == 204
    assert bearer(secret).get("/api/v1/me").status_code == 401
    first = ApiToken.objects.get().revoked_at
    token_revoke(token=token, now=timezone.now())
    assert ApiToken.objects.get().revoked_at == first


def test_an_expired_token_opens_nothing() -> None:
    _, secret = make_token(make_user(), now=timezone.now() - timedelta(days=2), expires_in=timedelta(days=1))
    assert bearer(secret).get("/api/v1/me").status_code == 401


def test_a_token_of_somebody_locked_out_opens_nothing() -> None:
    user = make_user()
    _, secret = make_token(user)
    user.is_active = False
    user.save()
    assert bearer(secret).get("/api/v1/me").status_code == 401


def test_the_secret_is_shown_once_and_kept_nowhere() -> None:
    user = make_user()
    made = logged_in(user).post("/api/v1/tokens", {"name": "script", "scopes": ["read"]}, "application/json")
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    secret = made.json()["secret"]
    assert bearer(secret).get("/api/v1/me").status_code == 200
    assert secret not in bearer(secret).get("/api/v1/tokens").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM accounts_apitoken t")
        assert secret not in cursor.fetchone()[0]


def test_a_token_makes_no_tokens() -> None:
    response = api_client(make_user()).post("/api/v1/tokens", {"name": "more", "scopes": ["read"]}, format="json")
    assert response.status_code == 403
    assert ApiToken.objects.count() == 1


def test_tokens_of_others_are_neither_seen_nor_revoked() -> None:
    token, _ = make_token(make_user())
    other = api_client(make_user())
    assert str(token.pk) not in other.get("/api/v1/tokens").content.decode()
    assert other.delete(f"/api/v1/tokens/{token.pk}").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize(
    "sent",
    [
        {"name": "", "scopes": ["read"]},
        {"name": "a\x00b", "scopes": ["read"]},
        {"name": "a\u202eb", "scopes": ["read"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["admin"]},
        {"name": "x", "scopes": "read"},
        {"name": "x"},
        {"name": "x", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "x", "scopes": ["read"], "expires_at": "tomorrow"},
    ],
)
def test_a_bad_request_makes_no_token(sent: dict[str, Any]) -> None:
    response = logged_in(make_user()).post("/api/v1/tokens", sent, "application/json")
    assert response.status_code == 400
    assert response.json()["errors"]
    assert not ApiToken.objects.exists()


def test_there_is_an_end_to_tokens() -> None:
    user = make_user()
    for _ in range(MOST):
        make_token(user)
    response = logged_in(user).post("/api/v1/tokens", {"name": "one more", "scopes": ["read"]}, "application/json")
    assert response.status_code == 400
    assert ApiToken.objects.count() == MOST


def test_its_use_is_noted_at_most_once_a_minute() -> None:
    now = timezone.now()
    token, secret = make_token(make_user(), now=now)

    def noted_after(seconds: int) -> Any:
        token_use(secret=secret, now=now + timedelta(seconds=seconds))
        token.refresh_from_db()
        return token.last_used_at

    assert noted_after(0) == now
    assert noted_after(59) == now
    assert noted_after(60) == now + timedelta(seconds=60)


def test_lists_come_in_pages_that_new_rows_do_not_shift() -> None:
    user = make_user()
    client = api_client(user)
    for _ in range(4):
        make_token(user)
    first = client.get("/api/v1/tokens", {"limit": 2}).json()
    make_token(user)
    second = client.get(first["next"]).json()
    ids = [row["id"] for row in first["results"] + second["results"]]
    assert len(set(ids)) == 4
    assert ids == [str(pk) for pk in user.api_tokens.order_by("-created_at", "-id").values_list("id", flat=True)[1:5]]


def test_the_form_sent_twice_makes_one_token() -> None:
    user = make_user()
    client = logged_in(user)
    key = client.get("/you/tokens/").context["form"]["key"].value()
    form = {"key": key, "name": "script", "access": "read write", "term": "90"}
    first = client.post("/you/tokens/", form)
    second = client.post("/you/tokens/", form)
    assert ApiToken.objects.count() == 1
    assert ApiToken.objects.get().scopes == ["read", "write"]
    shown = re.search(r"rfn_[\w-]{43}", first.content.decode())
    assert shown
    assert bearer(shown[0]).get("/api/v1/me").status_code == 200
    assert "rfn_" not in re.sub(r"rfn_\S{0,4}…", "", second.content.decode())
    assert b"sent twice" in second.content

    third = client.post("/you/tokens/", {**form, "name": "another"})
    assert third.status_code == 422
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"name": "a\u202eb"}, {"key": "ключ"}, {"access": "all"}, {"key": ""}, {"term": "1"}]
)
def test_a_bad_form_makes_no_token(change: dict[str, str]) -> None:
    client = logged_in(make_user())
    form = {"key": "0123456789", "name": "script", "access": "read", "term": "always", **change}
    response = client.post("/you/tokens/", form)
    assert response.status_code == 422
    assert not ApiToken.objects.exists()


def test_the_page_revokes_only_ones_own() -> None:
    user, other = make_user(), make_user()
    token, secret = make_token(user)
    assert logged_in(other).post(f"/you/tokens/{token.pk}/revoke/").status_code == 404
    assert bearer(secret).get("/api/v1/me").status_code == 200
    assert logged_in(user).post(f"/you/tokens/{token.pk}/revoke/").status_code == 302
    assert bearer(secret).get("/api/v1/me").status_code == 401
