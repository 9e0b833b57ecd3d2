"""Begin an upload: everything that can be refused before a byte is sent is refused here."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from apps.accounts.models import User
from apps.accounts.selectors import owes_confirmation
from apps.accounts.stored import bytes_left
from apps.uploads.errors import NoRoom, NotAllowed, TooLarge, TooMany, Unfit
from apps.uploads.filenames import clean_filename
from apps.uploads.models import MOST_BYTES, Upload
from apps.uploads.selectors import open_uploads
from apps.uploads.services.locks import lock_owner

KEPT = timedelta(hours=24)
"""How long somebody may take to send a file."""
MOST_OPEN = 20
"""Uploads of one person that are being sent at once."""


def upload_start(*, owner: User, filename: str, size: int, media_type: str, now: datetime) -> Upload:
    """An upload of `size` bytes that waits for its parts; the room it needs is taken until it ends.

    NotAllowed, Unfit, TooLarge, TooMany or NoRoom when it cannot be. The storage is not asked for anything yet.
    """
    if owes_confirmation(owner):
        raise NotAllowed("Confirm your e-mail address first: we sent you a link.", type="address-not-verified")
    if size < 1:
        raise Unfit("This file is empty.", type="empty")
    if size > MOST_BYTES:
        raise TooLarge(f"This file has {megabytes(size)}; at most {megabytes(MOST_BYTES)} fit.")
    with transaction.atomic():
        lock_owner(owner)
        if open_uploads(owner).count() >= MOST_OPEN:
            raise TooMany(f"You are sending {MOST_OPEN} files already. Let some finish first.", type="too-many-uploads")
        left = bytes_left(owner)
        if size > left:
            raise NoRoom(
                f"This file has {megabytes(size)}, and {megabytes(max(0, left))} of your plan’s storage are left. "
                "Delete tracks you uploaded and empty the trash, or revoke a voice of yours."
            )
        return Upload.objects.create(
            owner=owner,
            filename=clean_filename(filename),
            bytes=size,
            media_type=media_type,
            created_at=now,
            expires_at=now + KEPT,
        )


def megabytes(size: int) -> str:
    """A size as people read it; what is over a limit never reads like the limit."""
    whole, rest = divmod(size, 1024**2)
    if rest == 0 or whole >= 1000:
        return f"{whole:,} MB"
    return f"{max(1, -(-size * 100 // 1024**2)) / 100:,.2f} MB"
