"""What a request costs, in credits, and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.defaultfilters import pluralize
from django.utils.formats import date_format

from apps.wallets.prices.models import Price


@dataclass(frozen=True, slots=True)
class Quote:
    """What `takes` songs of `seconds` each cost at a price; it explains itself."""

    price: Price
    seconds: int
    takes: int

    @property
    def per_take(self) -> int:
        """One song's share: every begun credit counts, and a song costs at least one."""
        return max(1, -(-self.price.credits_per_minute * self.seconds // 60))

    @property
    def credits(self) -> int:
        """The whole price."""
        return self.per_take * self.takes

    @property
    def explained(self) -> str:
        """How it came about, in a sentence, as "8 credits a minute × 60 seconds × 2 takes, the price since …"."""
        rate = self.price.credits_per_minute
        takes = f" × {self.takes} takes" if self.takes > 1 else ""
        since = date_format(self.price.since, "j F Y")
        return f"{rate} credit{pluralize(rate)} a minute × {self.seconds} seconds{takes}, the price since {since}"


def quote(price: Price, *, seconds: int, takes: int) -> Quote:
    """What `takes` songs of `seconds` each cost."""
    return Quote(price, seconds, takes)
