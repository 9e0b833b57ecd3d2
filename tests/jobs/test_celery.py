"""A real Celery worker: woken by a message, deaf to a flush, tough against broken connections, orderly at its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.db import connection
from psycopg.conninfo import make_conninfo

from apps.jobs.models import Job, Worker
from bench.harness import kinds
from bench.harness.workers import start_worker, stop, wait_until
from config.env import ROOT, env
from tests.jobs.conftest import World

pytestmark = pytest.mark.django_db(transaction=True)


def site_settings() -> dict[str, str]:
    """The tests' database, for another process."""
    name = str(connection.settings_dict["NAME"])
    return {"DATABASE_URL": make_conninfo(os.environ["DATABASE_URL"], dbname=name)}


@pytest.fixture
def worker(world: World, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process with two places on the tests' database."""
    child = start_worker("tests", tmp_path / "log", settings={**site_settings(), "BEAT_SECONDS": "0.5"})
    with connection.cursor() as cursor:
        cursor.execute(kinds.EFFECTS)
    try:
        wait_until(lambda: Worker.objects.exists() or child.poll() is not None, 60, "the worker to start")
        assert child.poll() is None, (tmp_path / "log").read_text()
        yield child
    finally:
        stop(child)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bench_effect")


def effect(world: World, *, seconds: float = 0, name: str = "ada") -> Job:
    """A job that leaves one row when it succeeds."""
    return world.submit(name, kind=kinds.Effect.kind, payload={"seconds": seconds, "failures": 0})


def ended(*jobs: Job) -> bool:
    return not Job.objects.filter(pk__in=[job.pk for job in jobs]).exclude(status__in=Job.ENDED).exists()


def test_worker_runs_what_it_is_woken_for_even_after_a_flush_and_broken_connections(
    world: World, worker: subprocess.Popen[bytes]
) -> None:
    first = effect(world)
    wait_until(lambda: ended(first), 20, "the first job")

    redis.Redis.from_url(env.redis).flushall()
    second = effect(world)
    wait_until(lambda: ended(second), 20, "a job after a flush")

    third = effect(world, seconds=0.5)
    wait_until(lambda: Job.objects.filter(pk=third.pk, status="running").exists(), 20, "the third job to start")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s",
            [connection.connection.info.backend_pid],
        )
    wait_until(lambda: ended(third), 20, "a job that lost its connections")

    assert kinds.effects() == {first.pk: 1, second.pk: 1, third.pk: 1}
    assert set(Job.objects.values_list("status", "attempt")) == {("succeeded", 1)}


def test_worker_told_to_end_hands_its_jobs_back_at_once(world: World, worker: subprocess.Popen[bytes]) -> None:
    jobs = [effect(world, seconds=60) for _ in range(3)]
    wait_until(lambda: Job.objects.filter(status="running", fraction__gt=0).count() == 2, 20, "two jobs to run")

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(5) == 0
    assert ended(*jobs) is False
    assert set(Job.objects.values_list("status", "worker")) == {("queued", "")}
    assert [job.attempts_used for job in Job.objects.all()] == [0, 0, 0]
    assert kinds.effects() == {}
    assert not Worker.objects.exists()


SUBMIT = """
from apps.accounts.models import User
from apps.common.ids import new_id
from apps.jobs.services.job_submit import job_submit
from django.utils import timezone
job_submit(owner=User.objects.get(), kind="steered", capability="cpu", engine="composer", payload={}, group=new_id(),
           parallel=1, paid=False, expected_seconds=1, now=timezone.now())
"""


def test_submitting_needs_no_broker(world: World, tmp_path: Path) -> None:
    world.person("ada")
    away = {"BROKER_URL": f"redis+socket://{tmp_path}/nobody.sock"}

    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", SUBMIT],
        env={**os.environ, **site_settings(), **away},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert Job.objects.get().status == "queued"
    assert "job_wake_lost" in done.stdout + done.stderr
