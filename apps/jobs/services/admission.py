"""The door of the queue: a free job is let in when its turn comes in time, however many paid jobs come meanwhile."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection

from apps.accounts.models import User
from apps.jobs.services.charge import anyone_pays

# Each owner counts with its next jobs alone, as many as may run at once: the others become eligible after these.
# Whoever has more comes again behind those who wait now, and was promised the same, so the whole round must fit.
_DOOR = """
WITH standing AS MATERIALIZED (SELECT jobs_share_at(%(capability)s, %(share)s, %(lease)s, %(now)s) AS share),
lanes AS (
    SELECT jobs_lane_seconds(lane, lane.parallel) AS seconds, lane.owner_id = %(owner)s AS own,
        lane.queued + lane.running > lane.parallel AS again
    FROM jobs_lane AS lane WHERE lane.capability = %(capability)s AND NOT lane.paid AND lane.queued > 0
), ahead AS (
    SELECT coalesce(sum(seconds) FILTER (WHERE NOT own), 0) AS seconds,
        coalesce(bool_or(again AND NOT own), false) AS again
    FROM lanes
)
SELECT (share).slots, (share).rate, jobs_share_wait(share, ahead.seconds), ahead.seconds, ahead.again,
    %(expected)s * jobs_pace(%(capability)s, %(engine)s),
    %(jobs)s + (SELECT coalesce(sum(queued), 0) FROM jobs_lane WHERE owner_id = %(owner)s)
        + coalesce(allowance.running, 0) > coalesce(allowance.parallel, 1)
FROM standing CROSS JOIN ahead LEFT JOIN jobs_allowance AS allowance ON allowance.owner_id = %(owner)s
"""


class Busy(Exception):
    """The message is for the person who asked; `wait_seconds` from now, at `come_back_at`, there should be room."""

    def __init__(self, wait_seconds: float, come_back_at: datetime) -> None:
        self.wait_seconds = wait_seconds
        self.come_back_at = come_back_at
        minutes = math.ceil(wait_seconds / 60)
        longest = math.ceil(settings.QUEUE_FREE_WAIT.total_seconds() / 60)
        super().__init__(
            f"The free queue is full: a song would wait longer than {longest} minutes for its turn. "
            f"Come back in {minutes} minute{'s' if minutes > 1 else ''}, at {come_back_at:%H:%M} UTC. "
            "Nothing was charged."
        )


def admission(
    *,
    owner: User,
    capability: str,
    engine: str,
    jobs: int,
    expected_seconds: float,
    paid: bool,
    now: datetime,
) -> None:
    """Busy when a free job of the owner's would wait too long; inside the transaction that submits the jobs.

    Doors of one capability are passed one after the other, so that two requests at once cannot both take the last
    place. `expected_seconds` is one job's, in the engine's measure.
    """
    if paid:
        return
    if not connection.in_atomic_block:
        raise RuntimeError("the door needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('jobs_door ' || %s, 0))", [capability])
    asked = partial(
        _wait, owner=owner, capability=capability, engine=engine, jobs=jobs, expected=expected_seconds, now=now
    )
    most = settings.QUEUE_FREE_WAIT.total_seconds()
    wait = asked(share=settings.QUEUE_FREE_SHARE)
    if wait is not None and wait > most and not anyone_pays():
        # nobody for whom the rest of the time would have to be kept
        wait = asked(share=1.0)
    if wait is not None and wait > most:
        seconds = max(60.0, wait - most)
        raise Busy(seconds, now + timedelta(seconds=seconds))


def _wait(
    *, owner: User, capability: str, engine: str, jobs: int, expected: float, share: float, now: datetime
) -> float | None:
    """Seconds until the turn of one of these jobs at the latest, with `share` of the time, from when its owner's limit
    allows it; None while no worker lives.
    """
    values: dict[str, Any] = {
        "owner": owner.pk,
        "capability": capability,
        "engine": engine,
        "share": share,
        "lease": settings.LEASE,
        "now": now,
        "expected": expected,
        "jobs": jobs,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DOOR, values)
        slots, rate, wait, ahead, others_again, own, own_again = cursor.fetchone()
    if slots == 0:
        return None
    if others_again:
        wait = max(wait, (ahead + own) / rate)
    elif own_again:
        # counted from when the one before it has ended
        wait = max(wait, (ahead + own) / rate - own)
    return float(wait)
