"""How allauth fits in here: whose address counts, where links lead, and TOTP secrets sealed at rest."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest

from apps.common.addresses import client_address


@dataclass(frozen=True, slots=True)
class _Site:
    name: str = "Refrain"
    domain: str = urlsplit(settings.SITE_URL).netloc


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-up and login by e-mail."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """The same address that every other limit counts."""
        return client_address(request)

    def format_email_subject(self, subject: str) -> str:
        """The mail's subject, with the site's name in front."""
        return f"Refrain: {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Name the site by its own name, whatever Host header the request had."""
        super().send_mail(template_prefix, email, {**context, "current_site": _Site()})

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """On the site's own address, whatever Host header the request had."""
        return _here(super().get_email_confirmation_url(request, emailconfirmation))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On the site's own address, whatever Host header the request had."""
        return _here(super().get_reset_password_from_key_url(key))


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Two-factor secrets, so that a copy of the database alone opens no account."""

    def encrypt(self, text: str) -> str:
        """Sealed with the newest secret key."""
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Opened with any of the secret keys."""
        return _seal().decrypt(encrypted_text.encode()).decode()


def _seal() -> MultiFernet:
    keys = (str(settings.SECRET_KEY), *map(str, settings.SECRET_KEY_FALLBACKS))
    digests = (hashlib.sha256(b"apps.accounts.mfa:" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def _here(url: str) -> str:
    """The path of `url` on SITE_URL."""
    path = "/" + url.split("://", 1)[-1].split("/", 1)[-1]
    return f"{settings.SITE_URL}{path}"
