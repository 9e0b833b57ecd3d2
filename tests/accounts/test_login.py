"""Coming in: password, second factor, limits, and a Redis that is away."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client, override_settings

from apps.accounts.models import User
from tests.world import PASSWORD, make_user

pytestmark = pytest.mark.django_db
DEAD = {
    "default": {"BACKEND": "apps.common.cache.ForgivingRedisCache", "LOCATION": "unix:///nowhere/redis.sock"},
}


def log_in(client: Client, email: str = "clara@example.org", password: str = PASSWORD) -> Any:
    """Send the form."""
    return client.post("/accounts/login/", {"login": email, "password": password})


def inside(client: Client) -> bool:
    """Whether the client is logged in."""
    return client.get("/you/").status_code == 200


def code(secret: str) -> str:
    """What the authenticator app shows now."""
    shown: str = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    return shown


def activate(client: Client) -> str:
    """Turn the second factor on, for which the password is asked again, and return its secret."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret: str = page.context["form"].secret
    assert client.post("/accounts/2fa/totp/activate/", {"code": code(secret)}).status_code == 302
    return secret


def test_with_the_password_in_and_out_again(client: Client) -> None:
    make_user("clara@example.org", password=PASSWORD)
    assert not inside(client)
    assert log_in(client, "Clara@Example.org").status_code == 302
    assert inside(client)
    client.post("/accounts/logout/")
    assert not inside(client)


def test_a_wrong_password_and_an_unknown_address_read_the_same(client: Client) -> None:
    make_user("clara@example.org", password=PASSWORD)
    wrong = log_in(client, password="wrong")
    unknown = log_in(client, "nobody@example.org")
    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert not inside(client)


def test_after_five_wrong_tries_even_the_right_password_waits(client: Client) -> None:
    make_user("clara@example.org", password=PASSWORD)
    make_user("robert@example.org", password=PASSWORD)
    for _ in range(5):
        log_in(client, password="wrong")
    log_in(client)
    assert not inside(client)
    log_in(client, "robert@example.org")
    assert inside(client), "another account is not locked"


@pytest.mark.django_db(transaction=True)
def test_the_second_factor_is_asked_for_and_sealed_at_rest(client: Client) -> None:
    make_user("clara@example.org", password=PASSWORD)
    log_in(client)
    secret = activate(client)
    stored = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
    assert secret not in stored
    assert {sent.to[0] for sent in mail.outbox} == {"clara@example.org"}, "its owner is told"
    client.post("/accounts/logout/")

    assert log_in(client)["Location"].startswith("/accounts/2fa/authenticate/")
    assert not inside(client), "the password alone opens nothing"
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert not inside(client)
    codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert inside(client)

    client.post("/accounts/logout/")
    log_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert not inside(client), "a recovery code works once"


def test_changing_how_to_get_in_asks_for_the_password_again(client: Client) -> None:
    make_user("clara@example.org", password=PASSWORD)
    log_in(client)
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")
    change = client.post("/accounts/email/", {"email": "thief@example.org", "action_add": ""})
    assert change["Location"].startswith("/accounts/reauthenticate/")
    assert not EmailAddress.objects.filter(email="thief@example.org").exists()
    client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302
    assert not Authenticator.objects.exists()


def test_operators_come_in_by_the_same_door(client: Client) -> None:
    make_user("op@example.org", password=PASSWORD, staff=True)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
    response = client.post("/admin/login/", {"username": "op@example.org", "password": PASSWORD})
    assert response["Location"].startswith("/accounts/login/")
    assert not inside(client)
    log_in(client, "op@example.org")
    assert client.get("/admin/").status_code == 200
    client.force_login(make_user())
    assert client.get("/admin/", follow=True).status_code == 403


def test_without_redis_people_still_come_in(client: Client) -> None:
    make_user("clara@example.org", password=PASSWORD)
    with override_settings(CACHES=DEAD):
        log_in(client, password="wrong")
        assert not inside(client)
        log_in(client)
        assert inside(client)
        assert Client().post("/accounts/signup/", {"email": "r@example.org", "password1": PASSWORD}).status_code == 302
    assert User.objects.count() == 2


def test_leading_elsewhere_after_the_login_is_refused(client: Client) -> None:
    make_user("clara@example.org", password=PASSWORD)
    response = client.post(
        "/accounts/login/", {"login": "clara@example.org", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert response["Location"] == "/"


def test_other_sessions_can_be_ended(client: Client) -> None:
    make_user("clara@example.org", password=PASSWORD)
    other = Client()
    log_in(other)
    log_in(client)
    assert inside(other)
    client.post("/accounts/sessions/")
    assert inside(client)
    assert not inside(other)
