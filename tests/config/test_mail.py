"""EMAIL_URL is read once, and a typing error stops the start."""

from __future__ import annotations

import pytest

from config.mail import Mail, mail


def test_without_an_address_mail_goes_to_the_console() -> None:
    assert not mail("").leaves
    assert "console" in mail("").backend


def test_smtp_with_a_password_is_encrypted() -> None:
    found = mail("smtp://clara%40example.org:p%3Aw@mail.example.org")
    assert found == Mail(
        backend="django.core.mail.backends.smtp.EmailBackend",
        host="mail.example.org",
        port=587,
        user="clara@example.org",
        password="p:w",
        starttls=True,
    )
    assert mail("smtps://u:p@mail.example.org").port == 465
    assert mail("smtps://u:p@mail.example.org").tls
    assert not mail("smtp://localhost:25").starttls


@pytest.mark.parametrize("bad", ["mail.example.org", "http://mail.example.org", "smtp://"])
def test_anything_else_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="EMAIL_URL"):
        mail(bad)
