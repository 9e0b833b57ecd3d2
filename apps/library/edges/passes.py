"""What the answer to "how do I play this" takes along for an edge that has signatures of its own."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpResponseBase

from apps.library.edges.cloudfront import signer


def admit(response: HttpResponseBase, address: str, until: datetime, now: datetime) -> None:
    """Let whoever gets `response` fetch `address`, a listening address, and all that has its expiry and listener.

    Only CloudFront needs it. The cookies are for that part of the site alone, so a page's other requests do not carry
    them, and those of one window or one listener do not get into another's way.
    """
    if settings.CLOUDFRONT is None:
        return
    scope = "/".join(address.split("/")[:4])
    key_id, path = settings.CLOUDFRONT
    allowed = signer(key_id, path).allow(f"{settings.SITE_URL}{scope}/*", until)
    for name, value in allowed.cookies.items():
        response.set_cookie(
            name,
            value,
            max_age=max(0, int((until - now).total_seconds())),
            path=scope,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
