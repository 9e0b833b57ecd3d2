"""What is asked about wallets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Sum
from django.utils import timezone

from apps.accounts.models import User
from apps.wallets.models import Account, AccountKind, Answer, Lot, LotSource, OpenHold, Transfer
from apps.wallets.references import Reference

PURCHASED = frozenset({LotSource.PACK, LotSource.SUBSCRIPTION})
"""Sources of credits that were paid for."""


@dataclass(frozen=True, slots=True)
class LotLeft:
    """A lot that is not used up: `left` can be spent, `held` waits for its job."""

    id: int
    source: LotSource
    left: int
    held: int
    expires_at: datetime | None
    memo: str


@dataclass(frozen=True, slots=True)
class Wallet:
    """What a person has: credits to spend, credits on hold, credits owed; lots in the order they are used."""

    available: int
    held: int
    owed: int
    lots: tuple[LotLeft, ...]

    @property
    def has_purchased(self) -> bool:
        """Whether credits that were paid for are left to spend."""
        return any(lot.left and lot.source in PURCHASED for lot in self.lots)


EMPTY = Wallet(available=0, held=0, owed=0, lots=())


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line for the person. `amount` is what it changed in what can be spent, or for debt in what is owed."""

    id: int
    at: datetime
    kind: Transfer.Kind
    amount: int
    charged: int
    """Credits that a capture charged for good; 0 for every other kind."""
    memo: str
    """What it was for; a line that resolves a hold has the hold's words."""
    reason: str
    """A lot's source, why credits were taken back, or why a hold was released."""
    reference: Reference | None
    hold: UUID | None
    balance_after: int
    """What could be spent afterwards."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Lines, the newest first; `next_before` asks for the older ones, None at the end."""

    lines: tuple[HistoryLine, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class Liabilities:
    """What the platform owes its people, and they it, in credits."""

    unspent: int
    held: int
    owed: int
    wallets: int
    by_source: dict[str, int]


@dataclass(frozen=True, slots=True)
class Held:
    """A hold that nothing has resolved."""

    hold: UUID
    reference: Reference | None
    at: datetime
    expires_at: datetime


def wallet_of(user: User, *, now: datetime | None = None) -> Wallet:
    """What `user` has at `now`, which is the present unless given; two queries."""
    account = Account.objects.filter(owner=user).first()
    return EMPTY if account is None else wallet_of_account(account, now=now)


def wallet_of_account(account: Account, *, now: datetime | None = None) -> Wallet:
    """What the account has, whether or not its person is still known; one query."""
    now = now or timezone.now()
    rows = Lot.objects.filter(account=account, spent=False).order_by(F("expires_at").asc(nulls_last=True), "id")
    lots = tuple(
        LotLeft(
            id=row.pk,
            source=LotSource(row.source),
            left=0 if _over(row, now) else row.available,
            held=row.held,
            expires_at=row.expires_at,
            memo=row.memo,
        )
        for row in rows
        if row.held or not _over(row, now)
    )
    return Wallet(available=sum(lot.left for lot in lots), held=account.held, owed=account.owed, lots=lots)


def _over(row: Lot, now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at <= now


def history(user: User, *, before: int | None = None, limit: int = 30) -> HistoryPage:
    """A page of the person's lines, the newest first, those older than line `before`; three queries."""
    account = Account.objects.filter(owner=user).first()
    return HistoryPage((), None) if account is None else history_of_account(account, before=before, limit=limit)


def history_of_account(account: Account, *, before: int | None = None, limit: int = 30) -> HistoryPage:
    """As `history`, whether or not the person is still known."""
    rows = Transfer.objects.filter(account=account).select_related("memo").order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: limit + 1])
    page = found[:limit]
    resolved = [row.hold for row in page if row.kind in Transfer.RESOLVES]
    holds = Transfer.objects.filter(kind=Transfer.Kind.HOLD, hold__in=resolved, memo__isnull=False)
    memos = dict(holds.values_list("hold", "memo__text")) if resolved else {}
    return HistoryPage(tuple(_line(row, memos) for row in page), page[-1].pk if len(found) > limit else None)


def _line(row: Transfer, memos: dict[UUID | None, str]) -> HistoryLine:
    own = row.memo.text if hasattr(row, "memo") else ""
    resolves = row.kind in Transfer.RESOLVES
    reference = Reference(row.reference_kind, row.reference_id) if row.reference_id is not None else None
    return HistoryLine(
        id=row.pk,
        at=row.at,
        kind=Transfer.Kind(row.kind),
        amount=_change(row),
        charged=row.amount if row.kind == Transfer.Kind.CAPTURE else 0,
        memo=memos.get(row.hold, "") if resolves else own,
        reason=own if resolves else row.reason,
        reference=reference,
        hold=row.hold,
        balance_after=row.available,
    )


def _change(row: Transfer) -> int:
    match row.kind:
        case Transfer.Kind.CAPTURE:
            return row.released
        case Transfer.Kind.GRANT | Transfer.Kind.RELEASE | Transfer.Kind.HOLD_EXPIRE:
            return row.amount
        case Transfer.Kind.GIVE_BACK | Transfer.Kind.FORGIVE:
            return row.amount
        case _:
            return -row.amount


def holds_open(*, before: datetime, kind: str = "", after: UUID | None = None, limit: int = 500) -> list[Held]:
    """Holds made before `before` that nothing has resolved, of one kind of reference if given, by their id."""
    rows = OpenHold.objects.filter(at__lt=before).order_by("hold")
    if kind:
        rows = rows.filter(reference_kind=kind)
    if after is not None:
        rows = rows.filter(hold__gt=after)
    return [
        Held(
            hold=row.hold,
            reference=Reference(row.reference_kind, row.reference_id) if row.reference_id is not None else None,
            at=row.at,
            expires_at=row.expires_at,
        )
        for row in rows[:limit]
    ]


def key_used(key: str) -> bool:
    """Whether the ledger has answered this key."""
    return Answer.objects.filter(key=key).exists()


def liabilities() -> Liabilities:
    """Sums over every wallet."""
    total = Account.objects.aggregate(
        unspent=Sum(F("available") + F("held")), held=Sum("held"), owed=Sum("owed"), wallets=Count("id")
    )
    by_source = Lot.objects.filter(spent=False).values_list("source")
    return Liabilities(
        unspent=total["unspent"] or 0,
        held=total["held"] or 0,
        owed=total["owed"] or 0,
        wallets=total["wallets"],
        by_source=dict(by_source.annotate(unspent=Sum(F("available") + F("held"))).order_by("source")),
    )


def platform_balances() -> dict[AccountKind, int]:
    """Credits − debits of every account of the books, summed over the journal: together they are 0."""
    posted = Transfer.objects.exclude(kind__in=Transfer.PENDING)
    balances = dict.fromkeys(AccountKind, 0)
    for debit, credit, amount in posted.values_list("debit", "credit").annotate(Sum("amount")):
        balances[AccountKind(debit)] -= amount
        balances[AccountKind(credit)] += amount
    return balances
