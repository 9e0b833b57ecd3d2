"""Short words for the ledger's tests; keys and the time are fixed unless a test is about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from apps.accounts.models import User
from apps.wallets.models import LotSource
from apps.wallets.references import Reference
from apps.wallets.replay import replay
from apps.wallets.selectors import wallet_of
from apps.wallets.services.credits_grant import credits_grant
from apps.wallets.services.credits_hold import credits_hold

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = count(1)


def day(number: int) -> datetime:
    """Midnight, so many days after the beginning."""
    return NOW + timedelta(days=number)


def fresh_key() -> str:
    """One that nobody has used."""
    return f"test:{next(_numbers)}:{uuid4()}"


def grant(
    owner: User,
    amount: int,
    *,
    until: int | None = None,
    source: LotSource = LotSource.PACK,
    key: str = "",
    at: int = 0,
) -> int:
    """A lot that expires on day `until`."""
    return credits_grant(
        owner=owner,
        amount=amount,
        source=source,
        key=key or fresh_key(),
        memo="Some credits",
        expires_at=None if until is None else day(until),
        now=day(at),
    )


def hold(owner: User, amount: int, *, key: str = "", reference: Reference | None = None, at: int = 0) -> UUID:
    """Credits put aside."""
    return credits_hold(
        owner=owner, amount=amount, key=key or fresh_key(), reference=reference, memo="Night train", now=day(at)
    )


def balances(owner: User, *, at: int = 0) -> tuple[int, int, int]:
    """Available, held and owed."""
    wallet = wallet_of(owner, now=day(at))
    return wallet.available, wallet.held, wallet.owed


def assert_balanced() -> None:
    """The journal says what is kept."""
    assert replay().differences == ()
