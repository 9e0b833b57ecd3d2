"""What a request costs, in credits."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quote:
    """A price and how it came about."""

    per_take: int
    takes: int

    @property
    def credits(self) -> int:
        """The whole price."""
        return self.per_take * self.takes


def quote(*, credits_per_minute: int, seconds: float, takes: int) -> Quote:
    """The price of `takes` songs of `seconds` each; every begun credit counts, and a song costs at least one."""
    return Quote(per_take=max(1, math.ceil(credits_per_minute * seconds / 60)), takes=takes)
