"""Bring a hold to its end: captured, also in part; released; or expired."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings

from apps.wallets.errors import AlreadyResolved, MoreThanHeld, UnknownHold
from apps.wallets.ledger import call, checked_amount, checked_moment, memo_text

_RESOLVE = "SELECT * FROM wallets_resolve(%s, %s, %s, %s, %s, %s)"
_EXPIRE = "SELECT wallets_expire_holds(%s, %s, %s)"


def hold_capture(*, hold: UUID, amount: int | None = None, now: datetime) -> None:
    """Charge `amount` of what is held, or all of it; the rest is available again.

    Doing it again changes nothing. Raises AlreadyResolved when the hold ended otherwise or is past its life (which
    expires it at once), MoreThanHeld, UnknownHold or BadAmount.
    """
    _resolve(hold, "capture", None if amount is None else checked_amount(amount), "", now)


def hold_release(*, hold: UUID, now: datetime, reason: str = "") -> None:
    """Give back all that is held. Doing it again changes nothing; nor does it when the hold has expired.

    Raises AlreadyResolved when it was captured, or UnknownHold.
    """
    _resolve(hold, "release", None, reason, now)


def holds_expire(*, now: datetime, limit: int) -> int:
    """Give back what holds past their life hold; how many there were, at most `limit`."""
    (count,) = call(_EXPIRE, [checked_moment(now), limit, settings.WALLET_GRACE])
    return int(count)


def _resolve(hold: UUID, how: str, amount: int | None, memo: str, now: datetime) -> None:
    outcome, ended, held = call(
        _RESOLVE, [hold, how, amount, memo_text(memo), checked_moment(now), settings.WALLET_GRACE]
    )
    match outcome:
        case "done":
            return
        case "more_than_held":
            raise MoreThanHeld(held)
        case "resolved":
            raise AlreadyResolved(ended)
        case _:
            raise UnknownHold(f"there is no hold {hold}")
