"""The owner of a voice takes the consent back."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from apps.voices.models import RegisteredPerformer, Swap
from apps.voices.services.locks import locked_performer
from apps.voices.services.previews_drop import previews_drop
from apps.voices.services.recordings_drop import recordings_drop

log = structlog.get_logger(__name__)


@transaction.atomic
def performer_revoke(*, performer: RegisteredPerformer, now: datetime) -> RegisteredPerformer:
    """From the commit on nobody can use it, also no job that runs; recordings, print, sample and previews are deleted.

    Twice is fine. What was agreed to, when, and when it was taken back stays, and so do songs that were made before.
    """
    performer = locked_performer(performer.id)
    if performer.state == RegisteredPerformer.State.REVOKED:
        return performer
    performer.state, performer.revoked_at = RegisteredPerformer.State.REVOKED, now
    performer.visibility = RegisteredPerformer.Visibility.PRIVATE
    performer.print_sha256, performer.points = "", {}
    performer.save(update_fields=["state", "revoked_at", "visibility", "print_sha256", "points"])
    performer.shares.all().delete()
    recordings_drop(performer)
    previews_drop(Swap.objects.filter(registered=performer), now=now)
    log.info("performer_revoked", performer=str(performer.id))
    return performer
