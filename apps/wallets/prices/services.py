"""Change what things cost: always by a new row, with a reason, from now on."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import structlog
from django.db import connection, transaction

from apps.accounts.models import Plan, User
from apps.wallets.prices.models import Dated, Pack, PlanTerms, Price
from apps.wallets.prices.selectors import price_of

_Row = TypeVar("_Row", bound=Dated)

ANNOUNCED = "As the engine announces it."

log = structlog.get_logger(__name__)


@transaction.atomic
def price_set(
    *, engine: str, operation: str = "", credits_per_minute: int, reason: str, by: User | None, now: datetime
) -> Price:
    """What the engine costs from now on; ValidationError when a value is out of range."""
    _one_at_a_time()
    before = Price.objects.filter(engine=engine, operation=operation).order_by("-since", "-id").first()
    made = Price(engine=engine, operation=operation, credits_per_minute=credits_per_minute)
    return _added(made, before, reason=reason, by=by, now=now)


def price_announced(*, engine: str, credits_per_minute: int, now: datetime) -> Price:
    """The engine's general price, saved: an operator's, or what the engine announces, newly so when that changed."""
    known = _standing(engine, credits_per_minute)
    if known is not None:
        return known
    with transaction.atomic():
        _one_at_a_time()
        known = _standing(engine, credits_per_minute)
        if known is not None:
            return known
        before = Price.objects.filter(engine=engine, operation="").order_by("-since", "-id").first()
        made = Price(engine=engine, credits_per_minute=credits_per_minute, announced=True)
        return _added(made, before, reason=ANNOUNCED, by=None, now=now)


def price_quoted(*, engine: str, operation: str, announced: int, now: datetime) -> Price:
    """The price of an operation as a row to refer to, whatever has or has not been announced."""
    price = price_of(engine=engine, operation=operation, announced=announced, since=now)
    return price if price.pk is not None else price_announced(engine=engine, credits_per_minute=announced, now=now)


@transaction.atomic
def pack_set(
    *,
    slug: str,
    title: str,
    credits: int,  # noqa: A002 - the field's name
    amount_minor: int,
    currency: str,
    reason: str,
    by: User | None,
    now: datetime,
) -> Pack:
    """Sell a pack on these terms from now on, a new one or one known by its slug, also one that was retired."""
    _one_at_a_time()
    before = Pack.objects.filter(slug=slug).order_by("-since", "-id").first()
    made = Pack(slug=slug, title=title, credits=credits, amount_minor=amount_minor, currency=currency)
    return _added(made, before, reason=reason, by=by, now=now)


@transaction.atomic
def pack_retire(*, slug: str, by: User | None, now: datetime) -> None:
    """Sell the pack no more; what was bought stays."""
    _one_at_a_time()
    newest = Pack.objects.filter(slug=slug).order_by("-since", "-id").first()
    if newest is not None and newest.retired_at is None:
        newest.retired_at = max(now, newest.since)
        newest.save(update_fields=["retired_at"])
        log.info("pack_retired", pack=slug, by=str(by.pk) if by else "")


@transaction.atomic
def terms_set(
    *,
    plan: Plan,
    monthly_credits: int,
    amount_minor: int,
    currency: str,
    reason: str,
    by: User | None,
    now: datetime,
) -> PlanTerms:
    """What the plan gives and costs from now on; the plan's own row repeats the credits for whoever stands below."""
    _one_at_a_time()
    before = PlanTerms.objects.filter(plan=plan).order_by("-since", "-id").first()
    made = PlanTerms(plan=plan, monthly_credits=monthly_credits, amount_minor=amount_minor, currency=currency)
    added = _added(made, before, reason=reason, by=by, now=now)
    Plan.objects.filter(pk=plan.pk).update(monthly_credits=monthly_credits)
    plan.monthly_credits = monthly_credits
    return added


def _standing(engine: str, announced: int) -> Price | None:
    newest = Price.objects.filter(engine=engine, operation="").order_by("-since", "-id").first()
    if newest is None or (newest.announced and newest.credits_per_minute != announced):
        return None
    return newest


def _added(made: _Row, before: Dated | None, *, reason: str, by: User | None, now: datetime) -> _Row:
    """Save a checked row; a clock that went back never puts it before the row that it follows."""
    made.reason, made.by = reason, by
    made.since = max(now, before.since) if before is not None else now
    made.full_clean()
    made.save(force_insert=True)
    log.info("price_changed", what=str(made), reason=reason, by=str(by.pk) if by else "")
    return made


def _one_at_a_time() -> None:
    """Changes of prices wait for each other until the end of the transaction; reading them waits for nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('wallets prices', 0))")
