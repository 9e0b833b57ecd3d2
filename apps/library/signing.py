"""Signed listening prefixes: `/media/{expiry}/{listener}/{signature}/{version}/…`, the same for every edge.

The signature is what nginx's `secure_link_md5` computes: base64url, without padding, of
MD5("{expiry}/{listener}/{version}/{token} {key}"). `listener` is "-" for everybody, and the token empty; else it is a
hash of the listener's cookie, and the token the cookie itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings

EVERYBODY = "-"
PUBLIC_WINDOW = timedelta(minutes=30)
"""Public URLs live one to two windows, and everybody gets the same one within a window."""
PRIVATE_LIFE = timedelta(minutes=10)
ROOT = "/media"

_EXPIRY = re.compile(r"[1-9][0-9]{9,10}")


class Refusal(StrEnum):
    """Why a prefix is no good."""

    MALFORMED = "malformed"
    EXPIRED = "expired"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class Prefix:
    """An address that everything of one version can be fetched below, and until when."""

    url: str
    expires_at: datetime

    def of(self, path: str) -> str:
        """The address of one file of the version."""
        return f"{self.url}/{path}"


@dataclass(frozen=True, slots=True)
class Claim:
    """The parts of a prefix as a request brought them."""

    expiry: str
    listener: str
    signature: str
    version: UUID

    @property
    def public(self) -> bool:
        """Whether it is everybody's."""
        return self.listener == EVERYBODY


def public_prefix(version: UUID, now: datetime) -> Prefix:
    """The prefix that everybody shares until the window is over."""
    window = int(PUBLIC_WINDOW.total_seconds())
    expiry = (int(now.timestamp()) // window + 2) * window
    return _prefix(expiry, EVERYBODY, version, "")


def private_prefix(version: UUID, token: str, now: datetime) -> Prefix:
    """The prefix that works with this listener's cookie alone."""
    return _prefix(int((now + PRIVATE_LIFE).timestamp()), listener_hash(token), version, token)


def listener_hash(token: str) -> str:
    """How URLs name a listener without giving the cookie away."""
    return _base64(hashlib.sha256(token.encode()).digest()[:12])


def check(claim: Claim, token: str, now: datetime) -> Refusal | None:
    """None when we signed the prefix for this listener and it has not expired; `token` is the request's cookie."""
    if not _EXPIRY.fullmatch(claim.expiry) or len(claim.signature) > 40:
        return Refusal.MALFORMED
    if not claim.public and not token:
        return Refusal.FORGED
    bound = "" if claim.public else token
    if not claim.public and not _same(claim.listener, listener_hash(token)):
        return Refusal.FORGED
    if not _same(claim.signature, _signature(claim.expiry, claim.listener, claim.version, bound)):
        return Refusal.FORGED
    if int(claim.expiry) <= now.timestamp():
        return Refusal.EXPIRED
    return None


def _prefix(expiry: int, listener: str, version: UUID, token: str) -> Prefix:
    signature = _signature(str(expiry), listener, version, token)
    return Prefix(f"{ROOT}/{expiry}/{listener}/{signature}/{version}", datetime.fromtimestamp(expiry, UTC))


def _signature(expiry: str, listener: str, version: UUID, token: str) -> str:
    text = f"{expiry}/{listener}/{version}/{token} {settings.EDGE_KEY}"
    return _base64(hashlib.md5(text.encode(), usedforsecurity=False).digest())


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _base64(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
