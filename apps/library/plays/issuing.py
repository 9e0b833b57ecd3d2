"""Who asks to play a version is given a nonce for it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from apps.common.addresses import client_address
from apps.library.listeners import listener_of
from apps.library.models import Version
from apps.library.plays.nonces import began, sealed


def play_nonce(request: HttpRequest, version: Version, *, viewer: UUID | None, now: datetime) -> str:
    """A nonce for the listener who asks; `viewer` is their account, if any. The listener cookie goes out with it."""
    nonce = began(
        track=version.track_id,
        version=version.id,
        seconds=version.seconds,
        token=listener_of(request),
        address=client_address(request),
        own=viewer is not None and viewer == version.track.owner_id,
        now=now,
    )
    return sealed(nonce)
