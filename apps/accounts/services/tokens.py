"""Make, use and revoke API tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q

from apps.accounts.models import NAME_LENGTH, ApiToken, User
from apps.common.text import clean_text

PREFIX = "rfn_"
MOST = 50
_USE_IS_NOTED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class FreshToken:
    """A token just made, with the secret that is never seen again."""

    token: ApiToken
    secret: str


def token_create(
    *, user: User, name: str, scopes: Iterable[str], expires_at: datetime | None, now: datetime
) -> FreshToken:
    """A token for `user`; ValidationError, by field."""
    name = _named(name)
    wanted = sorted(set(scopes))
    if not wanted or set(wanted) - set(ApiToken.Scope.values):
        raise ValidationError({"scopes": ["Choose read, write or both."]})
    if expires_at is not None and expires_at <= now:
        raise ValidationError({"expires_at": ["This is in the past."]})
    if user.api_tokens.filter(revoked_at=None).count() >= MOST:
        raise ValidationError(f"You have {MOST} tokens. Revoke one that you no longer need.")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        hint=secret[:8],
        digest=digest(secret),
        scopes=wanted,
        created_at=now,
        expires_at=expires_at,
    )
    return FreshToken(token, secret)


def token_revoke(*, token: ApiToken, now: datetime) -> None:
    """It opens nothing from now on; revoking again changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def token_use(*, secret: str, now: datetime) -> ApiToken | None:
    """The valid token with this secret, its user loaded; its use is noted at most once a minute."""
    if not secret.startswith(PREFIX):
        return None
    token = (
        ApiToken.objects.select_related("user__plan")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now), digest=digest(secret), revoked_at=None)
        .filter(user__is_active=True)
        .first()
    )
    if token is not None and (token.last_used_at is None or token.last_used_at <= now - _USE_IS_NOTED):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _named(name: str) -> str:
    try:
        name = clean_text(name, maximum=NAME_LENGTH)
    except ValidationError as refused:
        raise ValidationError({"name": refused}) from refused
    if not name:
        raise ValidationError({"name": ["Give it a name, so that you know later what it is for."]})
    return name
