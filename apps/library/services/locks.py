"""The locks that services of the library take."""

from __future__ import annotations

from django.db import connection

from apps.library.models import Track


def locked_track(track: Track) -> Track:
    """The track as it is now, locked until the end of the transaction; Track.DoesNotExist when it was purged."""
    if not connection.in_atomic_block:
        raise RuntimeError("locks need a transaction")
    return Track.objects.select_for_update().get(id=track.id, purged_at=None)
