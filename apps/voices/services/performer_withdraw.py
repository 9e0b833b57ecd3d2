"""A registered voice turns out to be one that may not be used."""

from __future__ import annotations

from uuid import UUID

from apps.voices.models import RegisteredPerformer
from apps.voices.services.locks import locked_performer
from apps.voices.services.recordings_drop import recordings_drop


def performer_withdraw(*, performer_id: UUID, kind: str, reason: str) -> None:
    """From the commit on nobody can use it, also no job that runs; its owner reads why, and what was sent goes."""
    try:
        performer = locked_performer(performer_id)
    except RegisteredPerformer.DoesNotExist:
        return
    if performer.state != RegisteredPerformer.State.READY:
        return
    performer.state = RegisteredPerformer.State.REFUSED
    performer.refusal_type, performer.refusal_detail = kind, reason
    performer.print_sha256, performer.points = "", {}
    performer.save(update_fields=["state", "refusal_type", "refusal_detail", "print_sha256", "points"])
    performer.shares.all().delete()
    recordings_drop(performer)
