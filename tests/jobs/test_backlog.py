"""The figure that workers are scaled on: what a place more would be for, asked by a role that may ask nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import yaml
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from apps.jobs.selectors import backlogs
from apps.jobs.services.job_finish import job_succeed
from config.env import ROOT
from tests.jobs.conftest import Steered, World, after, limit

pytestmark = pytest.mark.django_db
DEPLOY = ROOT / "deploy" / "kubernetes"


def queries() -> dict[str, str]:
    """What KEDA asks for each worker."""
    documents = yaml.safe_load_all((DEPLOY / "scaling.yaml").read_text())
    scaled = [each for each in documents if each["kind"] == "ScaledObject"]
    return {each["metadata"]["name"]: each["spec"]["triggers"][0]["metadata"]["query"] for each in scaled}


@contextmanager
def scaler() -> Iterator[None]:
    """The role that deploy/kubernetes/scaler.sql makes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute((DEPLOY / "scaler.sql").read_text())
        cursor.execute("SET LOCAL ROLE refrain_scaler")
        yield
        cursor.execute("RESET ROLE")
        transaction.set_rollback(True)


def asked(worker: str) -> int:
    """The answer to the manifest's own query, as the scaler's role gets it."""
    with scaler(), connection.cursor() as cursor:
        cursor.execute(queries()[worker])
        ((answer,),) = cursor.fetchall()
    return int(answer)


def test_counts_what_waits_and_what_runs_of_its_own_capability(world: World, steered: Steered) -> None:
    assert asked("worker-cpu") == asked("worker-gpu") == 0
    for name in ("ada", "bob", "paid"):
        world.submit(name)
    world.submit("cleo", capability="gpu", engine="heavy")
    running = world.claim(2)
    assert (asked("worker-cpu"), asked("worker-gpu")) == (3, 1)

    for job in running:
        job_succeed(job=job, outcome=f"{job.id}", now=after(5))

    assert asked("worker-cpu") == 1
    assert backlogs() == {"cpu": 1, "gpu": 1}


def test_who_may_run_one_at_a_time_needs_one_place_for_forty_songs(world: World) -> None:
    for _ in range(5):
        world.submit("ada", parallel=1)
    assert asked("worker-cpu") == 1
    world.claim()
    assert asked("worker-cpu") == 1


def test_an_engine_at_its_limit_asks_for_no_machine(world: World) -> None:
    for name in ("ada", "bob", "cleo", "dora"):
        world.submit(name)
    limit(at_once=2)
    assert asked("worker-cpu") == 2
    world.claim(2)
    assert asked("worker-cpu") == 2
    limit(at_once=0)
    assert asked("worker-cpu") == 2, "what runs is still needed"


def test_an_attempt_that_waits_for_its_time_is_no_work_yet(world: World) -> None:
    world.submit("ada", parallel=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE jobs_job SET due_at = %s", [after(60)])
    assert asked("worker-cpu") == 0


@pytest.mark.parametrize("query", ["SELECT * FROM jobs_job", "SELECT count(*) FROM jobs_lane", "DELETE FROM jobs_job"])
def test_the_scalers_role_reads_and_changes_nothing_else(world: World, query: str) -> None:
    denied = pytest.raises(ProgrammingError, match="permission denied")
    with scaler(), connection.cursor() as cursor, denied, transaction.atomic():
        cursor.execute(query)


def test_nobody_else_is_asked_for_by_chance(world: World) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE refrain_stranger")
        cursor.execute("SET LOCAL ROLE refrain_stranger")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("SELECT jobs_backlog('cpu')")
        transaction.set_rollback(True)


def test_prometheus_sees_the_same(world: World) -> None:
    world.submit()
    assert 'refrain_jobs_backlog{capability="cpu"} 1.0' in Client().get("/metrics").content.decode()
