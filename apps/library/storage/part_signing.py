"""Signed addresses for one part of a file on its way in.

They read `/incoming/{expiry}/{signature}/{size}/{handle}/{number}`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from apps.library.signing import Refusal

INCOMING = "/incoming"
"""Apart from the media: what stands in front of the site passes parts on, and never keeps them."""
LIFE = timedelta(minutes=15)
"""How long a part may be sent to its address."""

_EXPIRY = re.compile(r"[1-9][0-9]{9,10}")
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_HANDLE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class PartClaim:
    """What a request says that it may put."""

    expiry: str
    signature: str
    size: int
    handle: str
    number: int


def part_address(handle: str, number: int, size: int, now: datetime) -> tuple[str, datetime]:
    """Where this site takes a part of exactly `size` bytes, and until when."""
    expiry = int((now + LIFE).timestamp())
    signature = _signature(str(expiry), size, handle, number)
    return f"{INCOMING}/{expiry}/{signature}/{size}/{handle}/{number}", datetime.fromtimestamp(expiry, UTC)


def part_claim(path: str) -> PartClaim | None:
    """The parts of an address; None unless it is exactly as we write it."""
    pieces = path.removeprefix(f"{INCOMING}/").split("/")
    if len(pieces) != 5:
        return None
    expiry, signature, size, handle, number = pieces
    shaped = (
        _EXPIRY.fullmatch(expiry)
        and _NUMBER.fullmatch(size)
        and _HANDLE.fullmatch(handle)
        and _NUMBER.fullmatch(number)
    )
    if not shaped or len(signature) != 43:
        return None
    return PartClaim(expiry, signature, int(size), handle, int(number))


def part_refusal(claim: PartClaim, now: datetime) -> Refusal | None:
    """None when we signed this address and it has not expired."""
    expected = _signature(claim.expiry, claim.size, claim.handle, claim.number)
    if not hmac.compare_digest(expected.encode(), claim.signature.encode()):
        return Refusal.FORGED
    if int(claim.expiry) <= now.timestamp():
        return Refusal.EXPIRED
    return None


def _signature(expiry: str, size: int, handle: str, number: int) -> str:
    text = f"PUT {expiry}/{size}/{handle}/{number}"
    digest = hmac.digest(settings.EDGE_KEY.encode(), text.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
