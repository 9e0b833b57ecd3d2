"""One client of the ledger as a process of its own: it holds and captures as fast as it is answered."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

from django.db import connection

from config.env import ROOT, env
from embedded.services import postgres_program

Program = Literal["ours", "orm"]
AMOUNT = 8
_PAIR = r"""
\set n random(1, :wallets)
SELECT made.hold AS hold FROM bench_owner AS owner CROSS JOIN LATERAL wallets_hold(owner.id, uuidv7(), :amount,
    'job:' || gen_random_uuid(), 'job', gen_random_uuid(), 'Night train, take 2',
    now(), now() + interval '7 days') AS made
WHERE owner.n = :n \gset
SELECT 1 / (outcome = 'done')::int FROM wallets_resolve(:hold, 'capture', NULL, '', now(), interval '7 days');
"""
"""A hold and its capture, for pgbench; it fails when either does."""
_WARM = 20


@dataclass(frozen=True, slots=True)
class Driven:
    """What the clients did: holds and captures, each committed when it was counted, a second."""

    done: int
    seconds: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Transactions a second."""
        return self.done / self.seconds


class Clients:
    """So many processes, each with a connection of its own."""

    def __init__(self, count: int) -> None:
        path = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
        self._children = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.harness.ledger_client"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": path},
            )
            for _ in range(count)
        ]

    def __enter__(self) -> Clients:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.kill()
            child.wait()

    def drive(self, program: Program, owners: Sequence[UUID], seconds: float) -> Driven:
        """Let all of them hold and capture at random wallets of `owners` for `seconds`, at once."""
        for number, child in enumerate(self._children):
            _say(child, {"program": program, "seed": number, "owners": [str(owner) for owner in owners]})
        for child in self._children:
            _hear(child)
        for child in self._children:
            _say(child, seconds)
        heard = [_hear(child) for child in self._children]
        times = sorted(time_ms for each in heard for time_ms in each["sample_ms"])
        return Driven(
            done=sum(each["done"] for each in heard),
            seconds=max(each["seconds"] for each in heard),
            p99_ms=times[int(0.99 * (len(times) - 1))],
        )


def drive_database(owners: Sequence[UUID], *, clients: int, seconds: float) -> Driven:
    """The same with PostgreSQL's own pgbench instead of Python: what the database does when its clients cost little."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_owner; CREATE TABLE bench_owner (n integer PRIMARY KEY, id uuid)")
        cursor.execute(
            "INSERT INTO bench_owner SELECT n, id FROM unnest(%s::uuid[]) WITH ORDINALITY AS o (id, n)", [list(owners)]
        )
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "pair.sql"
        script.write_text(_PAIR)
        options = ["--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=2", f"--time={round(seconds)}"]
        command = [
            str(postgres_program("pgbench")),
            *options,
            f"--define=wallets={len(owners)}",
            f"--define=amount={AMOUNT}",
            "--file",
            str(script),
        ]
        done = subprocess.run(
            [*command, "--log", f"--log-prefix={folder}/pair", env.database],
            capture_output=True,
            text=True,
            check=True,
        )
        times = sorted(
            int(line.split()[2]) / 2000
            for log in Path(folder).glob("pair.*")
            if log != script
            for line in log.read_text().splitlines()
        )
    pairs = int(_found(r"actually processed: (\d+)", done.stdout))
    tps = float(_found(r"tps = ([\d.]+)", done.stdout))
    return Driven(done=2 * pairs, seconds=pairs / tps, p99_ms=times[int(0.99 * (len(times) - 1))])


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"pgbench said something else: {text}")
    return match[1]


def _say(child: subprocess.Popen[str], message: object) -> None:
    assert child.stdin is not None
    child.stdin.write(json.dumps(message) + "\n")
    child.stdin.flush()


def _hear(child: subprocess.Popen[str]) -> dict[str, Any]:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise RuntimeError(f"a client of the ledger ended early: {child.wait()}")
    heard: dict[str, Any] = json.loads(line)
    return heard


def _client() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    for line in sys.stdin:
        task = json.loads(line)
        step = _steps(task["program"], [UUID(owner) for owner in task["owners"]], random.Random(task["seed"]))  # noqa: S311
        for _ in range(_WARM):
            step()
        print("{}", flush=True)
        print(json.dumps(_measured(step, json.loads(sys.stdin.readline()))), flush=True)


def _measured(step: Callable[[], None], seconds: float) -> dict[str, Any]:
    begin = time.perf_counter()
    done, times = 0, []
    while (before := time.perf_counter()) < begin + seconds:
        step()
        done += 2
        times.append(500 * (time.perf_counter() - before))
    spent = time.perf_counter() - begin
    return {"done": done, "seconds": spent, "sample_ms": times[:: max(1, len(times) // 2000)]}


def _steps(program: Program, owners: list[UUID], chance: random.Random) -> Callable[[], None]:
    """A hold and its capture at a random wallet: two transactions."""
    from django.utils import timezone

    from apps.accounts.models import User
    from apps.wallets.references import Reference
    from apps.wallets.services.credits_hold import credits_hold
    from apps.wallets.services.hold_resolve import hold_capture
    from bench.harness.orm_ledger import orm_capture, orm_hold

    people = [User(pk=owner) for owner in owners]

    def ours() -> None:
        now, job = timezone.now(), uuid4()
        hold = credits_hold(
            owner=chance.choice(people),
            amount=AMOUNT,
            key=f"job:{job}",
            reference=Reference("job", job),
            memo="Night train, take 2",
            now=now,
        )
        hold_capture(hold=hold, now=now)

    def orm() -> None:
        now, job = timezone.now(), uuid4()
        hold = orm_hold(
            owner=chance.choice(owners),
            amount=AMOUNT,
            key=f"job:{job}",
            reference=Reference("job", job),
            memo="Night train, take 2",
            now=now,
        )
        orm_capture(hold=hold, now=now)

    return ours if program == "ours" else orm


if __name__ == "__main__":
    _client()
