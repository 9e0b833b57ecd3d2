"""The ledger: durable holds and captures a second, over many wallets and on a hot one; do its books balance?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

from django.db import connection
from django.utils import timezone

from apps.accounts.models import User
from apps.wallets.models import LotSource, Transfer
from apps.wallets.replay import replay
from apps.wallets.services.credits_grant import credits_grant
from bench.figures import Figure
from bench.harness.ledger_client import Clients, Driven, drive_bare, drive_database

WALLETS = 1000
CLIENTS = 8
CROWD = 32
"""Clients of pgbench at many wallets: commits that wait for the disk together share the wait."""
FORTUNE = 10**9


def run(*, quick: bool) -> Iterator[Figure]:
    """Ours beside the same rules written with the ORM, by the same clients on the same tables, and beside no rules."""
    seconds = 2.0 if quick else 15.0
    yield _durable()
    people = _wallets(WALLETS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    with Clients(CLIENTS) as clients:
        for name, wallets, crowd, least in (
            ("many_wallets", people, CROWD, 5000),
            ("hot_wallet", people[:1], CLIENTS, 2500),
        ):
            slow = _counted(partial(clients.drive, "orm", wallets, seconds))
            ours = _counted(partial(clients.drive, "ours", wallets, seconds))
            alone = _counted(partial(drive_database, len(wallets), clients=crowd, seconds=seconds))
            bare = drive_bare(len(wallets), clients=crowd, seconds=seconds)
            yield Figure(
                name,
                round(alone.rate),
                _unit(alone, "pgbench", crowd),
                f"≥ {least}",
                alone.rate >= least,
                # an update and an insert without a rule
                baseline=round(bare.rate),
                ratio=round(alone.rate / bare.rate, 2),
            )
            ratio = ours.rate / slow.rate
            yield Figure(
                f"{name}_through_the_services",
                round(ours.rate),
                _unit(ours, "Python", CLIENTS),
                "≥ 10 × the ORM",
                ratio >= 10,
                baseline=round(slow.rate),
                ratio=round(ratio, 2),
            )
    found = replay()
    yield Figure("transfers_replayed", found.transfers, "rows")
    yield Figure("balances_that_differ", len(found.differences), "", "0", found.balanced)


def _counted(driving: Callable[[], Driven]) -> Driven:
    """Driven, and what was counted is in the journal."""
    before = Transfer.objects.count()
    driven = driving()
    assert Transfer.objects.count() - before >= driven.done
    return driven


def _unit(driven: Driven, client: str, count: int) -> str:
    return f"durable transactions/s, {count} clients in {client} on the same cores, p99 {driven.p99_ms:.1f} ms"


def _durable() -> Figure:
    """Every commit waits for the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        settings = cursor.fetchone()
    return Figure(
        "durable", int(settings == ("on", "on")), "fsync and synchronous_commit", "1", settings == ("on", "on")
    )


def _wallets(count: int) -> list[UUID]:
    people = User.objects.bulk_create(
        User(pk=UUID(int=number + 1), email=f"bench-{number}@example.org", plan_id="free") for number in range(count)
    )
    for person in people:
        credits_grant(
            owner=person,
            amount=FORTUNE,
            source=LotSource.PACK,
            key=f"bench:{person.pk}",
            memo="A fortune",
            expires_at=None,
            now=timezone.now(),
        )
    return [person.pk for person in people]
