"""The wallet's pages: what they show, what they cost, and that nobody buys twice by accident."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.wallets.checkout import checkout
from apps.wallets.models import LotSource
from apps.wallets.monthly.services import monthly_grant_due
from apps.wallets.references import Reference
from apps.wallets.services.credits_grant import credits_grant
from apps.wallets.services.credits_hold import credits_hold
from apps.wallets.services.credits_take_back import credits_take_back
from apps.wallets.services.hold_resolve import hold_capture, hold_release
from tests.world import make_user

pytestmark = pytest.mark.django_db

NOW = timezone.now()
PAGES = ("/wallet/", "/wallet/credits/", "/wallet/prices/", "/wallet/receipts/", "/wallet/balance/", "/wallet/bought/")


@pytest.fixture(autouse=True)
def _test_checkout(settings: Settings) -> None:
    settings.PAYMENTS = "test"


@pytest.fixture
def owner() -> User:
    return make_user()


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def grant(owner: User, amount: int, source: LotSource = LotSource.GIFT, *, expires: datetime | None = None) -> int:
    return credits_grant(
        owner=owner, amount=amount, source=source, key=str(uuid4()), memo="", expires_at=expires, now=NOW
    )


def hold(owner: User, amount: int, memo: str = "Night train, take 2") -> object:
    reference = Reference("job", uuid4())
    return credits_hold(owner=owner, amount=amount, key=str(uuid4()), reference=reference, memo=memo, now=NOW)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def buy(client: Client, product: str, seen: str = "", **more: str) -> str:
    """Press a button of the shop; where it leads."""
    answer = client.post("/wallet/buy/", {"product": product, "seen": seen, **more})
    assert answer.status_code == 302
    return str(answer["Location"])


def pay(client: Client, address: str) -> str:
    """Pay in the test checkout; where that leads."""
    answer = client.post(address, {"button": "pay"})
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_logs_in_first(page: str) -> None:
    answer = Client().get(page)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/wallet/")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_for_somebody_who_never_did_anything(browser: Client, page: str) -> None:
    text(browser, page)


def test_the_months_credits_are_shown_before_they_came_and_the_same_afterwards(owner: User, browser: Client) -> None:
    before = text(browser, "/wallet/balance/")
    monthly_grant_due(user=owner, now=timezone.now())
    assert f">{owner.plan.monthly_credits}<" in before
    assert text(browser, "/wallet/balance/") == before


def test_what_is_held_is_shown_everywhere_and_the_wallet_says_for_what(owner: User, browser: Client) -> None:
    monthly_grant_due(user=owner, now=NOW)
    hold(owner, 16)
    assert "16 held" in text(browser, "/library/")
    page = text(browser, "/wallet/")
    assert "Night train, take 2" in page
    assert "16</b> more are held" in page


def test_what_a_debt_means_is_said(owner: User, browser: Client) -> None:
    monthly_grant_due(user=owner, now=NOW)
    credits_take_back(owner=owner, amount=1000, key="refund:1", memo="", kind="refund", now=NOW)
    owed = 1000 - owner.plan.monthly_credits
    for page in ("/wallet/", "/wallet/credits/"):
        assert f"You owe {owed} credits" in text(browser, page)


def test_lots_stand_in_the_order_in_which_they_are_spent(owner: User, browser: Client) -> None:
    grant(owner, 200, LotSource.PACK)
    grant(owner, 9, LotSource.GIFT, expires=NOW + timedelta(days=90))
    grant(owner, 7, LotSource.GRACE, expires=NOW + timedelta(hours=3))
    page = text(browser, "/wallet/")
    places = [page.index(words) for words in ("came back after", "credits given to you", "credits you bought")]
    assert places == sorted(places)


def test_older_lines_follow_without_a_gap_or_a_repetition(owner: User, browser: Client) -> None:
    for number in range(40):
        grant(owner, number + 1)
    page = browser.get("/wallet/")
    older = page.context["older"]
    part = browser.get(older, headers={"HX-Request": "true", "HX-Target": "older"})
    lines = [*page.context["lines"], *part.context["lines"]]
    assert [each.amount for each in lines] == [f"+{number}" for number in range(40, 0, -1)]
    assert b"<html" not in part.content
    assert part.context["older"] == ""


@pytest.mark.parametrize("before", ["soon", "-1", "9" * 40, "²"])
def test_a_bad_place_in_the_history_starts_from_the_top(owner: User, browser: Client, before: str) -> None:
    grant(owner, 5)
    assert len(browser.get("/wallet/", {"before": before}).context["lines"]) == 1


def test_nobody_sees_anothers_lines(owner: User, browser: Client) -> None:
    grant(make_user(), 5)
    assert browser.get("/wallet/").context["lines"] == []


def test_the_wallet_costs_the_same_however_much_happened(owner: User, browser: Client) -> None:
    def happen(times: int) -> None:
        for _ in range(times):
            hold_capture(hold=hold(owner, 3), amount=2, now=NOW)  # type: ignore[arg-type]
            hold_release(hold=hold(owner, 2), now=NOW)  # type: ignore[arg-type]
            hold(owner, 1)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            text(browser, "/wallet/")
        return len(captured)

    monthly_grant_due(user=owner, now=NOW)
    happen(1)
    queries()
    few = queries()
    happen(8)
    assert queries() == few


def test_the_balance_is_one_question_to_the_database_for_those_who_had_their_month(
    owner: User, browser: Client
) -> None:
    def queries(client: Client) -> int:
        with CaptureQueriesContext(connection) as captured:
            text(client, "/wallet/balance/")
        return len(captured)

    paying = Client()
    paying.force_login(make_user())
    pay(paying, buy(paying, "plan:pro"))
    monthly_grant_due(user=owner, now=NOW)

    # the others are about who is logged in
    assert (queries(browser), queries(paying)) == (3, 3)


def test_a_pack_is_bought_and_seen_at_once(owner: User, browser: Client) -> None:
    back = buy(browser, "pack:small", next="/studio/")
    done = pay(browser, back)
    page = text(browser, done)
    assert "200 credits are yours" in page
    assert 'href="/studio/">Back to your song' in page
    assert f">{owner.plan.monthly_credits + 200}<" in page
    assert "€5" in text(browser, "/wallet/receipts/")


def test_until_a_payment_came_its_page_asks_again_and_then_calms_down(browser: Client) -> None:
    assert 'data-state="waiting"' in text(browser, "/wallet/bought/")
    late = text(browser, "/wallet/bought/?asked=30")
    assert 'data-state="late"' in late
    assert "asked=31" in late
    assert "hx-get" not in text(browser, "/wallet/bought/?asked=99")[late.index('id="bought"') :]


def test_a_form_that_is_sent_twice_leads_to_one_payment(browser: Client) -> None:
    assert buy(browser, "pack:small") == buy(browser, "pack:small")


def test_a_second_tab_drawn_before_the_purchase_asks_first(owner: User, browser: Client) -> None:
    pay(browser, buy(browser, "pack:small"))
    assert buy(browser, "pack:small") == "/wallet/credits/"
    assert "You bought something since" in text(browser, "/wallet/credits/")
    way = checkout()
    assert way is not None
    assert len(way.receipts_of(owner)) == 1


def test_who_wants_more_buys_more(owner: User, browser: Client) -> None:
    pay(browser, buy(browser, "pack:small"))
    seen = browser.get("/wallet/credits/").context["seen"]
    assert "200 credits are yours" in text(browser, pay(browser, buy(browser, "pack:small", seen)))


def test_nobody_subscribes_twice(browser: Client) -> None:
    pay(browser, buy(browser, "plan:pro"))
    seen = browser.get("/wallet/credits/").context["seen"]
    assert buy(browser, "plan:pro", seen) == "/wallet/credits/"
    page = text(browser, "/wallet/credits/")
    assert "You already have a subscription" in page
    assert "Subscribe to" not in page


@pytest.mark.parametrize("product", ["", "pack:none", "plan:free", "pack", "credits:9"])
def test_what_is_not_on_sale_cannot_be_bought(browser: Client, product: str) -> None:
    assert buy(browser, product) == "/wallet/credits/"


@pytest.mark.parametrize("bad", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_the_way_back_leads_nowhere_else(browser: Client, bad: str) -> None:
    assert "evil" not in text(browser, f"/wallet/credits/?next={bad}")
    assert "javascript:" not in text(browser, f"/wallet/credits/?next={bad}")


def test_where_nothing_is_sold_the_page_says_how_credits_come(browser: Client, settings: Settings) -> None:
    settings.PAYMENTS = "off"
    page = text(browser, "/wallet/credits/")
    assert "Nothing is sold on this site" in page
    assert "/wallet/buy/" not in page
    assert buy(browser, "pack:small") == "/wallet/credits/"
    assert browser.get("/wallet/bought/").status_code == 302
    text(browser, "/wallet/")


def test_the_test_checkout_says_what_it_is(browser: Client) -> None:
    assert "takes no money" in text(browser, "/wallet/credits/")


def test_who_comes_back_from_the_portal_sees_what_they_changed_without_a_reload(browser: Client) -> None:
    # given somebody who may just have ended their subscription, of which the site does not know yet
    # when the wallet opens, then its line about the plan asks again by itself, for a while
    assert 'hx-get="/wallet/plan/?managed=1"' in text(browser, "/wallet/?managed=0")
    assert 'hx-get="/wallet/plan/?managed=2"' in text(browser, "/wallet/plan/?managed=1")
    assert "hx-get" not in text(browser, "/wallet/plan/?managed=20")


@pytest.mark.parametrize("query", ["", "?managed=", "?managed=x", "?managed=²", "?managed=99999"])
def test_nobody_else_s_wallet_asks_again(browser: Client, query: str) -> None:
    assert "/wallet/plan/" not in text(browser, f"/wallet/{query}")
