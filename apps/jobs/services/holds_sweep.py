"""Credits that are held for jobs which have ended, or are gone with their owner, come back; this should find few."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from apps.jobs.handlers import Failure
from apps.jobs.models import Job
from apps.jobs.services.charge import REFERENCE
from apps.jobs.services.job_end import end_locked
from apps.wallets.errors import LedgerError
from apps.wallets.models import OpenHold
from apps.wallets.services.hold_resolve import hold_capture, hold_release

WAITED_TOO_LONG = Failure(
    "waited_too_long", "Nobody could make this for so long that it was given up. Your credits are back."
)
ALLOWED = timedelta(minutes=1)
"""How young a hold is left alone."""
BEFORE_ITS_END = timedelta(hours=1)
"""How long before its hold runs out a job that still waits is given up, so that no song is made unpaid."""
_AT_ONCE = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SweptHolds:
    """How many holds of ended or lost jobs were resolved, and how many jobs were given up."""

    resolved: int
    given_up: int


def holds_sweep(*, now: datetime) -> SweptHolds:
    """Sweep once, a transaction a hold; several sweepers at once do no harm."""
    resolved = given_up = 0
    for hold, job in _forgotten(now):
        try:
            with transaction.atomic():
                ended = _settle(hold, job, now)
        except LedgerError:
            log.exception("hold_not_swept", hold=str(hold), job=str(job))
            continue
        resolved += ended is False
        given_up += ended is True
    if resolved or given_up:
        log.warning("holds_swept", resolved=resolved, given_up=given_up)
    return SweptHolds(resolved, given_up)


def _forgotten(now: datetime) -> list[tuple[UUID, UUID | None]]:
    """Open holds whose job has ended or is not there, or still waits when the hold is about to run out."""
    status = Subquery(Job.objects.filter(pk=OuterRef("reference_id")).values("status"))
    holds = OpenHold.objects.filter(reference_kind=REFERENCE, at__lt=now - ALLOWED).annotate(status=status)
    lost = Q(status__isnull=True) | Q(status__in=Job.ENDED)
    late = Q(status=Job.Status.QUEUED, expires_at__lt=now + BEFORE_ITS_END)
    return list(holds.filter(lost | late).order_by("at").values_list("hold", "reference_id")[:_AT_ONCE])


def _settle(hold: UUID, pk: UUID | None, now: datetime) -> bool | None:
    """Whether the job was given up; None when there was nothing to do after all."""
    job = Job.objects.select_for_update().filter(pk=pk).first() if pk is not None else None
    if job is None or job.ended:
        if job is not None and job.status == Job.Status.SUCCEEDED and job.hold == hold:
            hold_capture(hold=hold, now=now)
        else:
            hold_release(hold=hold, now=now)
        return False
    if job.status == Job.Status.QUEUED and job.hold == hold:
        end_locked(job, Job.Status.FAILED, WAITED_TOO_LONG, now=now)
        return True
    return None
