"""Take credits back when their payment goes back or an operator says so, and the exact opposite."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.conf import settings

from apps.accounts.models import User
from apps.wallets.errors import KeyReused
from apps.wallets.ledger import call, checked_amount, checked_key, checked_moment, memo_text

Cause = Literal["refund", "dispute", "clawback"]
CAUSES: tuple[Cause, ...] = ("refund", "dispute", "clawback")

_TAKE = "SELECT * FROM wallets_take_back(%s, %s, %s, %s, %s, %s, %s)"
_GIVE = "SELECT * FROM wallets_give_back(%s, %s, %s, %s, %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Credits that were there to take, and those that are owed instead."""

    taken: int
    owed: int


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Credits that came back, and debt that was forgiven."""

    given: int
    forgiven: int


def credits_take_back(
    *, owner: User, amount: int, key: str, memo: str, kind: Cause, now: datetime, lot: int | None = None
) -> TakenBack:
    """Take `amount` credits that are not held, from `lot` before the others; what is missing is owed.

    The same key and content get the same answer again. Raises KeyReused or BadAmount.
    """
    outcome, taken, owed = call(
        _TAKE,
        [
            owner.pk,
            checked_amount(amount),
            checked_key(key),
            memo_text(memo),
            _checked_cause(kind),
            lot,
            checked_moment(now),
        ],
    )
    if outcome != "taken":
        raise KeyReused(f"the key {key} has been used for something else")
    return TakenBack(taken=taken, owed=owed)


def credits_give_back(
    *, owner: User, amount: int, key: str, memo: str, kind: Cause, now: datetime, lot: int | None = None
) -> GivenBack:
    """Undo the taking of `amount` credits: debt is forgiven first, the rest comes as a new lot.

    The new lot has the source and the expiry of `lot`, or `WALLET_GRACE` when that is over; without one it never
    expires. The same key and content get the same answer again. Raises KeyReused or BadAmount.
    """
    outcome, given, forgiven = call(
        _GIVE,
        [
            owner.pk,
            checked_amount(amount),
            checked_key(key),
            memo_text(memo),
            _checked_cause(kind),
            lot,
            checked_moment(now),
            settings.WALLET_GRACE,
        ],
    )
    if outcome != "given":
        raise KeyReused(f"the key {key} has been used for something else")
    return GivenBack(given=given, forgiven=forgiven)


def _checked_cause(kind: Cause) -> Cause:
    if kind not in CAUSES:
        raise ValueError(f"credits are not taken back for {kind!r}")
    return kind
