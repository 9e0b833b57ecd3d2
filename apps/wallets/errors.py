"""Why the ledger refused."""

from __future__ import annotations


class LedgerError(Exception):
    """The ledger refused, and nothing has moved."""


class BadAmount(LedgerError, ValueError):
    """Not a whole number of credits between one and the most that one transfer can move."""


class NotEnough(LedgerError):
    """Fewer credits are available than are needed."""

    def __init__(self, needed: int, available: int) -> None:
        super().__init__(f"{needed} credits are needed and {available} are available")
        self.needed = needed
        self.available = available


class Owes(LedgerError):
    """The wallet owes credits: what is new waits until they are paid."""

    def __init__(self, amount: int) -> None:
        super().__init__(f"the wallet owes {amount} credits")
        self.amount = amount


class KeyReused(LedgerError):
    """The key has been used for something else."""


class UnknownHold(LedgerError):
    """There is no such hold."""


class AlreadyResolved(LedgerError):
    """The hold has come to another end than the one asked for."""

    def __init__(self, outcome: str) -> None:
        super().__init__(f"the hold has already ended otherwise: {outcome}")
        self.outcome = outcome
        """The kind of the transfer that resolved it: capture, release or hold_expire."""


class MoreThanHeld(LedgerError):
    """More is to be captured than the hold holds."""

    def __init__(self, held: int) -> None:
        super().__init__(f"the hold holds {held} credits")
        self.held = held
