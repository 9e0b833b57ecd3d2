"""What is asked about jobs: lists, free places, and what an operator looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Min, QuerySet, Sum

from apps.accounts.models import Plan, User
from apps.jobs.honesty import EtaErrors, eta_errors
from apps.jobs.models import EngineLimit, EngineLimitChange, Job, Lane, Worker

_SHOWN = 50
_BACKLOGS = "SELECT name, jobs_backlog(name) FROM (SELECT DISTINCT capability AS name FROM jobs_enginelimit) AS known"


def jobs_of(
    owner: UUID,
    *,
    ids: Sequence[UUID] | None = None,
    group: UUID | None = None,
    statuses: Sequence[str] | None = None,
) -> QuerySet[Job]:
    """A user's jobs, newest first."""
    jobs = Job.objects.filter(owner_id=owner).order_by("-id")
    if ids is not None:
        jobs = jobs.filter(pk__in=ids)
    if group is not None:
        jobs = jobs.filter(group=group)
    if statuses is not None:
        jobs = jobs.filter(status__in=statuses)
    return jobs


def unfinished(jobs: Sequence[UUID]) -> set[UUID]:
    """Those of the jobs that wait or run; one query."""
    active = (Job.Status.QUEUED, Job.Status.RUNNING)
    return set(Job.objects.filter(pk__in=jobs, status__in=active).values_list("pk", flat=True))


def active_jobs(owner: UUID) -> QuerySet[Job]:
    """A user's jobs that wait or run, newest first."""
    return jobs_of(owner, statuses=(Job.Status.QUEUED, Job.Status.RUNNING))


def queued_count(owner: User) -> int:
    """How many of the owner's jobs wait."""
    return Lane.objects.filter(owner=owner).aggregate(queued=Sum("queued"))["queued"] or 0


def free_slots(now: datetime) -> Counter[str]:
    """Free places by capability, over the workers that gave a sign of life within a lease."""
    busy = dict(Job.objects.filter(status=Job.Status.RUNNING).values_list("worker").annotate(Count("pk")).order_by())
    free: Counter[str] = Counter()
    for worker in Worker.objects.filter(seen_at__gte=now - settings.LEASE):
        for capability in worker.capabilities:
            free[capability] += max(0, worker.slots - busy.get(worker.name, 0))
    return free


def claimable_capabilities() -> set[str]:
    """The capabilities that have a job due of an owner below the limit."""
    lanes = Lane.objects.filter(head_at__isnull=False, running__lt=F("parallel"))
    return set(lanes.values_list("capability", flat=True).distinct())


def served_capabilities(now: datetime) -> set[str]:
    """The capabilities that a worker has which gave a sign of life within a lease."""
    alive = Worker.objects.filter(seen_at__gte=now - settings.LEASE)
    return {capability for worker in alive for capability in worker.capabilities}


@dataclass(frozen=True, slots=True)
class QueueLength:
    """How much waits for one engine in one class, and since when the oldest does."""

    capability: str
    engine: str
    paid: bool
    queued: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Operations:
    """Everything on the operators' page."""

    queues: list[QueueLength]
    running: list[Job]
    failures: list[Job]
    workers: list[Worker]
    limits: list[EngineLimit]
    limit_changes: list[EngineLimitChange]
    plans: list[Plan]
    eta_errors: list[EtaErrors]
    ended_lately: dict[str, int]


def queue_lengths() -> list[QueueLength]:
    """What waits, by capability, engine and class."""
    lanes = Lane.objects.filter(queued__gt=0).values("capability", "engine", "paid")
    sums = lanes.annotate(sum=Sum("queued"), oldest=Min("head_at")).order_by("capability", "engine", "-paid")
    return [QueueLength(row["capability"], row["engine"], row["paid"], row["sum"], row["oldest"]) for row in sums]


def engine_limits() -> list[EngineLimit]:
    """Every engine that ever had a job, how many of it run and may."""
    return list(EngineLimit.objects.select_related("changed_by").order_by("capability", "engine"))


def backlogs() -> dict[str, int]:
    """By capability, how many jobs run or would run with a place for each: the figure that workers are scaled on."""
    with connection.cursor() as cursor:
        cursor.execute(_BACKLOGS)
        return dict(cursor.fetchall())


def plans_of_engine(*, capability: str, engine: str) -> list[str]:
    """The plans that an engine is only for; empty for all."""
    found = EngineLimit.objects.filter(capability=capability, engine=engine).values_list("plans", flat=True).first()
    return list(found or ())


def operations(now: datetime) -> Operations:
    """The state of the queue and its workers, in nine queries."""
    jobs = Job.objects.select_related("owner")
    lately = Job.objects.filter(finished_at__gte=now - timedelta(hours=24), status__in=Job.ENDED)
    return Operations(
        queues=queue_lengths(),
        running=list(jobs.filter(status=Job.Status.RUNNING).order_by("started_at")[:_SHOWN]),
        failures=list(jobs.filter(status=Job.Status.FAILED).order_by("-finished_at")[:_SHOWN]),
        workers=list(Worker.objects.order_by("name")),
        limits=engine_limits(),
        limit_changes=list(
            EngineLimitChange.objects.select_related("limit", "changed_by").order_by("-changed_at", "-pk")[:_SHOWN]
        ),
        plans=list(Plan.objects.order_by("paid", "title")),
        eta_errors=eta_errors(now),
        ended_lately=dict(lately.values_list("status").annotate(Count("pk")).order_by()),
    )
