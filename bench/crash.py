"""Jobs and their credits while whatever asks for, runs and stores them is killed: all end, each is charged rightly."""

from __future__ import annotations

import os
import random
import secrets
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from uuid import UUID

import numpy as np
import psycopg
from django.db import DatabaseError, connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django_celery_beat.models import IntervalSchedule
from psycopg.conninfo import conninfo_to_dict

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.jobs.models import Job, Worker
from apps.library.models import Version
from bench.figures import Figure
from bench.harness.asking import PRICE, Wish, write
from bench.harness.crash_money import endow, judge_money
from bench.harness.workers import redis_client, start_module, start_scheduler, start_worker, stop, wait_until
from config.env import env
from embedded.services import Services
from inference.audio.encode import write_flac

JOBS = 200
OWNERS = 10
WORKERS = 3
ALWAYS_FAIL = 1
FAIL_ONCE = 10
WEB_KILLS = 2
LEASE_SECONDS = 4.0
SUCCEED = 195
ENDOWED = PRICE * JOBS // OWNERS
"""Each owner's credits: exactly what all their songs cost."""
MASTER = env.data / "bench-master.flac"


def run(*, quick: bool) -> Iterator[Figure]:
    """What became of the jobs."""
    seed = secrets.randbelow(10_000)
    chance = random.Random(seed)  # noqa: S311 - the same seed makes the same storm
    os.environ |= {"LEASE_SECONDS": str(LEASE_SECONDS), "BEAT_SECONDS": "1"}
    IntervalSchedule.objects.update(every=1)
    write_flac(MASTER, np.zeros((800, 1), dtype=np.float32), 8000)
    owners = [User.objects.create_user(f"crash-{new_id()}@example.org") for _ in range(OWNERS)]
    endow(owners, ENDOWED)
    wishes = _wishes(owners, chance, longest=0.4 if quick else 1.5)
    groups = [UUID(wish.group) for wish in wishes]
    with tempfile.TemporaryDirectory() as folder, Site(Path(folder), chance, wishes) as site:
        begin = time.monotonic()
        storm = _Storm(site, chance, kill_every=3.0 if quick else 4.0)
        storm.rage_until(lambda: _ended(groups) == JOBS, 38 if quick else 300)
        seconds = round(time.monotonic() - begin, 1)
        overdue = round(storm.overdue, 2)
        yield Figure("seed", seed, "")
        yield Figure("workers_killed", storm.killed, "", "≥ 3", storm.killed >= 3)
        yield Figure("web_processes_killed", site.webs_killed, "", "≥ 1", site.webs_killed >= 1)
        yield Figure("longest_past_a_lease", overdue, "s", f"≤ {LEASE_SECONDS:g}, the lease", overdue <= LEASE_SECONDS)
        jobs = list(Job.objects.filter(group__in=groups))
        yield from _judge(jobs)
        yield from judge_money(owners, jobs, ENDOWED)
        yield Figure("seconds", seconds, "s")


def _wishes(owners: list[User], chance: random.Random, *, longest: float) -> list[Wish]:
    failures = [99] * ALWAYS_FAIL + [1] * FAIL_ONCE + [0] * (JOBS - ALWAYS_FAIL - FAIL_ONCE)
    chance.shuffle(failures)
    return [
        Wish(
            group=str(new_id()),
            owner=str(owners[number % OWNERS].pk),
            paid=number % 5 == 0,
            payload={"master": str(MASTER), "seconds": chance.uniform(0.05, longest), "failures": times},
        )
        for number, times in enumerate(failures)
    ]


class Site:
    """Workers, a scheduler and a web process that are started again when they die; a database that may crash."""

    def __init__(self, folder: Path, chance: random.Random, wishes: list[Wish]) -> None:
        self._folder = folder
        self._chance = chance
        self._started = 0
        host = str(conninfo_to_dict(env.database)["host"])
        self._services = Services(env.data, Path(host))
        self._database: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler: subprocess.Popen[bytes] | None = None
        self._list = folder / "wishes.json"
        write(wishes, self._list)
        self._web: subprocess.Popen[bytes] | None = None
        self.webs_killed = 0

    def __enter__(self) -> Site:
        self.keep_alive()
        wait_until(lambda: Worker.objects.count() >= WORKERS, 60, "the workers to start")
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as stack:
            if self._database is not None:
                stack.callback(stop, self._database)
            stack.callback(_close_pool)
            stack.callback(connection.close)
            for child in (*self.workers, self.scheduler, self._web):
                if child is not None:
                    stack.callback(stop, child)

    def keep_alive(self) -> None:
        """Start what is not running, as a supervisor does."""
        self.workers = [each for each in self.workers if each.poll() is None]
        while len(self.workers) < WORKERS:
            self._started += 1
            name = f"crash{self._started}"
            self.workers.append(start_worker(name, self._folder / f"{name}.log"))
        if self.scheduler is None or self.scheduler.poll() is not None:
            self.scheduler = start_scheduler(self._folder / "scheduler.log")
        # one that has asked for everything ends by itself
        if self._web is None or self._web.poll() not in {None, 0}:
            self._web = start_module("bench.harness.asking", str(self._list), log=self._folder / "web.log")

    def kill_a_worker(self) -> None:
        """Without a warning."""
        victim = self._chance.choice(self.workers)
        victim.kill()
        victim.wait()

    def kill_the_web(self) -> None:
        """In the middle of asking, if it has not asked for everything yet."""
        if self._web is not None and self._web.poll() is None:
            self._web.kill()
            self._web.wait()
            self.webs_killed += 1

    def crash_database(self) -> None:
        """Kill one of its processes, after which PostgreSQL ends them all and recovers from what is on the disk."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' ORDER BY random()")
            (pid,) = cursor.fetchone()
        os.kill(pid, signal.SIGKILL)
        connection.close()
        self._services.wait_ready()

    def restart_database(self) -> None:
        """An orderly stop, which breaks every connection, and a new start."""
        pid = int((self._services.postgres_data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGINT)
        wait_until(lambda: not (self._services.postgres_data / "postmaster.pid").exists(), 30, "PostgreSQL to stop")
        log = (self._services.data / "services.log").open("ab")
        self._database = subprocess.Popen(
            self._services.postgres_command, stdout=log, stderr=log, cwd="/", start_new_session=True
        )
        self._services.wait_ready()


@dataclass
class _Storm:
    """What goes wrong, and the watch on leases meanwhile."""

    site: Site
    chance: random.Random
    kill_every: float
    killed: int = 0
    overdue: float = 0.0
    _todo: list[Callable[[], object]] = field(default_factory=list)
    """Each happens once, in the middle."""

    def rage_until(self, calm: Callable[[], bool], seconds: float) -> None:
        """Until `calm`, or for `seconds`: whatever is unfinished then counts as stuck."""
        self._todo = [redis_client().flushall, self.site.crash_database, self.site.restart_database]
        deadline = time.monotonic() + seconds
        next_kill = time.monotonic() + self.kill_every
        while time.monotonic() < deadline:
            self.site.keep_alive()
            if time.monotonic() >= next_kill:
                self._strike()
                next_kill = time.monotonic() + self.kill_every * self.chance.uniform(0.7, 1.3)
            try:
                self.overdue = max(self.overdue, _longest_overdue())
                if calm() and not self._todo:
                    return
            except (DatabaseError, psycopg.Error):
                connection.close()
            time.sleep(0.1)

    def _strike(self) -> None:
        self.site.kill_a_worker()
        if self.killed < WEB_KILLS:
            self.site.kill_the_web()
        self.killed += 1
        if self.killed >= 2 and self._todo:
            self._todo.pop(0)()


def _close_pool() -> None:
    """Before the database stops; only PostgreSQL's backend has a pool."""
    cast(DatabaseWrapper, connections["default"]).close_pool()


def _longest_overdue() -> float:
    """Seconds since the oldest expired lease of a running job."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - lease_until)), 0)::float8"
            " FROM jobs_job WHERE status = 'running'"
        )
        (overdue,) = cursor.fetchone()
    return max(0.0, float(overdue))


def _ended(groups: list[UUID]) -> int:
    return Job.objects.filter(group__in=groups, status__in=Job.ENDED).count()


def _judge(rows: list[Job]) -> Iterator[Figure]:
    versions = Counter(Version.objects.filter(job__in=[row.pk for row in rows]).values_list("job", flat=True))
    ended = sum(row.ended for row in rows)
    asked_twice = len(rows) - len({row.group for row in rows})
    status = Counter(row.status for row in rows)
    succeeded = status["succeeded"]
    yield Figure("ended", ended, "jobs", f"{JOBS}", ended == JOBS)
    yield _none("asked_for_twice", asked_twice)
    yield Figure("succeeded", succeeded, "jobs", f"≥ {SUCCEED}", succeeded >= SUCCEED)
    yield _none("lost", JOBS - len(rows))
    yield _none(
        "successes_without_exactly_one_version",
        sum(1 for row in rows if row.status == "succeeded" and versions[row.pk] != 1),
    )
    yield _none("failures_with_a_version", sum(1 for row in rows if row.status != "succeeded" and versions[row.pk]))
    yield _none(
        "failures_without_three_attempts", sum(1 for row in rows if row.status == "failed" and row.attempts_used != 3)
    )
    yield Figure("attempts", sum(row.attempt for row in rows), "in all")


def _none(metric: str, count: int) -> Figure:
    return Figure(metric, count, "jobs", "0", count == 0)
