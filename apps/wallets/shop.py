"""What is on sale, as pages show it: plans side by side, packs, and what credits buy."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.defaultfilters import filesizeformat, pluralize

from apps.accounts.models import Plan, User
from apps.wallets.checkout import SubscriptionState
from apps.wallets.money import in_credits, money
from apps.wallets.prices.models import Pack, PlanTerms, Price
from apps.wallets.prices.selectors import pack_of, packs_on_sale, plans_on_offer, price_list, terms_of
from apps.wallets.pricing import quote

SONG_SECONDS = 120
"""The song that credits are counted in: one that every plan can make."""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing of a plan, and whether it is there."""

    says: str
    has: bool = True


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan beside the others."""

    slug: str
    title: str
    price: str
    """Of a month."""
    costs: bool
    yours: bool
    managed: bool
    """Whether it is yours by a subscription."""
    on_sale: bool
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class PackCard:
    """A pack of credits."""

    slug: str
    title: str
    credits: int
    price: str
    buys: str


@dataclass(frozen=True, slots=True)
class PriceLine:
    """What an engine costs for one kind of work."""

    what: str
    minute: str
    song: str
    price: Price


def product_of(name: str) -> Pack | Plan | None:
    """What "pack:small" or "plan:pro" names, as far as it is on sale."""
    kind, _, slug = name.partition(":")
    if kind == "pack":
        return pack_of(slug)
    terms = terms_of(slug) if kind == "plan" else None
    return terms.plan if terms is not None and terms.amount_minor else None


def plan_cards(user: User | None, subscription: SubscriptionState | None, *, selling: bool) -> list[PlanCard]:
    """Every plan that has terms, cheapest first; `user` is None for a visitor."""
    rate = cheapest_price()
    running = subscription is not None and subscription.running
    cards = []
    for terms in plans_on_offer():
        yours = user is not None and user.plan_id == terms.plan_id
        managed = running and subscription is not None and subscription.plan == terms.plan_id
        cards.append(
            PlanCard(
                slug=terms.plan_id,
                title=terms.plan.title,
                price=money(terms.amount_minor, terms.currency),
                costs=terms.amount_minor > 0,
                yours=yours,
                managed=managed,
                on_sale=selling and terms.amount_minor > 0 and not running and not yours,
                points=_points(terms, terms.plan, rate),
            )
        )
    return cards


def pack_cards() -> list[PackCard]:
    """Packs on sale, smallest first."""
    rate = cheapest_price()
    return [_pack_card(pack, rate) for pack in packs_on_sale()]


def cheapest_price() -> Price | None:
    """What songs cost with the engine that costs least; None before any engine said what it costs."""
    general = [row for (_, operation), row in price_list().rows.items() if not operation and row.credits_per_minute]
    return min(general, key=lambda row: (row.credits_per_minute, row.engine), default=None)


def songs_in(count: int, rate: Price | None) -> str:
    """As "about 10 songs of two minutes"; empty when nothing has a price."""
    if rate is None:
        return ""
    songs = count // quote(rate, seconds=SONG_SECONDS, takes=1).credits
    return f"about {intcomma(songs)} song{pluralize(songs)} of two minutes" if songs else ""


def songs_mean(rate: Price | None) -> str:
    """How songs are counted, in a sentence; empty when nothing has a price."""
    if rate is None:
        return ""
    each = quote(rate, seconds=SONG_SECONDS, takes=1).credits
    return (
        f"Songs are counted at two minutes with {engine_title(rate.engine)}, {each} credits each. "
        "Longer songs, more takes and other engines cost more."
    )


def price_lines() -> list[PriceLine]:
    """Every price that counts now, by engine; an engine's own price before those of single operations."""
    rows = sorted(price_list().rows.values(), key=lambda row: (row.engine, row.operation))
    return [_price_line(row) for row in rows]


def engine_title(engine: str) -> str:
    """An engine's name as people read it."""
    return engine.replace("_", " ").replace("-", " ").capitalize()


def _price_line(row: Price) -> PriceLine:
    what = engine_title(row.engine)
    operation = f": {row.operation.replace('_', ' ')}" if row.operation else ""
    song = quote(row, seconds=SONG_SECONDS, takes=1).credits
    return PriceLine(what + operation, in_credits(row.credits_per_minute), in_credits(song), row)


def _pack_card(pack: Pack, rate: Price | None) -> PackCard:
    buys = songs_in(pack.credits, rate).capitalize()
    return PackCard(pack.slug, pack.title, pack.credits, money(pack.amount_minor, pack.currency), buys)


def _free_turn() -> str:
    return f"After paid plans in the queue, with {settings.QUEUE_FREE_SHARE:.0%} of it kept for you"


def _points(terms: PlanTerms, plan: Plan, rate: Price | None) -> tuple[Point, ...]:
    songs = songs_in(terms.monthly_credits, rate)
    minutes, seconds = divmod(plan.maximum_seconds, 60)
    longest = f"{minutes} minutes" if not seconds else f"{plan.maximum_seconds} seconds"
    return (
        Point(f"{in_credits(terms.monthly_credits)} every month{f', {songs}' if songs else ''}"),
        Point("First in the queue" if plan.paid else _free_turn(), has=plan.paid),
        Point(f"{plan.parallel} song{pluralize(plan.parallel)} being made at once"),
        Point(f"Up to {plan.takes} takes of one request"),
        Point(f"Songs up to {longest} long"),
        Point(f"{filesizeformat(plan.storage_bytes)} for uploads"),
        Point("FLAC and MP3 of your own songs"),
        Point("FLAC of others’ songs, too" if plan.lossless_downloads else "MP3 of others’ songs"),
        Point(
            "Your songs may be sold, with engines whose licence allows it"
            if plan.sells_output
            else "Songs for your own use, with every engine",
        ),
    )
