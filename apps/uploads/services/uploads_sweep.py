"""Give up what nobody goes on with, and remove what the storage still has of uploads that ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q

from apps.library.storage import StorageAway, storage
from apps.uploads.models import INCOMING, Upload
from apps.uploads.services.locks import locked_upload
from apps.uploads.services.sent import drop_sent
from apps.uploads.services.upload_end import end_locked
from apps.uploads.services.upload_start import KEPT
from apps.uploads.services.upload_targets import EXPIRED

GRACE = timedelta(hours=1)
"""How long what is left behind may lie, because something may be about to use it or to remove it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """How much was given up and removed."""

    expired: int
    forgotten: int
    orphans: int


def uploads_sweep(*, now: datetime) -> Swept:
    """End uploads that expired, delete rows that were forgotten, and files of uploads that need none any more."""
    expired = sum(_expire(upload_id, now) for upload_id in _overdue(now))
    over = (Upload.State.REFUSED, Upload.State.FAILED, Upload.State.ABORTED)
    old = Upload.objects.filter(state__in=over, expires_at=None, hidden_at__lt=now - KEPT)
    forgotten, _ = old.delete()
    try:
        storage().incoming.clear(before=now - KEPT - GRACE)
        orphans = _remove_orphans(now)
    except StorageAway as away:
        log.warning("uploads_not_swept", error=str(away))
        orphans = 0
    return Swept(expired, forgotten, orphans)


def _overdue(now: datetime) -> list[UUID]:
    return list(Upload.objects.filter(expires_at__lte=now).values_list("id", flat=True))


@transaction.atomic
def _expire(upload_id: UUID, now: datetime) -> bool:
    try:
        upload = locked_upload(upload_id)
    except Upload.DoesNotExist:
        return False
    if upload.expires_at is None or upload.expires_at > now:
        # finished by its owner, or tried again, in the meantime
        return False
    if upload.state == Upload.State.SENDING:
        end_locked(upload, Upload.State.ABORTED, why="upload-expired", detail=EXPIRED, now=now)
    else:
        upload.expires_at = None
        upload.save(update_fields=["expires_at"])
        drop_sent(upload)
    return True


def _remove_orphans(now: datetime) -> int:
    files, removed = storage(), 0
    for folder in files.folders(INCOMING):
        if folder.stored_at > now - GRACE or _needed(folder.prefix):
            continue
        files.delete_prefix(folder.prefix)
        removed += 1
    return removed


def _needed(prefix: str) -> bool:
    try:
        upload = UUID(prefix.rpartition("/")[2])
    except ValueError:
        return False
    waiting = Q(state=Upload.State.ACCEPTED) | Q(expires_at__isnull=False)
    return Upload.objects.filter(waiting, id=upload).exists()
