"""The ends of an upload that are no track, for a row the caller has locked."""

from __future__ import annotations

from datetime import datetime

from apps.uploads.models import Upload
from apps.uploads.services.sent import drop_sent


def end_locked(upload: Upload, state: str, *, why: str, detail: str, now: datetime) -> None:
    """End as refused, failed or aborted; what was sent goes when the transaction is committed, and its room is free."""
    upload.state = state
    upload.refusal_type = why
    upload.refusal_detail = detail
    upload.finished_at = now
    upload.expires_at = None
    upload.save(update_fields=["state", "refusal_type", "refusal_detail", "finished_at", "expires_at"])
    drop_sent(upload)
