"""What a price would leave in a wallet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.wallets.monthly.selectors import monthly_due
from apps.wallets.selectors import wallet_of


@dataclass(frozen=True, slots=True)
class Spending:
    """A price beside what its payer has; all in credits."""

    needed: int
    available: int
    owed: int

    @property
    def enough(self) -> bool:
        """Whether it would be held."""
        return not self.owed and self.available >= self.needed

    @property
    def left(self) -> int:
        """What would be there afterwards."""
        return self.available - self.needed

    @property
    def missing(self) -> int:
        """How many more it takes."""
        return max(0, self.needed - self.available)


def spending_of(user: User, needed: int, *, now: datetime) -> Spending:
    """The wallet as it would be asked: a month's grant that is due counts, because it comes before the hold."""
    wallet = wallet_of(user)
    due = monthly_due(user, now=now)
    paid_back = min(wallet.owed, due)
    return Spending(needed=needed, available=wallet.available + due - paid_back, owed=wallet.owed - paid_back)
