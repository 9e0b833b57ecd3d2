"""Remove previews before their time is over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from apps.library.storage import storage
from apps.voices.models import Swap


def previews_drop(swaps: QuerySet[Swap], *, now: datetime) -> None:
    """Those of these requests that can be heard cannot any more; their files go after the commit.

    What cannot be reached then, the sweeper finds.
    """
    kept = swaps.filter(kind=Swap.Kind.PREVIEW, expires_at__gt=now)
    folders = [swap.folder for swap in kept]
    kept.update(expires_at=now)

    def drop() -> None:
        for folder in folders:
            storage().delete_prefix(folder)

    transaction.on_commit(drop, robust=True)
