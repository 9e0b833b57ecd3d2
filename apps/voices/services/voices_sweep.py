"""Remove previews whose time is over, registrations nobody goes on with, and files that belong to nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from apps.library.storage import StorageAway, storage
from apps.voices.models import PERFORMERS, PREVIEWS, RegisteredPerformer, Swap
from apps.voices.services.locks import locked_performer
from apps.voices.services.recordings_drop import recordings_drop

GRACE = timedelta(hours=1)
"""How long what is left behind may lie, because something may be about to use it or to remove it."""
ABANDONED = timedelta(days=1)
"""After which a registration that waits for recordings is given up."""

_Needed = Callable[[Collection[UUID]], set[UUID]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """How much was removed."""

    previews: int
    registrations: int
    orphans: int


def voices_sweep(*, now: datetime) -> Swept:
    """Safe at any time and from several at once."""
    over = Swap.objects.filter(expires_at__lte=now, kind=Swap.Kind.PREVIEW)
    try:
        previews = 0
        for swap in over:
            storage().delete_prefix(swap.folder)
            previews += Swap.objects.filter(id=swap.id).update(expires_at=None)
        registrations = _give_up(now)
        orphans = _remove_orphans(PERFORMERS, _needed_performers, now)
        orphans += _remove_orphans(PREVIEWS, _needed_previews, now)
    except StorageAway as away:
        log.warning("voices_not_swept", error=str(away))
        return Swept(0, 0, 0)
    return Swept(previews, registrations, orphans)


def _give_up(now: datetime) -> int:
    state, before = RegisteredPerformer.State.RECORDING, now - ABANDONED
    old = RegisteredPerformer.objects.filter(state=state, sentence_at__lt=before)
    given_up = 0
    for performer_id in list(old.values_list("id", flat=True)):
        with transaction.atomic():
            try:
                performer = locked_performer(performer_id)
            except RegisteredPerformer.DoesNotExist:
                continue
            # begun again in the meantime, perhaps
            if performer.state == state and performer.sentence_at < before:
                recordings_drop(performer)
                performer.delete()
                given_up += 1
    return given_up


def _remove_orphans(root: str, needed: _Needed, now: datetime) -> int:
    files = storage()
    old = {folder.prefix for folder in files.folders(root) if folder.stored_at <= now - GRACE}
    named = {identity: prefix for prefix in old if (identity := _identity(prefix)) is not None}
    kept = needed(named)
    gone = [prefix for prefix in old if _identity(prefix) not in kept]
    for prefix in gone:
        files.delete_prefix(prefix)
    return len(gone)


def _needed_performers(named: Collection[UUID]) -> set[UUID]:
    over = (RegisteredPerformer.State.REFUSED, RegisteredPerformer.State.REVOKED)
    kept = RegisteredPerformer.objects.filter(id__in=named).exclude(state__in=over)
    return set(kept.values_list("id", flat=True))


def _needed_previews(named: Collection[UUID]) -> set[UUID]:
    kept = Swap.objects.filter(id__in=named).exclude(expires_at=None, state=Swap.State.DONE)
    return set(kept.exclude(state__in=(Swap.State.FAILED, Swap.State.CANCELLED)).values_list("id", flat=True))


def _identity(prefix: str) -> UUID | None:
    try:
        return UUID(prefix.rpartition("/")[2])
    except ValueError:
        return None
