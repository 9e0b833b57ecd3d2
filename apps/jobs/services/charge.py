"""What a job costs: held when it is submitted, captured when it succeeds, given back when it ends otherwise.

Each step is part of the transaction that changes the job, so a job and its credits never disagree, whatever dies in
between. Locks come in one order everywhere: the job, its owner, the owner's wallet, then what the job's triggers count
(the allowance, the lanes, the engine); so every step here comes before the job's row is written.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog

from apps.accounts.models import User
from apps.accounts.selectors import entitlements
from apps.jobs.handlers import Permanent
from apps.jobs.models import Job
from apps.wallets.errors import AlreadyResolved, NotEnough, Owes
from apps.wallets.models import Lot, Memo, Transfer
from apps.wallets.references import Reference
from apps.wallets.selectors import PURCHASED, wallet_of
from apps.wallets.services.credits_hold import credits_hold
from apps.wallets.services.hold_resolve import hold_capture, hold_release

REFERENCE = "job"
"""The kind of thing that holds for jobs refer to."""

log = structlog.get_logger(__name__)


def pays(owner: User, *, now: datetime) -> bool:
    """Whether the owner's jobs go with the paid: by the plan, or by credits that were bought and are there to spend."""
    return entitlements(owner).paid or wallet_of(owner, now=now).has_purchased


def anyone_pays() -> bool:
    """Whether there is somebody here whose jobs may go with the paid."""
    bought = Lot.objects.filter(spent=False, source__in=PURCHASED)
    return User.objects.filter(plan__paid=True, is_active=True).exists() or bought.exists()


def charge_hold(*, owner: User, job: UUID, amount: int, memo: str, now: datetime) -> UUID | None:
    """Set the job's credits aside; None when it costs nothing. Raises NotEnough or Owes."""
    if not amount:
        return None
    return credits_hold(
        owner=owner, amount=amount, key=f"job:{job}", reference=Reference(REFERENCE, job), memo=memo, now=now
    )


def charge_capture(job: Job, *, now: datetime) -> None:
    """Charge the job, which succeeds in this transaction.

    A hold that ran out before the job did is taken anew. Permanent when the wallet cannot give that any more: what
    was made is then not delivered, as it was not paid.
    """
    if job.hold is None:
        return
    try:
        hold_capture(hold=job.hold, now=now)
    except AlreadyResolved as resolved:
        log.warning("job_hold_ran_out", job=str(job.pk), hold=str(job.hold), outcome=resolved.outcome)
        hold_capture(hold=_held_again(job, now), now=now)


def charge_release(job: Job, *, now: datetime) -> None:
    """Give the credits of a job back that ends without success, unless they came back already."""
    if job.hold is not None:
        hold_release(hold=job.hold, now=now)


def charge_waive(job: Job, *, now: datetime) -> None:
    """Deliver the job for nothing, inside the transaction that ends it as a success: its credits come back now.

    For a handler's `succeed`; the job costs nothing from then on.
    """
    if job.hold is None:
        return
    hold_release(hold=job.hold, now=now)
    job.hold, job.credits = None, 0
    job.save(update_fields=["hold", "credits"])


def charge_memo(job: Job) -> str:
    """What the hold of the job is called in its owner's history."""
    found = Memo.objects.filter(transfer__hold=job.hold, transfer__kind=Transfer.Kind.HOLD)
    return found.values_list("text", flat=True).first() or "" if job.hold is not None else ""


def _held_again(job: Job, now: datetime) -> UUID:
    again = Reference(REFERENCE, job.pk)
    try:
        return credits_hold(
            owner=job.owner,
            amount=job.credits,
            key=f"job:{job.pk}:{job.attempt}",
            reference=again,
            memo=charge_memo(job),
            now=now,
        )
    except (NotEnough, Owes) as error:
        raise Permanent(
            "This waited so long that its credits came back to you, and now there are too few.", kind="not_paid"
        ) from error
