"""Try a failed job again, as a new job."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.selectors import entitlements, plan_titles
from apps.jobs.models import Job
from apps.jobs.selectors import plans_of_engine
from apps.jobs.services.admission import Busy, admission
from apps.jobs.services.charge import charge_memo, pays
from apps.jobs.services.eta_tell import eta_tell
from apps.jobs.services.job_submit import job_submit
from apps.jobs.services.waiting_room import TooManyWaiting, waiting_room
from apps.wallets.monthly.services import monthly_grant_due


class CannotRetry(Exception):
    """Only a job that failed or was cancelled can be tried again, and only while its owner has room in the queue."""


@transaction.atomic
def job_retry(*, job: Job, now: datetime) -> Job:
    """A new job with the same payload in the same group, under the owner's plan of today, at the price it was quoted.

    Asked twice, it is the one made the first time. Raises CannotRetry, and NotEnough or Owes when the wallet does not
    give its credits again.
    """
    locked = Job.objects.select_for_update(of=("self",)).select_related("owner__plan").get(pk=job.pk)
    known = Job.objects.filter(retry_of=locked).first()
    if known is not None:
        return known
    if locked.status not in {Job.Status.FAILED, Job.Status.CANCELLED}:
        raise CannotRetry(f"This job is {locked.status}; only one that failed or was cancelled can be tried again.")
    try:
        waiting_room(owner=locked.owner, jobs=1)
    except TooManyWaiting as full:
        raise CannotRetry(str(full)) from full
    rights = entitlements(locked.owner)
    plans = plans_of_engine(capability=locked.capability, engine=locked.engine)
    if plans and rights.plan not in plans:
        titles = " and ".join(plan_titles(plans)) or "other plans"
        raise CannotRetry(f"This engine is only for {titles} now. Ask for the song again with another one.")
    paid = pays(locked.owner, now=now)
    try:
        admission(
            owner=locked.owner,
            capability=locked.capability,
            engine=locked.engine,
            jobs=1,
            expected_seconds=locked.expected_seconds,
            paid=paid,
            now=now,
        )
    except Busy as busy:
        raise CannotRetry(str(busy)) from busy
    if locked.credits:
        monthly_grant_due(user=locked.owner, now=now)
    again = job_submit(
        owner=locked.owner,
        kind=locked.kind,
        capability=locked.capability,
        engine=locked.engine,
        payload=locked.payload,
        group=locked.group,
        parallel=rights.parallel,
        paid=paid,
        expected_seconds=locked.expected_seconds,
        now=now,
        retry_of=locked,
        credits=locked.credits,
        memo=charge_memo(locked),
    )
    eta_tell(jobs=[again], now=now)
    return again
