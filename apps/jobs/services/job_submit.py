"""Put a job into the queue."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.jobs.models import MAX_PARALLEL, Job
from apps.jobs.services.charge import charge_hold
from apps.jobs.services.notify import job_changed
from apps.jobs.services.wake import wake_after_commit


@transaction.atomic
def job_submit(
    *,
    owner: User,
    kind: str,
    capability: str,
    engine: str,
    payload: Mapping[str, Any],
    group: UUID,
    parallel: int,
    paid: bool,
    expected_seconds: float,
    now: datetime,
    retry_of: Job | None = None,
    credits: int = 0,  # noqa: A002 - the field's name
    memo: str = "",
) -> Job:
    """A queued job, in the caller's transaction if there is one; a worker is woken once that commits.

    `parallel` and `paid` come from the owner's plan; `expected_seconds` is how much is asked for (seconds of music),
    by which the engine's history tells how long it takes. ValueError when a number is out of range.
    Its `credits` are set aside in the same transaction, under `memo` in the owner's history; NotEnough or Owes when
    the wallet does not give them.
    """
    if not math.isfinite(expected_seconds) or expected_seconds <= 0:
        raise ValueError(f"a job cannot expect {expected_seconds} seconds")
    if parallel < 1:
        raise ValueError(f"nobody can run {parallel} jobs at once")
    pk = new_id()
    job = Job.objects.create(
        id=pk,
        hold=charge_hold(owner=owner, job=pk, amount=credits, memo=memo, now=now),
        credits=credits,
        owner=owner,
        kind=kind,
        capability=capability,
        engine=engine,
        group=group,
        payload=dict(payload),
        paid=paid,
        parallel=min(parallel, MAX_PARALLEL),
        expected_seconds=expected_seconds,
        queued_at=now,
        retry_of=retry_of,
    )
    wake_after_commit(capability)
    job_changed(job)
    return job
