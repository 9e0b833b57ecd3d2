"""From a stranger to a user: sign-up, the mail, the verified address, a forgotten password."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client, override_settings

from apps.accounts.models import User
from tests.world import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def sign_up(client: Client, email: str = "clara@example.org", password: str = PASSWORD) -> Any:
    """Send the form."""
    return client.post("/accounts/signup/", {"email": email, "password1": password})


def link_in_mail() -> str:
    """The path in the last mail."""
    found = re.search(r"https?://[^/\s]+(/\S+)", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


def test_a_stranger_signs_up_and_confirms_the_address(client: Client, settings: Any) -> None:
    response = sign_up(client)
    assert response.status_code == 302
    user = User.objects.get()
    assert (user.email, user.plan_id, user.is_staff) == ("clara@example.org", "free", False)
    assert user.password.startswith("argon2")
    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == ["clara@example.org"]
    assert settings.SITE_URL in str(mail.outbox[0].body)
    assert not EmailAddress.objects.get().verified

    page = client.get(link_in_mail())
    assert page.status_code == 200
    client.post(link_in_mail())
    assert EmailAddress.objects.get().verified
    assert b"confirmed" in client.get("/you/").content


def test_the_link_leads_to_our_own_address_whatever_the_request_said(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client.post(
        "/accounts/signup/", {"email": "clara@example.org", "password1": PASSWORD}, headers={"host": "evil.example"}
    )
    client.logout()
    client.post("/accounts/password/reset/", {"email": "clara@example.org"}, headers={"host": "evil.example"})
    assert len(mail.outbox) == 2
    for sent in mail.outbox:
        assert "evil.example" not in str(sent.body)


def test_where_mail_leaves_nobody_comes_in_unconfirmed(client: Client) -> None:
    with override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory"):
        sign_up(client)
        assert client.get("/you/").status_code == 302
        client.post("/accounts/login/", {"login": "clara@example.org", "password": PASSWORD})
        assert client.get("/you/").status_code == 302
        client.post(link_in_mail())
        client.post("/accounts/login/", {"login": "clara@example.org", "password": PASSWORD})
        assert client.get("/you/").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("clara@example.org", "12345678"),
        ("clara@example.org", "short"),
        ("clara@example.org", "clara@example.org"),
        ("not an address", PASSWORD),
        ("clara\x00@example.org", PASSWORD),
        ("", PASSWORD),
    ],
)
def test_a_bad_form_makes_nobody_and_sends_nothing(client: Client, email: str, password: str) -> None:
    response = sign_up(client, email, password)
    assert response.status_code == 200
    assert b"field-error" in response.content
    assert not User.objects.exists()
    assert not mail.outbox


def test_a_taken_address_is_not_given_away(client: Client) -> None:
    make_user("clara@example.org")
    with override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory"):
        taken = sign_up(client, "CLARA@example.org")
        free = sign_up(Client(), "robert@example.org")
    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    assert User.objects.filter(email__iexact="clara@example.org").count() == 1
    assert "already" in str(mail.outbox[0].body)


def test_two_spellings_of_an_address_are_one_person() -> None:
    make_user("Clara@Example.org")
    assert User.objects.get().email == "clara@example.org"


def test_a_forgotten_password_is_replaced_and_the_old_one_stops(client: Client) -> None:
    make_user("clara@example.org", password=PASSWORD)
    client.post("/accounts/password/reset/", {"email": "clara@example.org"})
    form = client.get(link_in_mail(), follow=True)
    where = form.redirect_chain[-1][0]
    client.post(where, {"password1": "another tune entirely 7", "password2": "another tune entirely 7"})
    user = User.objects.get()
    assert user.check_password("another tune entirely 7")
    assert not user.check_password(PASSWORD)


def test_a_stranger_asking_for_a_new_password_learns_nothing(client: Client) -> None:
    make_user("clara@example.org")
    known = client.post("/accounts/password/reset/", {"email": "clara@example.org"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_sign_ups_from_one_address_are_limited(client: Client) -> None:
    with override_settings(ACCOUNT_RATE_LIMITS={"signup": "2/m/ip"}):
        answers = [sign_up(Client(), f"person{number}@example.org").status_code for number in range(3)]
        assert answers == [302, 302, 429]
        assert User.objects.count() == 2
        elsewhere = Client(REMOTE_ADDR="203.0.113.9")
        assert sign_up(elsewhere, "else@example.org").status_code == 302
