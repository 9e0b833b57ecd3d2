"""Kinds of job for measuring the queue itself; workers of a bench load them with `--include`."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from celery import shared_task
from django.db import connection
from django.utils import timezone

from apps.common.ids import new_id
from apps.jobs import handlers
from apps.jobs.control import Control
from apps.jobs.handlers import Cancelled, ClaimedJob, Failure, Retryable
from apps.jobs.models import Job
from apps.library.paths import MASTER
from apps.library.services.version_create import (
    NewVersion,
    StoredFile,
    version_create,
    version_files_discard,
    version_files_store,
)
from config.env import env

_STEP_SECONDS = 0.02
EFFECTS = "CREATE TABLE IF NOT EXISTS bench_effect (job uuid NOT NULL, attempt integer NOT NULL)"


class Nothing:
    """Does nothing, through the whole path."""

    kind = "bench_nothing"

    def run(self, job: ClaimedJob, control: Control) -> None:
        """Return at once."""

    def succeed(self, job: Job, outcome: None) -> Mapping[str, Any]:
        """Store nothing."""
        return {}

    def discard(self, outcome: None) -> None:
        """Nothing was made."""

    def fail(self, job: Job, error: Failure) -> None:
        """Nothing was done before."""


class Song:
    """Works for the payload's `seconds`, fails as often as its `failures` say, and makes a real version a success."""

    kind = "bench_song"

    def run(self, job: ClaimedJob, control: Control) -> tuple[UUID, tuple[StoredFile, ...]]:
        """Store a version's files, as the studio does, then go on working, so that some are killed in between."""
        if job.attempt <= job.payload["failures"]:
            raise Retryable("It was told to fail.")
        version = new_id()
        with tempfile.TemporaryDirectory(dir=env.data) as folder:
            shutil.copy(job.payload["master"], Path(folder) / MASTER)
            files = version_files_store(version_id=version, folder=Path(folder), new=_new_version(job.id))
        try:
            _work(job.payload["seconds"], control)
        except Cancelled:
            version_files_discard(version)
            raise
        return version, files

    def succeed(self, job: Job, outcome: tuple[UUID, tuple[StoredFile, ...]]) -> Mapping[str, Any]:
        """The version's rows, in the transaction that finishes the job."""
        version_id, files = outcome
        version_create(
            version_id=version_id, owner=job.owner, track=None, parent=None, new=_new_version(job.id), files=files,
            title="Bench", now=timezone.now(),
        )  # fmt: skip
        return {"version": str(version_id)}

    def discard(self, outcome: tuple[UUID, tuple[StoredFile, ...]]) -> None:
        """The files of a version that was not created."""
        version_files_discard(outcome[0])

    def fail(self, job: Job, error: Failure) -> None:
        """Nothing was done before."""


def _new_version(job: UUID) -> NewVersion:
    return NewVersion(
        operation="generate", engine="bench", engine_version="1", weights="", licence="CC0-1.0", commercial=True,
        seed=0, prompt="", seconds=0.1, sample_rate=8000, channels=1, energy=0.5, brightness=0.5, job=job,
    )  # fmt: skip


def _work(seconds: float, control: Control) -> None:
    """Report progress in small steps, and stop when told to."""
    steps = max(1, round(seconds / _STEP_SECONDS))
    for step in range(steps):
        control.progress("working", step / steps, 10)
        time.sleep(_STEP_SECONDS)
        if control.should_stop():
            raise Cancelled


class Effect:
    """Works for the payload's `seconds`, fails as often as its `failures` say, and leaves one row a success."""

    kind = "bench_effect"

    def run(self, job: ClaimedJob, control: Control) -> int:
        """The outcome is the attempt."""
        if job.attempt <= job.payload["failures"]:
            raise Retryable("It was told to fail.")
        _work(job.payload["seconds"], control)
        return job.attempt

    def succeed(self, job: Job, outcome: int) -> Mapping[str, Any]:
        """One row, in the transaction that finishes the job."""
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_effect VALUES (%s, %s)", [job.id, outcome])
        # widens the moment in which a kill finds the transaction open
        time.sleep(0.005)
        return {"attempt": outcome}

    def discard(self, outcome: int) -> None:
        """A row that was not committed is not there."""

    def fail(self, job: Job, error: Failure) -> None:
        """Nothing was done before."""


def effects() -> dict[UUID, int]:
    """How many rows each job left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT job, count(*) FROM bench_effect GROUP BY job")
        return dict(cursor.fetchall())


@shared_task(name="bench.nothing")
def nothing(counter: str) -> None:
    """A bare Celery task, for comparison; counts itself in Redis so that the bench sees the last one end."""
    from bench.harness.workers import redis_client

    redis_client().incr(counter)


handlers.register(Nothing())
handlers.register(Effect())
handlers.register(Song())
