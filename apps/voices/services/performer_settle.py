"""How the check of a voice ends, in the transaction that ends its job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.jobs.handlers import Failure, Permanent
from apps.voices.models import RegisteredPerformer
from apps.voices.services.locks import locked_performer
from apps.voices.services.recordings_drop import recordings_drop

GONE = "This registration was taken back."
FAULT = "fault"
"""The type of a refusal that is no fault of the recordings: the same can be tried again."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What a worker found out; print and sample are stored."""

    consent_sha256: str
    print_sha256: str
    similarity: float
    measure: str
    seconds: float
    lowest: str
    highest: str
    points: Mapping[str, Any] = field(default_factory=dict)


def performer_ready(*, performer_id: UUID, learned: Learned, now: datetime) -> Mapping[str, str]:
    """The voice can be sung with; Permanent when it was revoked or deleted in the meantime."""
    try:
        performer = locked_performer(performer_id)
    except RegisteredPerformer.DoesNotExist:
        raise Permanent(GONE, kind="performer-revoked") from None
    if performer.state != RegisteredPerformer.State.CHECKING:
        raise Permanent(GONE, kind="performer-revoked")
    performer.state, performer.ready_at = RegisteredPerformer.State.READY, now
    performer.consent_sha256, performer.print_sha256 = learned.consent_sha256, learned.print_sha256
    performer.similarity, performer.measure = learned.similarity, learned.measure
    performer.seconds, performer.lowest, performer.highest = learned.seconds, learned.lowest, learned.highest
    performer.points = dict(learned.points)
    performer.save()
    return {"performer": str(performer.id)}


def performer_refuse(*, performer_id: UUID, error: Failure) -> None:
    """It cannot be taken, and what was sent goes; its owner reads why and may begin again."""
    try:
        performer = locked_performer(performer_id)
    except RegisteredPerformer.DoesNotExist:
        return
    if performer.state != RegisteredPerformer.State.CHECKING:
        return
    performer.state = RegisteredPerformer.State.REFUSED
    performer.refusal_type, performer.refusal_detail = error.kind, error.message
    performer.save(update_fields=["state", "refusal_type", "refusal_detail"])
    recordings_drop(performer)
