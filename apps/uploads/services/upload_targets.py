"""Say where parts of an upload are to be put."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.library.storage import PartTarget, storage
from apps.uploads.errors import NotSending, Unfit
from apps.uploads.models import Upload
from apps.uploads.parts import part_sizes
from apps.uploads.services.locks import locked_upload

MOST_TARGETS = 20
"""In one answer."""
ENDED = "This upload has ended. Start a new one."
EXPIRED = "This upload waited too long for its parts. Start it again."


def upload_targets(*, upload: Upload, numbers: Sequence[int], now: datetime) -> list[PartTarget]:
    """Where to put each of the parts, by number from 1; the first time, the storage is told what comes.

    Unfit for numbers the file does not have, NotSending when the upload has ended or expired, StorageAway.
    """
    sizes = part_sizes(upload.bytes)
    wanted = sorted(set(numbers))
    if not wanted or len(wanted) > MOST_TARGETS or wanted[0] < 1 or wanted[-1] > len(sizes):
        raise Unfit(f"Ask for 1 to {MOST_TARGETS} of the parts 1 to {len(sizes)}.", type="no-such-part")
    upload = _begun(upload, sizes, now)
    assert upload.handle is not None
    incoming = storage().incoming
    return [incoming.target(upload.stored_name, upload.handle, number, sizes[number - 1], now) for number in wanted]


def _begun(upload: Upload, sizes: Sequence[int], now: datetime) -> Upload:
    check_sending(upload, now)
    if upload.handle is not None:
        return upload
    with transaction.atomic():
        upload = locked_upload(upload.id)
        check_sending(upload, now)
        if upload.handle is None:
            upload.handle = storage().incoming.begin(upload.stored_name, sizes, "application/octet-stream")
            upload.save(update_fields=["handle"])
    return upload


def check_sending(upload: Upload, now: datetime) -> None:
    """NotSending when no part can be put any more."""
    if upload.state != Upload.State.SENDING:
        raise NotSending(ENDED)
    if upload.expires_at is not None and upload.expires_at <= now:
        raise NotSending(EXPIRED, type="upload-expired")
