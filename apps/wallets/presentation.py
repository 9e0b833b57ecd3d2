"""What a person has in words: lots and until when, the plan, and how a purchase went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.defaultfilters import pluralize
from django.utils.formats import date_format

from apps.accounts.models import User
from apps.wallets.checkout import Receipt, SubscriptionState
from apps.wallets.holdings import Balance
from apps.wallets.models import LotSource
from apps.wallets.money import in_credits, money
from apps.wallets.monthly.selectors import month_end
from apps.wallets.prices.models import PlanTerms
from apps.wallets.selectors import LotLeft

SOON = timedelta(days=7)
_SOURCES = {
    LotSource.MONTHLY: "monthly credits",
    LotSource.SUBSCRIPTION: "credits of your subscription",
    LotSource.PACK: "credits you bought",
    LotSource.GIFT: "credits given to you",
    LotSource.GRACE: "credits that came back after their time",
}


@dataclass(frozen=True, slots=True)
class LotWords:
    """Credits that came together: how many are left of what, and until when."""

    left: int
    held: int
    what: str
    until: str
    soon: str
    """How little time is left, when it is little."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """Which plan somebody is on, and what happens next with it."""

    title: str
    says: str
    paid: bool
    managed: bool
    late: bool


@dataclass(frozen=True, slots=True)
class Purchase:
    """Where a purchase stands."""

    state: str
    """done, waiting, or late."""
    title: str = ""
    says: str = ""
    receipt: str = ""


def plan_line(
    user: User, terms: PlanTerms | None, subscription: SubscriptionState | None, *, now: datetime
) -> PlanLine:
    """The plan of `user`, whose subscription is the latest there was."""
    plan = user.plan
    running = subscription is not None and subscription.running and subscription.plan == plan.slug
    says = f"{in_credits(plan.monthly_credits)} every month. {_next(subscription if running else None, terms, now)}"
    return PlanLine(
        title=f"{plan.title} plan",
        says=says.strip(),
        paid=plan.paid,
        managed=running,
        late=running and subscription is not None and subscription.late,
    )


def _next(subscription: SubscriptionState | None, terms: PlanTerms | None, now: datetime) -> str:
    if subscription is None:
        return f"The next come on {day(month_end(now))}."
    if subscription.late:
        return "The last payment failed and is tried again. See how you pay, so that the plan goes on."
    if subscription.period_end is None:
        return ""
    if subscription.ends:
        return f"Ends on {day(subscription.period_end)}; credits you bought stay yours."
    price = f" for {money(terms.amount_minor, terms.currency)}" if terms and terms.amount_minor else ""
    return f"Renews on {day(subscription.period_end)}{price}."


def purchase_in_words(receipt: Receipt | None, balance: Balance, *, late: bool) -> Purchase:
    """How the purchase went that `receipt` belongs to, if it has come; `late`: it is being waited for some time."""
    if receipt is None:
        return Purchase("late" if late else "waiting")
    if not receipt.credits:
        return Purchase("done", "Thank you", receipt.note, receipt.url)
    now = f"You have {in_credits(balance.available)} to spend"
    owed = f", and still owe {intcomma(balance.owed)}" if balance.owed else ""
    title = f"{in_credits(receipt.credits)} {'is' if receipt.credits == 1 else 'are'} yours"
    return Purchase("done", title, f"{now}{owed}.", receipt.url)


def lots_in_words(lots: Iterable[LotLeft], *, now: datetime) -> list[LotWords]:
    """The lots in the order in which they are spent."""
    return [_lot(lot, now) for lot in lots]


def _lot(lot: LotLeft, now: datetime) -> LotWords:
    what = _SOURCES[LotSource(lot.source)]
    if lot.expires_at is None:
        return LotWords(lot.left, lot.held, what, "never expire, used last", "")
    left = lot.expires_at - now
    days = left.days
    soon = "" if left > SOON else f"{days} day{pluralize(days)} left" if days >= 1 else "less than a day left"
    return LotWords(lot.left, lot.held, what, f"until {until(lot.expires_at)}", soon)


def day(moment: datetime) -> str:
    """As "1 December 2026"."""
    return date_format(moment, "j F Y")


def until(moment: datetime) -> str:
    """The last day that a moment leaves: midnight of 1 December means until 30 November."""
    return day(moment - timedelta(microseconds=1))
