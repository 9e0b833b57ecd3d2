"""An accepted upload ends without a track."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from apps.jobs.handlers import Failure
from apps.uploads.models import Upload
from apps.uploads.services.upload_end import end_locked
from apps.uploads.services.upload_start import KEPT


def upload_fail(*, upload_id: UUID, error: Failure, refused: bool, now: datetime) -> None:
    """End it in the transaction that ends its job.

    What is refused or cancelled goes at once; where the fault was ours the file is kept for a day, to be tried again.
    """
    upload = Upload.objects.select_for_update(of=("self",)).filter(id=upload_id).first()
    if upload is None or upload.state != Upload.State.ACCEPTED:
        return
    if error.kind == "cancelled":
        end_locked(upload, Upload.State.ABORTED, why="stopped", detail=error.message, now=now)
    elif refused:
        end_locked(upload, Upload.State.REFUSED, why=error.kind, detail=error.message, now=now)
    else:
        upload.state, upload.finished_at, upload.expires_at = Upload.State.FAILED, now, now + KEPT
        upload.refusal_type, upload.refusal_detail = error.kind, error.message
        upload.save()
