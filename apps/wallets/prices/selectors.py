"""What counts now, and what counted before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, Subquery

from apps.accounts.models import Plan
from apps.wallets.prices.models import Pack, PlanTerms, Price

_NEWEST = ("-since", "-id")


def price_of(*, engine: str, operation: str, announced: int, since: datetime) -> Price:
    """The price of an operation; without any row of it, an unsaved one as the engine `announced` it at `since`."""
    rows = Price.objects.filter(engine=engine, operation__in={"", operation})
    # a price of the operation's own stands above the engine's, because no name sorts before the empty one
    return rows.order_by("-operation", *_NEWEST).first() or _as_announced(engine, announced, since)


@dataclass(frozen=True, slots=True)
class PriceList:
    """Every price that counts now, read at once."""

    rows: Mapping[tuple[str, str], Price]

    def of(self, *, engine: str, operation: str, announced: int, since: datetime) -> Price:
        """As `price_of`, without asking the database."""
        found = self.rows.get((engine, operation)) or self.rows.get((engine, ""))
        return found or _as_announced(engine, announced, since)


def price_list() -> PriceList:
    """The newest price of every engine and operation, in one query."""
    newest = Price.objects.order_by("engine", "operation", *_NEWEST).distinct("engine", "operation")
    return PriceList({(row.engine, row.operation): row for row in newest})


def newest_rate(engine: F | OuterRef) -> Subquery:
    """For a query: the credits a minute of the engine's general price; NULL without one."""
    newest = Price.objects.filter(engine=engine, operation="").order_by(*_NEWEST)
    return Subquery(newest.values("credits_per_minute")[:1])


def _as_announced(engine: str, credits_per_minute: int, since: datetime) -> Price:
    return Price(engine=engine, credits_per_minute=credits_per_minute, announced=True, since=since)


@dataclass(frozen=True, slots=True)
class PriceSpan:
    """A price and until when it counted; None for the one that still does."""

    price: Price
    until: datetime | None


def price_history(*, engine: str, operation: str = "") -> list[PriceSpan]:
    """Every price that an engine ever had for an operation, newest first."""
    rows = list(Price.objects.filter(engine=engine, operation=operation).order_by(*_NEWEST))
    untils: list[datetime | None] = [None, *(row.since for row in rows)]
    return [PriceSpan(row, until) for row, until in zip(rows, untils, strict=False)]


def packs_on_sale() -> list[Pack]:
    """The packs that can be bought now, smallest first."""
    newest = Pack.objects.order_by("slug", *_NEWEST).distinct("slug")
    return sorted((pack for pack in newest if pack.retired_at is None), key=lambda pack: (pack.credits, pack.slug))


def pack_of(slug: str) -> Pack | None:
    """The pack of this name as it is sold now; None when it is not."""
    newest = Pack.objects.filter(slug=slug).order_by(*_NEWEST).first()
    return newest if newest is not None and newest.retired_at is None else None


def terms_of(plan: Plan | str) -> PlanTerms | None:
    """The plan's terms now; None for a plan that never got any."""
    slug = plan if isinstance(plan, str) else plan.slug
    return PlanTerms.objects.filter(plan_id=slug).select_related("plan").order_by(*_NEWEST).first()


def plans_on_offer() -> list[PlanTerms]:
    """The terms of every plan that has any, cheapest first."""
    newest = PlanTerms.objects.select_related("plan").order_by("plan", *_NEWEST).distinct("plan")
    return sorted(newest, key=lambda terms: (terms.amount_minor, terms.monthly_credits, terms.plan_id))
