"""A pair: without the lock eight claimers overrun a limit on this very set-up, with it they never do."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connection

import apps.jobs.migrations
from apps.jobs.models import Allowance, EngineLimit, Job
from bench.harness.workers import wait_until
from tests.jobs.conftest import World, limit

CLAIMERS = 8
AT_ONCE = 3
LOCK = "    PERFORM pg_advisory_xact_lock(hashtextextended('jobs_claim ' || wanted_capability, 0));\n"
MARK = "    PERFORM jobs_share_mark(wanted_capability, share, lease, at);\n"
"""Four times a minute a claim writes a row here, and others would wait for that one."""
TAKEN = "            RETURN NEXT job;\n"


def claim_function(name: str, *, locked: bool) -> str:
    """The shipped function under another name, slower to commit once it has taken a job, with or without its lock."""
    text = (Path(apps.jobs.migrations.__file__).parent / "sql" / "claim.sql").read_text()
    text = text[text.index("CREATE FUNCTION jobs_claim(") :]
    assert text.count(LOCK) == 1
    assert text.count(TAKEN) == 1
    text = text.replace("jobs_claim(", f"{name}(", 1)
    text = text.replace(TAKEN, f"{TAKEN}            PERFORM pg_sleep(0.05);\n")
    assert text.count(MARK) == 1
    text = text.replace(MARK, "")
    return text if locked else text.replace(LOCK, "")


def claim_at_once(name: str) -> int:
    """Eight connections claim one job each at the same moment; returns how many they got."""
    start = threading.Barrier(CLAIMERS)
    got: list[int] = []

    def claim() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                start.wait()
                cursor.execute(f"SELECT * FROM {name}('cpu', 1, 'w', interval '30 s', 0.2, interval '15 min')")
                got.append(len(cursor.fetchall()))
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _ in range(CLAIMERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == CLAIMERS
    return sum(got)


@pytest.fixture
def crowd(world: World, transactional_db: None) -> None:
    """Many owners wait for an engine that takes three at once."""
    for number in range(2 * CLAIMERS):
        world.submit(f"person{number}")
    limit(at_once=AT_ONCE)


def test_without_the_lock_claimers_overrun_the_limit(crowd: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(claim_function("claim_without_lock", locked=False))
    try:
        claimed = claim_at_once("claim_without_lock")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION claim_without_lock")

    assert claimed > AT_ONCE


def test_with_the_lock_claimers_never_overrun_the_limit(crowd: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(claim_function("claim_with_lock", locked=True))
    try:
        claimed = claim_at_once("claim_with_lock")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION claim_with_lock")

    assert claimed == AT_ONCE
    assert EngineLimit.objects.get().running == AT_ONCE
    assert Job.objects.filter(status="running").count() == AT_ONCE


def test_shipped_function_holds_the_limit_for_eight_claimers(crowd: None) -> None:
    assert claim_at_once("jobs_claim") == AT_ONCE
    assert claim_at_once("jobs_claim") == 0


def test_two_capabilities_never_overrun_one_owners_allowance(world: World, transactional_db: None) -> None:
    world.submit(parallel=1)
    world.submit(parallel=1, capability="gpu", engine="neural")
    text = claim_function("claim_slowly", locked=True)
    chosen = "        EXIT WHEN lane.id IS NULL;\n"
    assert text.count(chosen) == 1
    with connection.cursor() as cursor:
        cursor.execute(text.replace(chosen, f"{chosen}        PERFORM pg_sleep(0.5);\n"))
    late: list[int] = []

    def claim_late() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT * FROM claim_slowly('gpu', 1, 'w', interval '30 s', 0.2, interval '15 min')")
                late.append(len(cursor.fetchall()))
        finally:
            connection.close()

    try:
        # given a claim that has chosen the owner and not yet taken the job
        thread = threading.Thread(target=claim_late)
        thread.start()
        wait_until(sleeping_in_the_database, 10, "the late claim to choose")
        # when the other capability takes the owner's only place
        assert len(world.claim(1)) == 1
        thread.join()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION claim_slowly")

    assert late == [0]
    assert Allowance.objects.get().running == 1


def sleeping_in_the_database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        return bool(cursor.fetchone()[0])
