"""The money in figures: what came in, what credits did, and what is still to be delivered.

What credits did month by month is a sum over the whole journal, which nobody may wait for. Each proof keeps it, with
the last line it saw; the lines since then, a day's at most, are added when somebody looks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from apps.accounts.models import User
from apps.wallets.models import Account
from apps.wallets.money import money
from apps.wallets.operations.models import Proof
from apps.wallets.stripe.models import Payment, Provider, Reversal

MONTHS = 24
AGES = (timedelta(days=30), timedelta(days=90), timedelta(days=365))
SHOWN = 20

_MONTHS = """
SELECT to_char(date_trunc('month', at AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS month,
    coalesce(sum(amount) FILTER (WHERE kind = 'capture'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE kind = 'grant' AND debit = 'clearing'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE kind = 'grant' AND reason = 'monthly'), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE kind = 'grant' AND reason = 'gift'), 0)::bigint,
    coalesce(sum(CASE WHEN kind IN ('take_back', 'owe') THEN amount ELSE -amount END)
        FILTER (WHERE kind IN ('take_back', 'owe', 'give_back', 'forgive')), 0)::bigint,
    coalesce(sum(CASE kind WHEN 'expire' THEN amount ELSE -amount END)
        FILTER (WHERE kind = 'expire' OR kind = 'grant' AND debit = 'expired'), 0)::bigint,
    max(id)
FROM wallets_transfer WHERE id > %s GROUP BY 1 ORDER BY 1
"""

# what is held of an expired lot is charged or comes back; the rest of it nobody can spend
_UNSPENT = """
SELECT lot.source, 3 - width_bucket(lot.granted_at, %(edges)s::timestamptz[]) AS age,
    sum(CASE WHEN lot.expires_at <= %(now)s THEN lot.held ELSE lot.available + lot.held END)
FROM wallets_lot AS lot JOIN wallets_account AS account ON account.id = lot.account_id
WHERE NOT lot.spent AND account.owner_id IS NOT NULL GROUP BY 1, 2
"""
_SOLD = """
SELECT lot.source, payment.currency, round(sum(payment.amount_minor::numeric * (lot.available + lot.held) / lot.amount))
FROM wallets_payment AS payment JOIN wallets_lot AS lot ON lot.id = payment.lot
JOIN wallets_account AS account ON account.id = lot.account_id
WHERE NOT lot.spent AND account.owner_id IS NOT NULL AND payment.provider = 'stripe'
    AND (lot.expires_at IS NULL OR lot.expires_at > %s)
GROUP BY 1, 2 ORDER BY 2
"""


@dataclass(frozen=True, slots=True)
class Credits:
    """What credits did in a month. `taken_back` is less what was given back, `expired` less what came back in grace."""

    spent: int = 0
    sold: int = 0
    monthly: int = 0
    gifts: int = 0
    taken_back: int = 0
    expired: int = 0

    def __add__(self, other: Credits) -> Credits:
        return Credits(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass(frozen=True, slots=True)
class Income:
    """Money of a month in one currency, as people write it; refunds and disputes count when they happened."""

    month: date
    payments: int
    paid: str
    refunded: str
    disputed: str
    kept: str


@dataclass(frozen=True, slots=True)
class Unspent:
    """Credits of one source still to be delivered, by the age of their lots, and what those were sold for."""

    source: str
    by_age: tuple[int, ...]
    sold_for: str

    @property
    def credits(self) -> int:
        """Of every age."""
        return sum(self.by_age)


@dataclass(frozen=True, slots=True)
class Return:
    """A refund or a dispute."""

    at: datetime
    what: str
    owner: User | None
    amount: str
    credits: int
    state: str
    stripe_id: str


@dataclass(frozen=True, slots=True)
class Debts:
    """Who owes, and how much."""

    people: int
    credits: int


def credits_by_month(after: int = 0) -> tuple[dict[str, Credits], int]:
    """What the journal's lines after `after` did, by the month's first day; and the last line there is."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, [after])
        rows = cursor.fetchall()
    return {row[0]: Credits(*row[1:7]) for row in rows}, max((row[7] for row in rows), default=after)


def months_shown(proof: Proof | None) -> list[tuple[date, Credits]]:
    """The last months, the newest first: what the proof kept, and what happened since."""
    kept: Mapping[str, Any] = proof.figures if proof else {}
    total = defaultdict(Credits, {month: Credits(**row) for month, row in kept.get("months", {}).items()})
    fresh, _ = credits_by_month(kept.get("last_line", 0))
    for month, row in fresh.items():
        total[month] += row
    return [(date.fromisoformat(month), total[month]) for month in sorted(total, reverse=True)[:MONTHS]]


def income_by_month() -> list[Income]:
    """Real money alone, newest month first."""
    rows: defaultdict[tuple[date, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    paid = Payment.objects.filter(provider=Provider.STRIPE).annotate(month=TruncMonth("paid_at", tzinfo=UTC))
    for month, currency, count, amount in (
        paid.values_list("month", "currency").annotate(Count("pk"), Sum("amount_minor")).order_by()
    ):
        rows[month.date(), currency] |= {"payments": count, "paid": amount}
    gone = Reversal.objects.filter(counts=True).annotate(month=TruncMonth("created_at", tzinfo=UTC))
    for month, currency, kind, amount in (
        gone.values_list("month", "currency", "kind").annotate(Sum("amount_minor")).order_by()
    ):
        rows[month.date(), currency][kind] = amount
    return [_income(*key, rows[key]) for key in sorted(rows, key=lambda key: (-key[0].toordinal(), key[1]))[:MONTHS]]


def unspent(now: datetime) -> list[Unspent]:
    """What people who are still here can spend, or have on hold, by source and age of their lots."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSPENT, {"now": now, "edges": sorted(now - age for age in AGES)})
        rows = cursor.fetchall()
    by_age: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(AGES) + 1))
    for source, age, left in rows:
        by_age[source][age] = int(left)
    sold = _sold_for(now)
    return [Unspent(source, tuple(by_age[source]), sold.get(source, "")) for source in sorted(by_age)]


def debts() -> Debts:
    """What is owed."""
    found = Account.objects.filter(owed__gt=0).aggregate(people=Count("pk"), credits=Sum("owed"))
    return Debts(found["people"], found["credits"] or 0)


def held_now() -> int:
    """Credits on hold."""
    return Account.objects.filter(held__gt=0).aggregate(held=Sum("held"))["held"] or 0


def returns_lately() -> list[Return]:
    """The latest refunds and disputes."""
    rows = Reversal.objects.select_related("payment__user").order_by("-created_at", "-pk")[:SHOWN]
    return [
        Return(
            at=row.created_at,
            what=row.get_kind_display(),
            owner=row.payment.user,
            amount=money(row.amount_minor, row.currency),
            credits=row.credits,
            state=f"{row.status} ({row.reason})".replace("_", " ").removesuffix(" ()"),
            stripe_id=row.stripe_id,
        )
        for row in rows
    ]


def _sold_for(now: datetime) -> dict[str, str]:
    """By source, in every currency: of each payment the part that its unspent credits are of all."""
    with connection.cursor() as cursor:
        cursor.execute(_SOLD, [now])
        rows = cursor.fetchall()
    found: defaultdict[str, list[str]] = defaultdict(list)
    for source, currency, amount in rows:
        found[source].append(money(int(amount), currency))
    return {source: ", ".join(parts) for source, parts in found.items()}


def _income(month: date, currency: str, row: Mapping[str, int]) -> Income:
    refunded, disputed = row["refund"], row["dispute"]
    return Income(
        month=month,
        payments=row["payments"],
        paid=money(row["paid"], currency),
        refunded=money(refunded, currency) if refunded else "",
        disputed=money(disputed, currency) if disputed else "",
        kept=money(row["paid"] - refunded - disputed, currency),
    )
