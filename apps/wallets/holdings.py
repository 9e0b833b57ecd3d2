"""What a person has right now, as cheaply as every page needs it; and what their held credits are for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from apps.accounts.models import User
from apps.wallets.checkout import RUNNING
from apps.wallets.models import Account, Lot, LotSource, OpenHold, Transfer
from apps.wallets.money import in_credits
from apps.wallets.monthly.models import MonthlyGrant
from apps.wallets.monthly.selectors import month_end, month_of, monthly_due
from apps.wallets.references import Link, Reference, resolve
from apps.wallets.selectors import LotLeft, wallet_of
from apps.wallets.stripe.models import Subscription

HOLDS_SEEN, HOLDS_SHOWN = 100, 20


@dataclass(frozen=True, slots=True)
class Balance:
    """What the frame shows, in credits."""

    available: int
    held: int
    owed: int

    @property
    def says(self) -> str:
        """The same in words."""
        held = f", {intcomma(self.held)} more held for what is being made" if self.held else ""
        owed = f", {intcomma(self.owed)} owed" if self.owed else ""
        return f"{in_credits(self.available)}{held}{owed}"


@dataclass(frozen=True, slots=True)
class HeldFor:
    """Credits on hold and what for."""

    amount: int
    title: str
    url: str


def balance_of(user: User, *, now: datetime) -> Balance:
    """What `user` has, a month's grant that is due included; one query where none can be due."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=now)
    lots = Lot.objects.filter(lasting, account=OuterRef("pk"), spent=False).order_by().values("account")
    month = MonthlyGrant.objects.filter(
        user=user.pk, month=month_of(now), credits__gte=F("user__plan__monthly_credits")
    )
    paying = Subscription.objects.filter(user=user.pk, status__in=RUNNING)
    row = (
        Account.objects.filter(owner=user)
        .annotate(
            left=Subquery(lots.annotate(left=Sum("available")).values("left")),
            came=Exists(month) | Exists(paying),
        )
        .values_list("left", "held", "owed", "came")
        .first()
    )
    left, held, owed, came = row or (0, 0, 0, False)
    due = 0 if came else monthly_due(user, now=now)
    repaid = min(owed, due)
    return Balance(available=(left or 0) + due - repaid, held=held, owed=owed - repaid)


def lots_of(user: User, *, now: datetime) -> list[LotLeft]:
    """The lots in the order in which they are spent; a month's grant that is due is one of them."""
    wallet = wallet_of(user, now=now)
    due = monthly_due(user, now=now) - wallet.owed
    if due <= 0:
        return list(wallet.lots)
    coming = LotLeft(id=0, source=LotSource.MONTHLY, left=due, held=0, expires_at=month_end(now), memo="")
    return sorted((*wallet.lots, coming), key=lambda lot: (lot.expires_at is None, lot.expires_at or now, lot.id))


def balance_in_frame(request: HttpRequest) -> dict[str, Any]:
    """For templates: `balance` of whoever is logged in, which costs nothing where it is not shown."""
    return {"balance": SimpleLazyObject(lambda: _of_reader(request))}


def _of_reader(request: HttpRequest) -> Balance | None:
    user = getattr(request, "user", None)
    return balance_of(user, now=timezone.now()) if isinstance(user, User) else None


def holds_of(user: User) -> list[HeldFor]:
    """What the open holds among the latest are for, newest first."""
    rows = list(
        Transfer.objects.filter(account__owner=user, kind=Transfer.Kind.HOLD)
        .select_related("memo")
        .order_by("-id")[:HOLDS_SEEN]
    )
    waiting = set(OpenHold.objects.filter(hold__in=[row.hold for row in rows]).values_list("hold", flat=True))
    found = [(row, _reference(row)) for row in rows if row.hold in waiting][:HOLDS_SHOWN]
    links = resolve(reference for _, reference in found if reference)
    return [_held(row, links.get(reference) if reference else None) for row, reference in found]


def _reference(row: Transfer) -> Reference | None:
    return Reference(row.reference_kind, row.reference_id) if row.reference_id is not None else None


def _held(row: Transfer, link: Link | None) -> HeldFor:
    words = row.memo.text if hasattr(row, "memo") else ""
    return HeldFor(row.amount, words or (link.title if link else "A song"), link.url if link else "")
