"""Stop an upload, or forget one that has ended."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.jobs.services.job_cancel import job_cancel
from apps.uploads.models import Upload
from apps.uploads.services.locks import locked_upload
from apps.uploads.services.upload_end import end_locked

STOPPED = "You stopped this upload."


@transaction.atomic
def upload_abort(*, upload: Upload, now: datetime) -> None:
    """Take it off the owner's list: what is being sent or normalised stops, what became a track stays one."""
    if upload.job is not None and upload.state == Upload.State.ACCEPTED:
        # its handler ends the upload; the lock of a job comes before that of its upload
        job_cancel(job=upload.job, now=now)
    upload = locked_upload(upload.id)
    if upload.state == Upload.State.SENDING:
        end_locked(upload, Upload.State.ABORTED, why="stopped", detail=STOPPED, now=now)
    if upload.hidden_at is None:
        upload.hidden_at = now
        upload.save(update_fields=["hidden_at"])
