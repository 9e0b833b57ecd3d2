"""What accounts itself gives out in an export; secrets stay here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from apps.accounts.models import User
from apps.accounts.registry import register_export


def register() -> None:
    """Add the sections."""
    register_export("account", _account)
    register_export("addresses", _addresses)
    register_export("api_tokens", _tokens)
    register_export("two_factor", _authenticators)
    register_export("sessions", _sessions)


def _account(user: User) -> Iterator[Mapping[str, Any]]:
    yield {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "plan": user.plan_id,
        "joined_at": user.date_joined,
        "last_login": user.last_login,
    }


def _addresses(user: User) -> Iterator[Mapping[str, Any]]:
    yield from EmailAddress.objects.filter(user=user).values("email", "verified", "primary")


def _tokens(user: User) -> Iterator[Mapping[str, Any]]:
    names = ("id", "name", "hint", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    yield from user.api_tokens.values(*names).iterator()


def _authenticators(user: User) -> Iterator[Mapping[str, Any]]:
    yield from Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")


def _sessions(user: User) -> Iterator[Mapping[str, Any]]:
    yield from UserSession.objects.filter(user=user).values("ip", "user_agent", "created_at", "last_seen_at")
