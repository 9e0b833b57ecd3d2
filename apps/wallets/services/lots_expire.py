"""Let credits expire."""

from __future__ import annotations

from datetime import datetime

from apps.wallets.ledger import call, checked_moment

_EXPIRE = "SELECT wallets_expire_lots(%s, %s)"


def lots_expire(*, now: datetime, limit: int) -> int:
    """Expire what is not held of lots whose time is over; how many lots, about `limit` at most."""
    (count,) = call(_EXPIRE, [checked_moment(now), limit])
    return int(count)
