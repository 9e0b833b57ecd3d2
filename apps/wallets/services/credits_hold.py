"""Put credits aside for something that may still fail."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.wallets.errors import KeyReused, NotEnough, Owes
from apps.wallets.ledger import call, checked_amount, checked_key, checked_moment, memo_text, reference_parts
from apps.wallets.references import Reference

_HOLD = "SELECT * FROM wallets_hold(%s, %s, %s, %s, %s, %s, %s, %s, %s)"


def credits_hold(*, owner: User, amount: int, key: str, reference: Reference | None, memo: str, now: datetime) -> UUID:
    """The hold of `amount` credits, out of the lots that expire soonest; it lives for `WALLET_HOLD_LIFE`.

    The same key and content get the same answer again, refusals included. A refusal is remembered unless the caller's
    transaction rolls back, and then nothing was asked. Raises NotEnough, Owes, KeyReused or BadAmount.
    """
    outcome, hold, first, second = call(
        _HOLD,
        [
            owner.pk,
            new_id(),
            checked_amount(amount),
            checked_key(key),
            *reference_parts(reference),
            memo_text(memo),
            checked_moment(now),
            now + settings.WALLET_HOLD_LIFE,
        ],
    )
    match outcome:
        case "held":
            return UUID(str(hold))
        case "not_enough":
            raise NotEnough(needed=first, available=second)
        case "owes":
            raise Owes(first)
        case _:
            raise KeyReused(f"the key {key} has been used for something else")
