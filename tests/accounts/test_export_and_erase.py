"""Taking one's data away, and leaving for good."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client, override_settings

from apps.accounts import registry
from apps.accounts.models import ApiToken, User
from apps.accounts.services.account_erase import account_erase
from apps.accounts.services.account_export import account_export
from tests.world import PASSWORD, make_token, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone after it."""
    monkeypatch.setattr(registry, "_sections", dict(registry._sections))
    monkeypatch.setattr(registry, "_erasers", dict(registry._erasers))


def logged_in(email: str, **about: Any) -> tuple[User, Client]:
    """A user and their browser."""
    user = make_user(email, password=PASSWORD, **about)
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return user, client


def opened(response: Any) -> dict[str, Any]:
    """The JSON files of an export by name."""
    archive = zipfile.ZipFile(io.BytesIO(response.getvalue()))
    assert archive.testzip() is None
    return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def everywhere(text: str) -> list[str]:
    """The tables of the database that hold `text` in any row."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}" AS row WHERE row::text ILIKE %s)', [f"%{text}%"])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_an_export_has_ones_own_and_nobody_elses() -> None:
    clara, client = logged_in("clara@example.org", name="Clara")
    robert, _ = logged_in("robert@example.org", name="Robert")
    token, secret = make_token(clara)
    make_token(robert)
    response = client.post("/you/export/")
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    files = opened(response)
    assert files["account.json"][0]["email"] == "clara@example.org"
    assert [row["id"] for row in files["api_tokens.json"]] == [str(token.pk)]
    assert set(files["about.json"]["files"]) == set(files) - {"about.json"}
    text = json.dumps(files)
    assert "robert" not in text.lower()
    assert str(robert.pk) not in text
    assert secret not in text
    assert token.digest not in text
    assert clara.password not in text


def test_other_apps_add_their_rows_one_at_a_time() -> None:
    user, client = logged_in("clara@example.org")
    held: list[int] = []

    def rows(owner: User) -> Iterator[dict[str, object]]:
        for number in range(3):
            held.append(number)
            yield {"owner": owner.pk, "number": number, "text": "Lied 🎵"}

    registry.register_export("things", rows)
    registry.register_export("nothing", lambda owner: ())
    files = opened(client.post("/you/export/"))
    assert [row["number"] for row in files["things.json"]] == [0, 1, 2]
    assert files["things.json"][0] == {"owner": str(user.pk), "number": 0, "text": "Lied 🎵"}
    assert files["nothing.json"] == []


def test_exports_are_limited_and_need_a_login() -> None:
    assert Client().post("/you/export/").status_code == 302
    _, client = logged_in("clara@example.org")
    assert client.get("/you/export/").status_code == 405
    with override_settings(THROTTLES={"export": "1/hour"}):
        assert client.post("/you/export/").status_code == 200
        assert client.post("/you/export/").status_code == 429


def test_deleting_leaves_nothing_personal(django_capture_on_commit_callbacks: Any) -> None:
    user, client = logged_in("clara.wieck@example.org", name="Clara Josephine")
    other, others = logged_in("robert@example.org")
    make_token(user)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    before = Session.objects.count()
    assert everywhere("clara.wieck@example.org")
    mail.outbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/you/delete/", {"password": PASSWORD})

    assert response.status_code == 302
    assert everywhere("clara.wieck") == []
    assert everywhere("Clara Josephine") == []
    assert everywhere(str(user.pk)) == []
    assert not ApiToken.objects.exists()
    assert not Authenticator.objects.exists()
    assert client.get("/you/").status_code == 302
    assert Session.objects.count() <= before
    assert [sent.to for sent in mail.outbox] == [["clara.wieck@example.org"]]
    assert others.get("/you/").status_code == 200, "nobody else is touched"
    assert UserSession.objects.filter(user=other).exists()

    again = Client().post("/accounts/signup/", {"email": "clara.wieck@example.org", "password1": PASSWORD})
    assert again.status_code == 302
    assert EmailAddress.objects.filter(email="clara.wieck@example.org").exists()


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper()])
def test_a_wrong_password_deletes_nothing(password: str) -> None:
    user, client = logged_in("clara@example.org")
    response = client.post("/you/delete/", {"password": password})
    assert response.status_code == 422
    assert b"field-error" in response.content
    assert User.objects.filter(pk=user.pk).exists()
    assert client.get("/you/").status_code == 200


def test_guessing_the_password_there_is_limited() -> None:
    user, client = logged_in("clara@example.org")
    with override_settings(THROTTLES={"delete": "2/hour"}):
        assert [client.post("/you/delete/", {"password": "wrong"}).status_code for _ in range(2)] == [422, 422]
        assert client.post("/you/delete/", {"password": PASSWORD}).status_code == 429
    assert User.objects.filter(pk=user.pk).exists()


def test_apps_erase_from_the_top_down_and_all_or_nothing() -> None:
    user = make_user()
    make_token(user)
    called: list[str] = []
    registry.register_erase("lower", lambda owner: called.append("lower"))
    registry.register_erase("upper", lambda owner: called.append("upper"))
    account_erase(user=user)
    assert called == ["upper", "lower"]

    another = make_user()
    make_token(another)

    def fails(owner: User) -> None:
        ApiToken.objects.filter(user=owner).delete()
        raise RuntimeError("cannot")

    registry.register_erase("failing", fails)
    with pytest.raises(RuntimeError, match="cannot"):
        account_erase(user=another)
    assert User.objects.filter(pk=another.pk).exists()
    assert another.api_tokens.count() == 1
    assert not mail.outbox


def test_every_page_about_oneself_is_there(client: Client) -> None:
    _, client = logged_in("clara@example.org", name="Clara")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for path in (
        "/you/",
        "/you/tokens/",
        "/you/delete/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/sessions/",
        "/accounts/logout/",
    ):
        page = client.get(path)
        assert page.status_code == 200, path
        html = page.content.decode()
        assert 'id="page"' in html, f"{path} is outside of the site's frame"
        assert not re.search(r"<(script|style)(?![^>]*\bsrc=)[^>]*>(?!\s*</)", html), f"{path} has inline code"
        assert " style=" not in html, path


def test_a_name_is_changed_and_a_lying_one_refused(client: Client) -> None:
    user, client = logged_in("clara@example.org", name="Clara")
    assert client.post("/you/", {"name": "  Clara   Schumann "}).status_code == 302
    user.refresh_from_db()
    assert user.name == "Clara Schumann"
    assert client.post("/you/", {"name": "Clara\u202e"}).status_code == 422
    assert client.post("/you/", {"name": "x" * 61}).status_code == 422
    user.refresh_from_db()
    assert user.name == "Clara Schumann"
    client.post("/you/", {"name": ""})
    user.refresh_from_db()
    assert "clara" not in str(user).lower(), "the address is nobody's business"


def test_an_archive_is_written_without_holding_it(tmp_path: Any) -> None:
    user = make_user()
    registry.register_export("many", lambda owner: ({"number": number} for number in range(50_000)))
    from django.utils import timezone

    with (tmp_path / "export.zip").open("wb") as file:
        account_export(user=user, target=file, now=timezone.now())
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        assert len(json.loads(archive.read("many.json"))) == 50_000
