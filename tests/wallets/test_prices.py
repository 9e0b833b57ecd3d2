"""Prices are rows that are only added to: the newest counts, and what was quoted stays explainable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from apps.accounts.models import Plan, User
from apps.wallets.prices.models import Pack, PlanTerms, Price
from apps.wallets.prices.selectors import pack_of, packs_on_sale, plans_on_offer, price_history, price_list, price_of
from apps.wallets.prices.services import pack_retire, pack_set, price_announced, price_quoted, price_set, terms_set
from apps.wallets.pricing import quote
from tests.world import make_user

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def later(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def current(engine: str = "quartet", operation: str = "generate", announced: int = 7) -> Price:
    return price_of(engine=engine, operation=operation, announced=announced, since=NOON)


def set_price(rate: int, at: datetime = NOON, operation: str = "", by: User | None = None) -> Price:
    return price_set(engine="quartet", operation=operation, credits_per_minute=rate, reason="Because.", by=by, now=at)


@pytest.mark.parametrize(
    ("rate", "seconds", "takes", "whole"),
    [
        (8, 60, 1, 8),
        (8, 30, 2, 8),
        (8, 1, 1, 1),
        (0, 60, 3, 3),
        (7, 61, 1, 8),
        (8, 180, 1, 24),
        (100_000, 3600, 8, 48_000_000),
    ],
)
def test_every_begun_credit_counts_and_no_song_is_free(rate: int, seconds: int, takes: int, whole: int) -> None:
    made = quote(Price(engine="quartet", credits_per_minute=rate, since=NOON), seconds=seconds, takes=takes)
    assert (made.credits, made.per_take * made.takes) == (whole, whole)


def test_a_quote_explains_itself(db: None) -> None:
    made = quote(set_price(8), seconds=90, takes=2)
    assert made.explained == "8 credits a minute × 90 seconds × 2 takes, the price since 20 November 2026"


def test_an_engine_without_a_row_costs_what_it_announces() -> None:
    assert current(announced=7).credits_per_minute == 7
    assert not Price.objects.filter(engine="quartet").exists()
    # and the first who asks for a song makes it a row to refer to
    made = price_quoted(engine="quartet", operation="generate", announced=7, now=NOON)
    assert (made.pk is not None, made.credits_per_minute, made.announced) == (True, 7, True)
    assert current(announced=9) == made


def test_announcing_again_adds_a_row_only_when_it_says_something_else() -> None:
    for hours, rate in ((0, 7), (1, 7), (2, 9), (3, 9)):
        price_announced(engine="quartet", credits_per_minute=rate, now=later(hours))
    assert [span.price.credits_per_minute for span in price_history(engine="quartet")] == [9, 7]


def test_an_operators_price_stands_above_what_the_engine_announces() -> None:
    set_price(3)
    price_announced(engine="quartet", credits_per_minute=9, now=later(1))
    assert current().credits_per_minute == 3


def test_the_history_says_from_when_until_when() -> None:
    set_price(8)
    set_price(5, later(1))
    spans = price_history(engine="quartet")
    assert [(span.price.credits_per_minute, span.price.since, span.until) for span in spans] == [
        (5, later(1), None),
        (8, NOON, later(1)),
    ]


def test_a_clock_that_went_back_changes_the_price_all_the_same() -> None:
    set_price(8)
    back = set_price(5, later(-24))
    assert back.since == NOON
    assert current() == back


def test_an_operation_may_have_a_price_of_its_own() -> None:
    set_price(8)
    set_price(2, operation="extend")
    assert current(operation="extend").credits_per_minute == 2
    assert current(operation="cover").credits_per_minute == 8
    listed = price_list()
    assert listed.of(engine="quartet", operation="extend", announced=7, since=NOON).credits_per_minute == 2
    assert listed.of(engine="quartet", operation="cover", announced=7, since=NOON).credits_per_minute == 8
    assert listed.of(engine="nobody", operation="cover", announced=7, since=NOON).credits_per_minute == 7


@pytest.mark.parametrize("rate", [-1, 100_001])
def test_no_price_is_negative_or_enormous(rate: int) -> None:
    with pytest.raises(ValidationError):
        set_price(rate)
    assert not Price.objects.filter(engine="quartet").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda: Price.objects.update(credits_per_minute=1),
        lambda: Price.objects.update(since=later(1), by=None),
        lambda: Price.objects.all().delete(),
        lambda: Pack.objects.update(credits=1),
        lambda: Pack.objects.update(retired_at=later(1), amount_minor=1),
        lambda: PlanTerms.objects.update(amount_minor=1),
        lambda: PlanTerms.objects.all().delete(),
    ],
)
def test_nothing_that_was_said_can_be_changed_or_deleted(change: Callable[[], object]) -> None:
    make_user()
    beginning()
    said = set_price(8)
    with pytest.raises(IntegrityError, match="only ever added to"), transaction.atomic():
        change()
    said.refresh_from_db()
    assert said.credits_per_minute == 8


def beginning() -> None:
    pack_set(
        slug="small",
        title="200 credits",
        credits=200,
        amount_minor=500,
        currency="eur",
        reason="New.",
        by=None,
        now=NOON,
    )
    terms_set(
        plan=Plan.objects.get(slug="pro"), monthly_credits=1000, amount_minor=1000, currency="eur", reason="New.",
        by=None, now=NOON,
    )  # fmt: skip


def test_who_set_a_price_may_be_forgotten_and_the_price_stays() -> None:
    operator = make_user(staff=True)
    said = set_price(8, by=operator)
    operator.delete()
    said.refresh_from_db()
    assert (said.by, said.credits_per_minute) == (None, 8)


def test_a_pack_is_sold_on_its_newest_terms_until_it_is_retired() -> None:
    for amount, hours in ((900, 0), (700, 1)):
        pack_set(
            slug="test", title="Test", credits=300, amount_minor=amount, currency="eur", reason="Cheaper.", by=None,
            now=later(hours),
        )  # fmt: skip
    found = pack_of("test")
    assert found is not None
    assert found.amount_minor == 700
    pack_retire(slug="test", by=None, now=later(2))
    assert pack_of("test") is None
    assert "test" not in {pack.slug for pack in packs_on_sale()}
    # and what was retired stays retired: it is sold again only by a new row
    with pytest.raises(IntegrityError), transaction.atomic():
        Pack.objects.filter(slug="test", amount_minor=700).update(retired_at=None)


@pytest.mark.parametrize(
    ("amount", "currency"), [(0, "eur"), (500, "EUR"), (500, "euro"), (500, "e\n"), (10**9, "eur")]
)
def test_a_pack_has_a_price_in_a_currency(amount: int, currency: str) -> None:
    with pytest.raises(ValidationError):
        pack_set(
            slug="odd",
            title="Odd",
            credits=300,
            amount_minor=amount,
            currency=currency,
            reason="Odd.",
            by=None,
            now=NOON,
        )


def test_new_terms_are_what_the_plan_gives() -> None:
    make_user()
    pro = Plan.objects.get(slug="pro")
    terms_set(plan=pro, monthly_credits=1500, amount_minor=1200, currency="eur", reason="More.", by=None, now=NOON)
    assert Plan.objects.get(slug="pro").monthly_credits == 1500
    assert [(terms.plan.slug, terms.amount_minor) for terms in plans_on_offer()][-1] == ("pro", 1200)


def test_an_operator_adds_prices_in_the_admin_with_a_reason_and_changes_none() -> None:
    operator = make_user(staff=True)
    client = Client()
    client.force_login(operator)
    set_price(8)
    address = "/admin/wallets/price/"

    # when a price is sent without a reason, then with one
    sent = {"engine": "quartet", "operation": "", "credits_per_minute": 5}
    assert "This field is required" in client.post(f"{address}add/", sent).content.decode()
    assert client.post(f"{address}add/", {**sent, "reason": "Half price week."}).status_code == 302

    # then the newer row counts and says who and why, and the older stays
    newest, before = (span.price for span in price_history(engine="quartet"))
    assert (newest.credits_per_minute, newest.reason, newest.by) == (5, "Half price week.", operator)
    assert before.credits_per_minute == 8
    assert "Half price week." in client.get(address).content.decode()
    assert client.post(f"{address}{newest.pk}/change/", {**sent, "reason": "x"}).status_code == 403
    assert client.post(f"{address}{newest.pk}/delete/", {"post": "yes"}).status_code == 403
