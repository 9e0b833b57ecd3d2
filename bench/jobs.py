"""The queue: from commit to start, jobs a second, a claim from a long queue, and limits under eight claimers."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles
from uuid import UUID, uuid4

from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.jobs.models import Job
from apps.jobs.services.job_claim import job_claim
from apps.jobs.services.job_finish import job_succeed
from apps.jobs.services.job_submit import job_submit
from bench.figures import Figure
from bench.harness import kinds
from bench.harness.workers import redis_client, wait_until, workers

OWNERS = 5_000
QUEUED = 50_000
CLAIMERS = 8
QUEUE = "queue"
"""A capability without workers, so that nobody but the bench claims."""


def run(*, quick: bool) -> Iterator[Figure]:
    """All figures of the queue."""
    with tempfile.TemporaryDirectory() as folder:
        users = [User.objects.create_user(f"bench-{uuid4()}@example.org") for _ in range(20)]
        with workers(1, Path(folder)):
            yield from _latency(users, 60 if quick else 300)
        with workers(2, Path(folder)):
            yield from _throughput(users, 600 if quick else 3_000)
    _fill_queue()
    yield from _claims(150 if quick else 1_000)
    yield _limits(4 if quick else 20)


def _submit(owner: User) -> Job:
    return job_submit(
        owner=owner,
        kind=kinds.Nothing.kind,
        capability="cpu",
        engine="nothing",
        payload={},
        group=new_id(),
        parallel=8,
        paid=False,
        expected_seconds=1,
        now=timezone.now(),
    )


def _latency(users: list[User], jobs: int) -> Iterator[Figure]:
    """One job at a time, so that the worker is idle."""
    waits = []
    for number in range(jobs):
        with transaction.atomic():
            job = _submit(users[number % len(users)])
            committing = timezone.now()
        wait_until(lambda pk=job.pk: _ended(pk), 30, "a job to end")  # type: ignore[misc]
        started = Job.objects.values_list("started_at", flat=True).get(pk=job.pk)
        assert started is not None
        waits.append(1000 * (started - committing).total_seconds())
    p50, p95 = _percentile(waits, 50), _percentile(waits, 95)
    yield Figure("commit_to_start_p50", round(p50, 1), "ms", "≤ 50", p50 <= 50)
    yield Figure("commit_to_start_p95", round(p95, 1), "ms", "≤ 200", p95 <= 200)


def _ended(pk: UUID) -> bool:
    return Job.objects.filter(pk=pk, status="succeeded").exists()


def _throughput(users: list[User], jobs: int) -> Iterator[Figure]:
    """No-op jobs through submit, wake, claim, run and finish, beside bare Celery tasks on the same workers."""
    bare = _rate(jobs, lambda number, key: _publish(key), lambda key: int(redis_client().get(key) or 0))
    begun = Job.objects.filter(status="succeeded").count()
    ours = _rate(
        jobs,
        lambda number, key: _submit(users[number % len(users)]),
        lambda key: Job.objects.filter(status="succeeded").count() - begun,
    )
    yield Figure(
        "no_op_jobs",
        round(ours, 1),
        "jobs/s",
        "≥ 200",
        ours >= 200,
        baseline=round(bare, 1),
        ratio=round(ours / bare, 3),
    )


def _publish(key: str) -> None:
    current_app.send_task("bench.nothing", args=(key,), queue="cpu", ignore_result=True)


def _rate(jobs: int, submit: Callable[[int, str], object], done: Callable[[str], int]) -> float:
    """Per second, from the first submission to the last end."""
    key = f"bench:{uuid4()}"
    begin = time.perf_counter()
    for number in range(jobs):
        submit(number, key)
    wait_until(lambda: done(key) >= jobs, 120, "all to end")
    return jobs / (time.perf_counter() - begin)


_FILL_USERS = """
INSERT INTO accounts_user (id, password, is_superuser, email, name, plan_id, is_staff, is_active, date_joined)
SELECT gen_random_uuid(), '!', false, 'queue-' || n || '@example.org', '', 'free', false, true, now()
FROM generate_series(1, %s) AS n RETURNING id
"""

# one owner in ten is on a paid plan; a third of the jobs has waited longer than the ageing time
_FILL_JOBS = """
INSERT INTO jobs_job (id, owner_id, kind, capability, engine, "group", payload, paid, parallel, expected_seconds,
    status, attempt, handed_back, max_attempts, queued_at, worker, stage, fraction, error, error_kind)
SELECT gen_random_uuid(), owners.id, %s, %s, 'engine-' || job.n %% 3, gen_random_uuid(), '{}', owners.n %% 10 = 0, 2,
    60, 'queued', 0, 0, 3, now() - random() * interval '15 minutes', '', '', 0, '', ''
FROM generate_series(1, %s) AS job (n)
JOIN unnest(%s::uuid[]) WITH ORDINALITY AS owners (id, n) ON owners.n = 1 + job.n %% %s
"""


def _fill_queue() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FILL_USERS, [OWNERS])
        owners = [row[0] for row in cursor.fetchall()]
        cursor.execute(_FILL_JOBS, [kinds.Nothing.kind, QUEUE, QUEUED, owners, OWNERS])
        cursor.execute("VACUUM ANALYZE jobs_job, jobs_lane, jobs_allowance")


def _claims(claims: int) -> Iterator[Figure]:
    """One claimer; every other job is finished, so that owners have none, one or two running."""
    times, baseline = [], []
    for number in range(claims):
        times.append(_timed(lambda: job_claim(capability=QUEUE, worker="bench")))
        baseline.append(_timed(_commit_one_row))
        if number % 2:
            job = Job.objects.filter(capability=QUEUE, status="running").order_by("?").first()
            assert job is not None
            Job.objects.filter(pk=job.pk).update(status="succeeded", finished_at=timezone.now())
    p95, commit = round(_percentile(times, 95), 2), round(_percentile(baseline, 95), 2)
    yield Figure("claim_p95_of_50000", p95, "ms", "≤ 10", p95 <= 10, baseline=commit, ratio=round(p95 / commit, 2))


def _commit_one_row() -> None:
    """What any durable change of one row costs here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_enginelimit SET reason = 'bench' WHERE capability = %s AND engine = 'engine-0'", [QUEUE]
        )


def _limits(seconds: float) -> Figure:
    """The database itself is the witness: a constraint that breaks the moment a limit is exceeded."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE jobs_job SET status = 'succeeded', finished_at = now() WHERE status = 'running'")
        cursor.execute("UPDATE jobs_enginelimit SET max_running = 3 WHERE capability = %s", [QUEUE])
        cursor.execute("ALTER TABLE jobs_enginelimit ADD CONSTRAINT bench_engine CHECK (running <= max_running)")
        cursor.execute("ALTER TABLE jobs_allowance ADD CONSTRAINT bench_owner CHECK (running <= parallel)")
    exceeded, claimed = _claim_and_finish(time.monotonic() + seconds)
    return Figure("limits_exceeded_by_8_claimers", exceeded, f"of {claimed} claims", "0", exceeded == 0 and claimed > 0)


def _claim_and_finish(deadline: float) -> tuple[int, int]:
    results: list[tuple[int, int]] = []

    def claimer(name: str) -> None:
        exceeded = claimed = 0
        try:
            while time.monotonic() < deadline:
                try:
                    jobs = job_claim(capability=QUEUE, worker=name)
                except IntegrityError:
                    exceeded += 1
                    continue
                claimed += len(jobs)
                for job in jobs:
                    job_succeed(job=job, outcome=None)
        finally:
            connection.close()
            results.append((exceeded, claimed))

    threads = [threading.Thread(target=claimer, args=(f"claimer-{number}",)) for number in range(CLAIMERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(exceeded for exceeded, _ in results), sum(claimed for _, claimed in results)


def _timed(step: Callable[[], object]) -> float:
    begin = time.perf_counter()
    step()
    return 1000 * (time.perf_counter() - begin)


def _percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]
