"""A small world for the queue: people, a kind of job whose runs a test steers, and the wakes that were sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import redis
from django.contrib.auth.models import Group
from django.db import connection

from apps.accounts.models import Plan, User
from apps.common.ids import new_id
from apps.jobs import handlers
from apps.jobs.control import Control
from apps.jobs.handlers import Cancelled, ClaimedJob, Failure
from apps.jobs.models import EngineLimit, Job
from apps.jobs.services.job_claim import job_claim
from apps.jobs.services.job_submit import job_submit
from apps.jobs.services.wake import flush_wakes
from config.env import env

KIND = "steered"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """A moment of the tests' own time."""
    return NOON + timedelta(seconds=seconds)


class Steered:
    """Runs as the payload says: `raise`s a named error, waits until told to stop, or ends at once."""

    kind = KIND

    def __init__(self) -> None:
        self.started = threading.Semaphore(0)
        self.release = threading.Event()
        self.discarded: list[Any] = []
        self.failures: list[tuple[UUID, Failure]] = []
        self.errors: dict[str, Exception] = {}

    def run(self, job: ClaimedJob, control: Control) -> str:
        self.started.release()
        match job.payload.get("do"):
            case "raise":
                raise self.errors[job.payload["error"]]
            case "wait":
                control.progress("waiting", 0.5, job.payload.get("deadline", 60))
                while not control.should_stop():
                    if self.release.wait(0.01):
                        return f"{job.id}:{job.attempt}"
                raise Cancelled
            case "deaf":
                control.progress("deaf", 0.5, 0.01)
                self.release.wait(60)
        return f"{job.id}:{job.attempt}"

    def succeed(self, job: Job, outcome: str) -> Mapping[str, Any]:
        Group.objects.create(name=outcome)
        if job.payload.get("break_succeed"):
            raise ValueError("storing failed")
        return {"effect": outcome}

    def discard(self, outcome: str) -> None:
        self.discarded.append(outcome)

    def fail(self, job: Job, error: Failure) -> None:
        self.failures.append((job.id, error))

    @property
    def effects(self) -> list[str]:
        """What successes left behind, one entry each."""
        return sorted(Group.objects.values_list("name", flat=True))


@dataclass
class World:
    """People and how they submit."""

    people: dict[str, User] = field(default_factory=dict)

    def person(self, name: str) -> User:
        """The user of that name; those called `paid…` are on the paid plan."""
        if name not in self.people:
            plan = "pro" if name.startswith("paid") else "free"
            self.people[name] = User.objects.create_user(f"{name}@example.org", plan_id=plan)
        return self.people[name]

    def submit(
        self, name: str = "ada", *, at: datetime = NOON, payload: Mapping[str, Any] | None = None, **over: Any
    ) -> Job:
        """A job of that person's."""
        values: dict[str, Any] = {
            "kind": KIND,
            "capability": "cpu",
            "engine": "composer",
            "group": new_id(),
            "parallel": 8,
            "paid": name.startswith("paid"),
            "expected_seconds": 60.0,
            **over,
        }
        return job_submit(owner=self.person(name), payload=payload or {}, now=at, **values)

    def claim(
        self, count: int = 1, *, at: datetime = NOON, capability: str = "cpu", worker: str = "w1"
    ) -> list[ClaimedJob]:
        """Claim at a moment of the tests' own time."""
        return job_claim(capability=capability, worker=worker, count=count, now=at)


@pytest.fixture
def world(db: None) -> World:
    """An empty site with its two plans."""
    Plan.objects.get_or_create(slug="free", defaults={"title": "Free"})
    Plan.objects.get_or_create(slug="pro", defaults={"title": "Pro", "paid": True, "parallel": 4})
    return World()


@pytest.fixture
def steered() -> Iterator[Steered]:
    """The kind of job that tests steer; nothing it started is left waiting."""
    handler = Steered()
    handlers.register(handler)
    yield handler
    handler.release.set()


class Wakes:
    """The wakes that wait in the broker."""

    def __init__(self) -> None:
        self._redis = redis.Redis.from_url(env.redis)

    def count(self, capability: str = "cpu") -> int:
        """How many of a capability, once all are sent."""
        assert flush_wakes()
        return int(self._redis.llen(capability))

    def clear(self) -> None:
        """Lose them all, as a flush of the broker would."""
        assert flush_wakes()
        self._redis.delete("cpu", "gpu")


@pytest.fixture
def wakes() -> Iterator[Wakes]:
    """The real broker's queues, empty at first."""
    queue = Wakes()
    queue.clear()
    yield queue
    queue.clear()


def limit(engine: str = "composer", *, at_once: int | None, capability: str = "cpu") -> EngineLimit:
    """Set an engine's limit directly."""
    row, _ = EngineLimit.objects.update_or_create(
        capability=capability, engine=engine, defaults={"max_running": at_once}
    )
    return row


RECOUNT = """
SELECT
    (SELECT count(*) FROM jobs_allowance a WHERE running <> (
        SELECT count(*) FROM jobs_job j WHERE j.owner_id = a.owner_id AND status = 'running'))
  + (SELECT count(*) FROM jobs_lane l JOIN jobs_allowance a USING (owner_id)
     WHERE (l.running, l.parallel) <> (a.running, a.parallel) OR l.queued <> (
        SELECT count(*) FROM jobs_job j WHERE j.owner_id = l.owner_id AND j.capability = l.capability
          AND j.engine = l.engine AND j.paid = l.paid AND status = 'queued'))
  + (SELECT count(*) FROM jobs_lane l WHERE abs(asked_seconds - (
        SELECT coalesce(sum(expected_seconds), 0) FROM jobs_job j WHERE j.owner_id = l.owner_id
          AND j.capability = l.capability AND j.engine = l.engine AND j.paid = l.paid AND status = 'queued')) > 0.001)
  + (SELECT count(*) FROM jobs_lane l WHERE head_at IS DISTINCT FROM (
        SELECT min(queued_at) FROM jobs_job j WHERE j.owner_id = l.owner_id AND j.capability = l.capability
          AND j.engine = l.engine AND j.paid = l.paid AND status = 'queued' AND due_at IS NULL))
  + (SELECT count(*) FROM jobs_enginelimit e WHERE running <> (
        SELECT count(*) FROM jobs_job j
        WHERE j.capability = e.capability AND j.engine = e.engine AND status = 'running'))
  + (SELECT count(*) FROM jobs_job j WHERE status IN ('queued', 'running') AND NOT EXISTS (
        SELECT FROM jobs_lane l WHERE l.owner_id = j.owner_id AND l.capability = j.capability
          AND l.engine = j.engine AND l.paid = j.paid))
"""


def miscounted() -> int:
    """How many counted rows differ from a recount of the jobs."""
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT)
        return int(cursor.fetchone()[0])
