"""What engines cost now, as the wallet's price list knows them."""

from __future__ import annotations

from apps.studio.models import Engine
from apps.wallets.prices.models import Price
from apps.wallets.prices.selectors import PriceList, price_of


def price_for(engine: Engine, operation: str) -> Price:
    """The price of an operation with the engine; one query."""
    return price_of(
        engine=engine.name, operation=operation, announced=engine.credits_per_minute, since=engine.announced_at
    )


def listed_price(prices: PriceList, engine: Engine, operation: str) -> Price:
    """The same from a list that was read before."""
    return prices.of(
        engine=engine.name, operation=operation, announced=engine.credits_per_minute, since=engine.announced_at
    )
