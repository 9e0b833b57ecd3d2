"""The proof that the books balance: one look at everything, which changes nothing and locks nobody out.

The snapshot is a read-only transaction that sees the database as of its first query, so a hold made meanwhile cannot
look like a difference. While it lasts, PostgreSQL keeps the dead rows that it may still see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import mail_admins
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from apps.wallets.operations.checks import LEDGER, Check
from apps.wallets.operations.figures import credits_by_month
from apps.wallets.operations.forgotten import forgotten
from apps.wallets.operations.models import Proof
from apps.wallets.operations.payment_checks import PAYING
from apps.wallets.replay import Difference, replay
from apps.wallets.selectors import holds_open

EXAMPLES = 20
MOST_DIFFERENCES = 10_000
FORGOTTEN = timedelta(days=1)
_AT_ONCE = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one check: rows looked at, how many broke the promise, and the first of them."""

    name: str
    title: str
    checked: int
    wrong: int
    examples: tuple[str, ...]


def prove(*, now: datetime) -> Proof:
    """Check everything, keep what was found, and tell the admins when something is wrong."""
    started = timezone.now()
    with _snapshot():
        found = look(now=now)
        months, last_line = credits_by_month()
    proof = Proof.objects.create(
        started_at=now,
        finished_at=now + (timezone.now() - started),
        passed=not any(each.wrong for each in found),
        figures={"last_line": last_line, "months": {month: asdict(row) for month, row in months.items()}},
        checks=[asdict(each) for each in found],
    )
    if proof.passed:
        log.info("books_proven", checked=proof.checked)
    else:
        log.error("books_do_not_balance", proof=proof.pk, wrong={each.name: each.wrong for each in found if each.wrong})
        _tell(proof, found)
    return proof


def look(*, now: datetime) -> list[Finding]:
    """What every check finds, in the caller's transaction; see `prove` for one that sees no change meanwhile."""
    return [*_replayed(), *(_checked(check, now) for check in (*LEDGER, *PAYING)), _orphans(now)]


@contextmanager
def _snapshot() -> Iterator[None]:
    """A transaction that can only read, and always the same."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _checked(check: Check, now: datetime) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(check.count, {"now": now})
        (checked,) = cursor.fetchone()
        cursor.execute(
            f"SELECT line, count(*) OVER () FROM ({check.broken}) AS broken LIMIT {EXAMPLES}",  # noqa: S608 - our own text
            {"now": now},
        )
        rows = cursor.fetchall()
    return Finding(check.name, check.title, checked, rows[0][1] if rows else 0, tuple(row[0] for row in rows))


def _replayed() -> Iterator[Finding]:
    """What the ledger's own replay says, by what it is about."""
    found = replay(limit=MOST_DIFFERENCES)
    for name, title, checked, kinds in (
        ("balances", "Every balance is what its journal adds up to", found.accounts, ("account.",)),
        ("lots", "Every lot is what its journal adds up to", found.lots, ("lot.",)),
        ("lot-sums", "What is in a person’s lots is that person’s balance", found.accounts, ("lots.",)),
        ("open-holds", "The list of open holds is the journal’s", found.transfers, ("open hold", "hold.lots")),
    ):
        wrong = [each for each in found.differences if each.what.startswith(kinds)]
        yield Finding(name, title, checked, len(wrong), tuple(_said(each) for each in wrong[:EXAMPLES]))


def _said(difference: Difference) -> str:
    return f"{difference.what} of {difference.id}: kept {difference.kept}, the journal says {difference.replayed}"


def _orphans(now: datetime) -> Finding:
    """Holds for something that has ended or is gone, read in portions."""
    checked, wrong, examples = 0, 0, []
    after = None
    while holds := holds_open(before=now - FORGOTTEN, after=after, limit=_AT_ONCE):
        over = forgotten(hold.reference for hold in holds if hold.reference)
        for hold in holds:
            if hold.reference is None or hold.reference in over:
                wrong += 1
                about = f"{hold.reference.kind} {hold.reference.id}, which is over" if hold.reference else "nothing"
                examples.append(f"hold {hold.hold} since {hold.at:%Y-%m-%d %H:%M}: for {about}")
        del examples[EXAMPLES:]
        checked += len(holds)
        after = holds[-1].hold
    return Finding("orphans", "No hold is a day old and for nothing", checked, wrong, tuple(examples))


def _tell(proof: Proof, found: Sequence[Finding]) -> None:
    """By mail; a mail that does not leave must not lose the proof."""
    lines = [
        f"{each.title}: {each.wrong} of {each.checked} differ\n  {_indented(each)}" for each in found if each.wrong
    ]
    address = f"{settings.SITE_URL}{reverse('wallets-proof', args=[proof.pk])}"
    text = "\n\n".join(["Nothing was changed by looking.", *lines, f"All of it: {address}"])
    try:
        mail_admins("the books do not balance", text)
    except OSError as error:
        log.error("proof_not_mailed", proof=proof.pk, error=str(error))


def _indented(finding: Finding) -> str:
    return "\n  ".join(finding.examples[:5])
