"""What a wallet is, in plain Python and whole days: the meaning that the ledger's SQL is compared with."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

GRACE = 7
HOLD_LIFE = 7


class Refused(Exception):
    """What the ledger would refuse, by the name of its error."""


@dataclass
class ModelLot:
    """Credits that expire together: `left` can be spent, `held` waits."""

    number: int
    source: str
    expires: float
    left: int
    held: int = 0


@dataclass
class ModelHold:
    """What it took of which lot, and how it ended."""

    parts: list[tuple[ModelLot, int]]
    expires: int
    ended: str = ""
    captured: int = 0

    @property
    def amount(self) -> int:
        """All of it."""
        return sum(part for _, part in self.parts)


@dataclass
class ModelWallet:
    """One person's credits, lots in the order they are used, and debt."""

    lots: list[ModelLot] = field(default_factory=list)
    holds: list[ModelHold] = field(default_factory=list)
    owed: int = 0

    def live(self, day: int) -> list[ModelLot]:
        """Lots that can be spent, the soonest to expire first."""
        found = [lot for lot in self.lots if lot.left and lot.expires > day]
        return sorted(found, key=lambda lot: (lot.expires, lot.number))

    def available(self, day: int) -> int:
        """What can be spent."""
        return sum(lot.left for lot in self.live(day))

    def grant(self, amount: int, source: str, expires: float, day: int) -> ModelLot:
        """A new lot, which pays what is owed."""
        lot = ModelLot(len(self.lots), source, expires, amount)
        self.lots.append(lot)
        self.settle(day, lot)
        return lot

    def hold(self, amount: int, day: int) -> ModelHold:
        """Put aside; refuses what is not there, and everything while something is owed."""
        if self.owed:
            raise Refused("Owes")
        if self.available(day) < amount:
            raise Refused("NotEnough")
        hold = ModelHold(self._draw(amount, self.live(day)), day + HOLD_LIFE)
        for lot, part in hold.parts:
            lot.held += part
        self.holds.append(hold)
        return hold

    def resolve(self, hold: ModelHold, how: str, captured: int, day: int) -> None:
        """Charge the first `captured` of it and give back the rest."""
        if hold.ended:
            same = hold.captured == captured if how == hold.ended == "capture" else "capture" not in {how, hold.ended}
            if not same:
                raise Refused("AlreadyResolved")
            return
        late = how == "capture" and hold.expires <= day
        hold.ended = "hold_expire" if late else how
        hold.captured = 0 if late else captured
        rest, gone = hold.captured, 0
        for lot, part in hold.parts:
            used = min(part, rest)
            rest -= used
            lot.held -= part
            if lot.expires > day:
                lot.left += part - used
            else:
                gone += part - used
        if gone:
            self.lots.append(ModelLot(len(self.lots), "grace", day + GRACE, gone))
        self.settle(day)
        if late:
            raise Refused("AlreadyResolved")

    def expire_holds(self, day: int) -> None:
        """Give back what holds past their life hold."""
        for hold in sorted(self.holds, key=lambda hold: hold.expires):
            if not hold.ended and hold.expires <= day:
                self.resolve(hold, "hold_expire", 0, day)

    def expire_lots(self, day: int) -> None:
        """Forget what is left of lots whose time is over."""
        for lot in self.lots:
            if lot.expires <= day:
                lot.left = 0

    def take_back(self, amount: int, first: ModelLot | None, day: int) -> tuple[int, int]:
        """Taken and owed: what is not there to take is owed."""
        taken = sum(part for _, part in self._draw(amount, self._order(first, day)))
        self.owed += amount - taken
        return taken, amount - taken

    def give_back(self, amount: int, like: ModelLot | None, day: int) -> tuple[int, int]:
        """Given and forgiven: debt goes first."""
        forgiven = min(self.owed, amount)
        self.owed -= forgiven
        given = amount - forgiven
        if given:
            expires = like.expires if like else math.inf
            source = like.source if like else "pack"
            self.lots.append(ModelLot(len(self.lots), source, expires if expires > day else day + GRACE, given))
        return given, forgiven

    def settle(self, day: int, first: ModelLot | None = None) -> None:
        """Pay what is owed out of what is there."""
        self.owed -= sum(part for _, part in self._draw(self.owed, self._order(first, day)))

    def _order(self, first: ModelLot | None, day: int) -> list[ModelLot]:
        return ([first] if first else []) + [lot for lot in self.live(day) if lot is not first]

    def _draw(self, amount: int, lots: list[ModelLot]) -> list[tuple[ModelLot, int]]:
        parts = []
        for lot in lots:
            part = min(lot.left, amount)
            if part:
                lot.left -= part
                amount -= part
                parts.append((lot, part))
        return parts
