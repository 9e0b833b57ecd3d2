"""Where a request comes from, believing only the proxies that stand in front of this site."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"


def client_address(request: HttpRequest) -> str:
    """The client's address, IPv6 as its /64 network because one household has that many.

    With `TRUSTED_PROXIES` proxies in front, each of which appends the address it saw to X-Forwarded-For, the client is
    that many places from the right; what stands further left was written by the client itself.
    """
    return address_behind(request.headers.get("X-Forwarded-For", ""), request.META.get("REMOTE_ADDR") or UNKNOWN)


def address_behind(forwarded: str, peer: str) -> str:
    """The same from an X-Forwarded-For header and the address of whoever is connected to us."""
    trusted: int = settings.TRUSTED_PROXIES
    if trusted:
        seen = [part.strip() for part in forwarded.split(",") if part.strip()]
        return _network(seen[-trusted]) if len(seen) >= trusted else UNKNOWN
    return _network(peer)


def is_loopback(request: HttpRequest) -> bool:
    """Whether the request comes from this machine and no proxy passed it on."""
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP")):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _network(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((address, 64), strict=False).network_address)
    return str(address)
