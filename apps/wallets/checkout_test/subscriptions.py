"""Subscriptions of the test checkout: a month at a time, until they are cancelled."""

from __future__ import annotations

import calendar
from datetime import datetime

import structlog
from django.urls import reverse

from apps.accounts.models import User
from apps.wallets.checkout_test.guard import allowed
from apps.wallets.prices.models import PlanTerms
from apps.wallets.stripe.models import Payment, Provider, Subscription
from apps.wallets.stripe.outcome import held
from apps.wallets.stripe.payments import Paid, payment_settle
from apps.wallets.stripe.subscriptions import plan_follow

log = structlog.get_logger(__name__)

_ACTIVE, _ENDED = "active", "canceled"


def month_after(begun: datetime, now: datetime) -> datetime:
    """The first end of a month past `now`, counted from `begun`: the same day of later months, or their last."""
    number = 0
    while True:
        number += 1
        year, month = divmod(begun.year * 12 + begun.month - 1 + number, 12)
        day = min(begun.day, calendar.monthrange(year, month + 1)[1])
        end = begun.replace(year=year, month=month + 1, day=day)
        if end > now:
            return end


def subscription_begin(*, user: User, terms: PlanTerms, name: str, now: datetime) -> Subscription:
    """An active subscription with its first month paid; call it in a transaction."""
    made = Subscription.objects.create(
        provider=Provider.TEST,
        stripe_id=f"test_sub_{name}",
        user=user,
        plan=terms.plan,
        terms=terms,
        status=_ACTIVE,
        period_end=month_after(now, now),
        created_at=now,
        told_at=now,
    )
    _pay_month(made, now)
    plan_follow(user)
    return made


def _pay_month(subscription: Subscription, now: datetime) -> None:
    """The month that ends at `period_end`, paid once, because the invoice is named after it."""
    terms, end = subscription.terms, subscription.period_end
    assert terms is not None
    assert end is not None
    source = f"test_in_{subscription.stripe_id.removeprefix('test_sub_')}_{end:%Y%m%d}"
    paid = Paid(
        source=source,
        kind=Payment.Kind.SUBSCRIPTION,
        user=subscription.user,
        title=f"Test: {subscription.plan.title}, {terms.monthly_credits} credits",
        amount_minor=terms.amount_minor,
        currency=terms.currency,
        credits=terms.monthly_credits,
        expires_at=end,
        payment_intent="",
        receipt_url=reverse("test-checkout-receipt", args=[source]),
        paid_at=now,
        trouble="",
        subscription=subscription,
        provider=Provider.TEST,
    )
    payment_settle(paid, now=now)


def running_of(user: User) -> Subscription | None:
    """The test subscription that the portal shows."""
    rows = Subscription.objects.filter(user=user, provider=Provider.TEST, status=_ACTIVE)
    return rows.select_related("plan", "terms").first()


def subscription_end(subscription: Subscription, *, ends: bool) -> None:
    """Cancel at the end of what is paid, or take that back."""
    Subscription.objects.filter(pk=subscription.pk, provider=Provider.TEST, status=_ACTIVE).update(ends=ends)


def subscriptions_renew(*, now: datetime, limit: int = 100) -> int:
    """Begin the next month, or end, where a month is over; how many were dealt with.

    Where people really pay by now, test subscriptions end.
    """
    due = Subscription.objects.filter(provider=Provider.TEST, status=_ACTIVE, period_end__lte=now)
    names = list(due.order_by("period_end").values_list("stripe_id", flat=True)[:limit])
    for name in names:
        subscription_renew(name, now=now)
    return len(names)


def subscription_renew(name: str, *, now: datetime) -> None:
    """Go on to the month in which `now` is, if the one that is paid is over; after months away it is one month."""
    with held(name):
        row = (
            Subscription.objects.select_for_update(of=("self",))
            .select_related("user", "plan", "terms")
            .get(stripe_id=name)
        )
        if row.status != _ACTIVE or row.period_end is None or row.period_end > now:
            return
        if row.ends or row.user is None or not allowed():
            row.status = _ENDED
        else:
            row.period_end = month_after(row.created_at, now)
        row.told_at = now
        row.save(update_fields=["status", "period_end", "told_at"])
        if row.status == _ACTIVE:
            _pay_month(row, now)
        if row.user is not None:
            plan_follow(row.user)
        log.info("test_subscription", subscription=name, status=row.status)
