"""What an operator does from the command line."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from apps.accounts.models import ApiToken, User
from tests.world import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def test_an_operator_comes_in_at_once_also_where_addresses_are_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", "--email", "Op@example.org", stdout=StringIO())
    client = Client()
    with override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory"):
        client.post("/accounts/login/", {"login": "op@example.org", "password": PASSWORD})
    assert client.get("/admin/").status_code == 200


def test_a_token_from_the_command_line_works() -> None:
    user = make_user("clara@example.org")
    out = StringIO()
    call_command("token", "Clara@example.org", "--scopes", "read", "--days", "1", stdout=out)
    client = Client(headers={"Authorization": f"Bearer {out.getvalue().strip()}"})
    assert client.get("/api/v1/me").json()["id"] == str(user.pk)
    token = ApiToken.objects.get()
    assert token.scopes == ["read"]
    assert token.expires_at is not None


def test_it_makes_the_user_when_it_is_told_to() -> None:
    call_command("token", "script@example.org", "--create", stdout=StringIO())
    assert not User.objects.get(email="script@example.org").has_usable_password()


@pytest.mark.parametrize("arguments", [["nobody@example.org"], ["clara@example.org", "--days", "-1"]])
def test_a_bad_command_makes_nothing(arguments: list[Any]) -> None:
    make_user("clara@example.org")
    with pytest.raises(CommandError):
        call_command("token", *arguments)
    assert not ApiToken.objects.exists()
    assert User.objects.count() == 1
