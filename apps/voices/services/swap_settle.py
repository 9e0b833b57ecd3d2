"""How a request ends, in the transaction that ends its job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.jobs.handlers import Failure, Permanent
from apps.jobs.models import Job
from apps.jobs.services.charge import charge_waive
from apps.library.services.version_create import NewVersion, StoredFile, version_create
from apps.voices.errors import Revoked
from apps.voices.models import RegisteredPerformer, Swap
from apps.voices.selectors import may_still_sing, waived_this_month
from apps.voices.services.locks import lock_owner, locked_performer, locked_swap

PREVIEW_KEPT = timedelta(days=1)
GONE = "What you asked for is gone."


@dataclass(frozen=True, slots=True)
class Made:
    """What a worker made; its files are stored. A preview has no `new`, and the request's id for its version's."""

    version_id: UUID
    new: NewVersion | None
    files: tuple[StoredFile, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    card: Mapping[str, Any] | None = None
    poor: bool = False


def swap_take_up(*, swap_id: UUID) -> Swap:
    """A worker begins, perhaps once more; Permanent when there is nothing to be made any more."""
    with transaction.atomic():
        try:
            swap = locked_swap(swap_id)
        except Swap.DoesNotExist:
            raise Permanent(GONE, kind="gone") from None
        _check(swap)
        if swap.state != Swap.State.OPEN:
            swap.state, swap.finished_at = Swap.State.OPEN, None
            swap.save(update_fields=["state", "finished_at"])
        return swap


def swap_allowed(swap: Swap) -> bool:
    """Whether the performer may still be sung with; one query."""
    if not performed_by_registered(swap):
        return True
    return swap.registered is not None and may_still_sing(swap.owner, swap.registered)


def swap_succeed(*, swap_id: UUID, job: Job, made: Made, now: datetime) -> Mapping[str, str]:
    """Create the version, or keep the preview, in the transaction that ends the job, and return the job's result.

    A poor result costs nothing, a few times a month. Permanent when the performer was revoked in the meantime.
    """
    try:
        performer_id = Swap.objects.values_list("registered", flat=True).get(id=swap_id)
        if performer_id is not None:
            # from here to the commit nobody revokes it
            locked_performer(performer_id)
        swap = locked_swap(swap_id)
    except (Swap.DoesNotExist, RegisteredPerformer.DoesNotExist):
        raise Permanent(GONE, kind="gone") from None
    _check(swap)
    swap.state, swap.finished_at = Swap.State.DONE, now
    swap.facts, swap.card, swap.poor = dict(made.facts), made.card, made.poor
    result = {"swap": str(swap.id)}
    if made.new is None:
        swap.expires_at = now + PREVIEW_KEPT
    else:
        result |= _create_version(swap, made, made.new, now)
    if made.poor and job.credits:
        _waive(swap, job, now)
    swap.save()
    return result


def swap_fail(*, swap_id: UUID, error: Failure, now: datetime) -> None:
    """It ends without a result; what was held for it comes back with its job."""
    state = Swap.State.CANCELLED if error.kind == "cancelled" else Swap.State.FAILED
    Swap.objects.filter(id=swap_id, state=Swap.State.OPEN).update(state=state, finished_at=now)


def performed_by_registered(swap: Swap) -> bool:
    """Whether a registered performer sings it, also one that is gone by now."""
    return swap.kind != Swap.Kind.KARAOKE and not swap.built_in


def _check(swap: Swap) -> None:
    if swap.version is None or swap.track is None:
        raise Permanent("The song was deleted in the meantime.", kind="gone")
    if not swap_allowed(swap):
        raise Permanent(str(Revoked()), kind=Revoked.type)


def _create_version(swap: Swap, made: Made, new: NewVersion, now: datetime) -> Mapping[str, str]:
    assert swap.version is not None
    version = version_create(
        version_id=made.version_id,
        owner=swap.owner,
        track=swap.track,
        parent=swap.version,
        new=new,
        files=made.files,
        title="",
        now=now,
    )
    swap.result = version
    return {"version": str(version.id), "track": str(version.track_id)}


def _waive(swap: Swap, job: Job, now: datetime) -> None:
    lock_owner(swap.owner)
    if waived_this_month(swap.owner, now=now) < settings.VOICE_POOR_FREE_MONTHLY:
        charge_waive(job, now=now)
        swap.waived_at = now
