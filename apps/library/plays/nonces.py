"""Nonces of plays: small signed values that say who began to hear what, and when. Issuing one stores nothing.

A nonce is 74 bytes and a MAC in base64url: layout, flags, a UUIDv7 (the moment of issue and 74 random bits), track,
version, a hash of the listener's cookie, a hash of their network, and the song's length in milliseconds. The MAC is
HMAC-SHA256 under a key derived from SECRET_KEY, cut to 128 bits (RFC 2104 allows half).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.conf import settings

LIFE = timedelta(hours=24)
"""How long after its issue a nonce still counts: a player may be paused, or keep its beacons while it is offline."""
HEARD_SECONDS = 30.0
GRACE_SECONDS = 1.0
LENGTH = 120
"""Characters of a nonce."""

_FIELDS = struct.Struct(">BB16s16s16s12s8sI")
_LAYOUT = 1
_OWN = 1
_MAC_BYTES = 16
_VERSION_AND_VARIANT = (7 << 76) | (0b10 << 62)
_LONGEST_MS = 2**32 - 1
_FIRST_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Nonce:
    """A play that began; `own` when the listener is the track's owner."""

    id: UUID
    track: UUID
    version: UUID
    listener: bytes
    network: bytes
    milliseconds: int
    own: bool

    @property
    def issued_at(self) -> datetime:
        """The server's clock when it was issued, to the millisecond."""
        return datetime.fromtimestamp(self.issued_ms / 1000, UTC)

    @property
    def issued_ms(self) -> int:
        """The same, in milliseconds since 1970."""
        return self.id.int >> 80

    @property
    def day(self) -> date:
        """The day of issue, in UTC."""
        return date.fromordinal(_FIRST_DAY + self.issued_ms // 86_400_000)

    @property
    def due_at(self) -> datetime:
        """From when on it can have been heard: 30 s, or half of a shorter song."""
        wait = max(0.0, min(HEARD_SECONDS, self.milliseconds / 2000) - GRACE_SECONDS)
        return self.issued_at + timedelta(seconds=wait)


def began(*, track: UUID, version: UUID, seconds: float, token: str, address: str, own: bool, now: datetime) -> Nonce:
    """The play that the listener with cookie `token`, seen at `address`, begins `now`."""
    return Nonce(
        id=_id_at(now),
        track=track,
        version=version,
        listener=listener_of_token(token),
        network=network_of(address),
        milliseconds=min(_LONGEST_MS, max(0, round(seconds * 1000))),
        own=own,
    )


def again(nonce: Nonce, *, address: str, now: datetime) -> Nonce:
    """The same listener's next play of the same version."""
    return replace(nonce, id=_id_at(now), network=network_of(address))


def sealed(nonce: Nonce) -> str:
    """The nonce as the listener carries it."""
    fields = _FIELDS.pack(
        _LAYOUT,
        _OWN if nonce.own else 0,
        nonce.id.bytes,
        nonce.track.bytes,
        nonce.version.bytes,
        nonce.listener,
        nonce.network,
        nonce.milliseconds,
    )
    return base64.urlsafe_b64encode(fields + _mac(fields)).decode()


def unsealed(text: str | bytes) -> Nonce | None:
    """What we once sealed; None for everything else."""
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True) if len(text) == LENGTH else b""
    except ValueError:
        return None
    fields, mac = raw[: _FIELDS.size], raw[_FIELDS.size :]
    if len(mac) != _MAC_BYTES or not hmac.compare_digest(mac, _mac(fields)):
        return None
    layout, flags, identity, track, version, listener, network, milliseconds = _FIELDS.unpack(fields)
    if layout != _LAYOUT:
        return None
    return Nonce(
        id=UUID(bytes=identity),
        track=UUID(bytes=track),
        version=UUID(bytes=version),
        listener=listener,
        network=network,
        milliseconds=milliseconds,
        own=bool(flags & _OWN),
    )


def listener_of_token(token: str) -> bytes:
    """How a nonce names a listener: 12 bytes of a hash of the cookie."""
    return hashlib.sha256(token.encode()).digest()[:12]


def network_of(address: str) -> bytes:
    """How a nonce names a network: 8 bytes that nobody without the key can turn back into an address."""
    return hmac.digest(_key(settings.SECRET_KEY), b"network " + address.encode(), "sha256")[:8]


def first_id(moment: datetime) -> UUID:
    """The least id that a nonce of `moment` or later can have."""
    return UUID(int=_milliseconds(moment) << 80)


def _id_at(now: datetime) -> UUID:
    chance = secrets.randbits(74)
    return UUID(int=_milliseconds(now) << 80 | _VERSION_AND_VARIANT | (chance >> 62) << 64 | chance & (1 << 62) - 1)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _mac(fields: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), b"play " + fields, "sha256")[:_MAC_BYTES]


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"refrain.library.plays " + secret.encode()).digest()
