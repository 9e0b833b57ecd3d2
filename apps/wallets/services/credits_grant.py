"""Give a person credits."""

from __future__ import annotations

from datetime import datetime

from apps.accounts.models import User
from apps.wallets.errors import KeyReused
from apps.wallets.ledger import call, checked_amount, checked_key, checked_moment, memo_text, reference_parts
from apps.wallets.models import LotSource
from apps.wallets.references import Reference

_GRANT = "SELECT * FROM wallets_grant(%s, %s, %s, %s, %s, %s, %s, %s, %s)"


def credits_grant(
    *,
    owner: User,
    amount: int,
    source: LotSource,
    key: str,
    memo: str,
    expires_at: datetime | None,
    now: datetime,
    reference: Reference | None = None,
) -> int:
    """The new lot, which expires at `expires_at`, or never; what the person owes is paid out of it first.

    The same key and content get the same lot again. Raises KeyReused or BadAmount.
    """
    outcome, lot = call(
        _GRANT,
        [
            owner.pk,
            checked_amount(amount),
            LotSource(source).value,
            checked_key(key),
            memo_text(memo),
            None if expires_at is None else checked_moment(expires_at),
            *reference_parts(reference),
            checked_moment(now),
        ],
    )
    if outcome != "granted":
        raise KeyReused(f"the key {key} has been used for something else")
    return int(lot)
