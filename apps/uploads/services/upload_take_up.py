"""A worker takes up an accepted upload, or one that failed and is tried again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from apps.uploads.errors import NotSending
from apps.uploads.models import Upload
from apps.uploads.services.locks import locked_upload

SEND_AGAIN = "What you sent is not here any more. Send the file again."


@transaction.atomic
def upload_take_up(*, upload_id: UUID, job_id: UUID) -> Upload:
    """The upload that a job is about, accepted; NotSending when there is nothing to be made of it any more."""
    try:
        upload = locked_upload(upload_id)
    except Upload.DoesNotExist:
        raise NotSending(SEND_AGAIN) from None
    if upload.state == Upload.State.FAILED and upload.expires_at is not None:
        upload.state, upload.finished_at, upload.expires_at = Upload.State.ACCEPTED, None, None
        upload.refusal_type = upload.refusal_detail = ""
        upload.job_id = job_id
        upload.save()
    if upload.state != Upload.State.ACCEPTED:
        raise NotSending(SEND_AGAIN)
    return upload
