"""The API of the wallet: what it says, to whom, and how buying begins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.wallets import checkout
from apps.wallets.checkout import AlreadySubscribed, CheckoutUnavailable, NothingToManage, TooManyCheckouts
from apps.wallets.models import LotSource
from apps.wallets.references import Reference
from apps.wallets.services.credits_grant import credits_grant
from apps.wallets.services.credits_hold import credits_hold
from apps.wallets.services.credits_take_back import credits_take_back
from apps.wallets.services.hold_resolve import hold_capture
from apps.wallets.stripe.models import Purchase
from tests.wallets.books import fresh_key
from tests.world import api_client, make_user

pytestmark = pytest.mark.django_db
WALLET = "/api/v1/wallet"


@pytest.fixture
def ada() -> User:
    return make_user("ada@example.org")


def give(owner: User, amount: int, *, days: int | None = None, source: LotSource = LotSource.GIFT) -> int:
    now = timezone.now()
    until = now + timedelta(days=days) if days else None
    return credits_grant(
        owner=owner, amount=amount, source=source, key=fresh_key(), memo="Welcome", expires_at=until, now=now
    )


def put_aside(owner: User, amount: int, job: Any = None) -> Any:
    reference = Reference("job", job or uuid4())
    return credits_hold(
        owner=owner, amount=amount, key=fresh_key(), reference=reference, memo="Night train", now=timezone.now()
    )


class Shop:
    """A way to pay that a test steers."""

    title = "Steered"
    real = False

    def __init__(self) -> None:
        self.begun: list[Any] = []
        self.trouble: Exception | None = None

    def checkout_start(self, **asked: Any) -> str:
        if self.trouble:
            raise self.trouble
        self.begun.append(asked)
        return f"https://pay.example.org/{len(self.begun)}"

    def portal_url(self, **asked: Any) -> str:
        if self.trouble:
            raise self.trouble
        return "https://pay.example.org/portal"

    def subscription_of(self, user: User) -> None:
        return None

    def receipts_of(self, user: User, *, limit: int = 100) -> tuple[()]:
        return ()


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Shop:
    steered = Shop()
    monkeypatch.setitem(checkout._WAYS, checkout.Payments.TEST, lambda: steered)
    settings.PAYMENTS = "test"
    return steered


def test_a_wallet_nobody_used_is_empty_and_says_what_is_due(ada: User) -> None:
    answer = api_client(ada, "read").get(WALLET)
    assert answer.status_code == 200
    assert answer.json() == {"available": 0, "held": 0, "owed": 0, "due": ada.plan.monthly_credits, "lots": []}


def test_the_wallet_says_what_is_there_in_the_order_it_is_spent(ada: User) -> None:
    pack, soon = give(ada, 100, source=LotSource.PACK), give(ada, 30, days=3)
    put_aside(ada, 40)
    found = api_client(ada, "read").get(WALLET).json()
    assert (found["available"], found["held"], found["owed"]) == (90, 40, 0)
    assert [(lot["id"], lot["left"], lot["held"], lot["source"]) for lot in found["lots"]] == [
        (soon, 0, 30, "gift"),
        (pack, 90, 10, "pack"),
    ]
    assert found["lots"][1]["expires_at"] is None


def test_debt_is_said(ada: User) -> None:
    credits_take_back(owner=ada, amount=7, key=fresh_key(), memo="Refund", kind="refund", now=timezone.now())
    assert api_client(ada, "read").get(WALLET).json()["owed"] == 7


def test_transfers_come_in_pages_that_new_ones_do_not_shift(ada: User) -> None:
    job = uuid4()
    give(ada, 100)
    hold = put_aside(ada, 40, job)
    hold_capture(hold=hold, amount=25, now=timezone.now())
    client = api_client(ada, "read")

    first = client.get(f"{WALLET}/transfers", {"limit": 2}).json()
    give(ada, 5)
    second = client.get(first["next"]).json()

    (captured, held), (granted,) = first["results"], second["results"]
    assert (captured["kind"], captured["amount"], captured["charged"], captured["available"]) == ("capture", 15, 25, 75)
    assert (held["kind"], held["amount"], held["memo"]) == ("hold", -40, "Night train")
    assert held["reference"] == {"kind": "job", "id": str(job)}
    assert held["hold"] == captured["hold"] == str(hold)
    assert (granted["kind"], granted["amount"], granted["reason"]) == ("grant", 100, "gift")
    assert second["next"] is None


def test_nobody_sees_another_wallet(ada: User) -> None:
    give(ada, 100)
    other = api_client(make_user(), "read")
    assert other.get(WALLET).json()["available"] == 0
    assert other.get(f"{WALLET}/transfers").json()["results"] == []


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"cursor": "-1"}, {"cursor": "9" * 20}, {"limit": "0"}])
def test_a_bad_place_in_the_list_is_refused(ada: User, query: dict[str, str]) -> None:
    answer = api_client(ada, "read").get(f"{WALLET}/transfers", query)
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/validation"


@pytest.mark.parametrize(
    ("method", "path"), [("get", ""), ("get", "/transfers"), ("post", "/checkout"), ("post", "/portal")]
)
def test_a_visitor_is_asked_for_a_token(method: str, path: str) -> None:
    answer = getattr(api_client(), method)(f"{WALLET}{path}")
    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/not-authenticated"


@pytest.mark.parametrize(("scope", "read", "bought"), [("read", 200, 403), ("write", 403, 201)])
def test_a_token_does_what_its_scope_says(ada: User, shop: Shop, scope: str, read: int, bought: int) -> None:
    client = api_client(ada, scope)
    assert client.get(WALLET).status_code == read
    assert client.get(f"{WALLET}/transfers").status_code == read
    product = api_client().get(f"{WALLET}/packs").json()[0]["product"]
    assert client.post(f"{WALLET}/checkout", {"product": product}, format="json").status_code == bought


def test_everybody_sees_packs_and_plans_with_their_prices(ada: User) -> None:
    packs = api_client().get(f"{WALLET}/packs").json()
    plans = api_client().get(f"{WALLET}/plans").json()
    assert [pack["credits"] for pack in packs] == sorted(pack["credits"] for pack in packs)
    assert all(pack["amount"] > 0 and pack["currency"] == "EUR" for pack in packs)
    free, pro = plans
    assert (free["slug"], free["product"], free["amount"], free["currency"]) == ("free", None, 0, None)
    assert (pro["slug"], pro["product"], pro["currency"]) == ("pro", "plan:pro", "EUR")
    assert pro["credits"] > free["credits"]


@pytest.mark.parametrize("kind", ["pack", "plan"])
def test_buying_begins_at_the_address_of_the_payment(ada: User, shop: Shop, kind: str) -> None:
    listed = api_client().get(f"{WALLET}/{kind}s").json()[-1]
    answer = api_client(ada).post(f"{WALLET}/checkout", {"product": listed["product"]}, format="json")
    assert (answer.status_code, answer.json()) == (201, {"url": "https://pay.example.org/1"})
    (asked,) = shop.begun
    assert asked["user"] == ada
    assert asked["product"].slug == listed["slug"]
    assert asked["success_url"].endswith("/wallet/bought/")


def test_the_same_key_is_the_same_purchase(ada: User, shop: Shop) -> None:
    small, large = (pack["product"] for pack in api_client().get(f"{WALLET}/packs").json())
    client = api_client(ada)
    key = {"Idempotency-Key": "once"}
    first = client.post(f"{WALLET}/checkout", {"product": small}, format="json", headers=key)
    again = client.post(f"{WALLET}/checkout", {"product": small}, format="json", headers=key)
    other = client.post(f"{WALLET}/checkout", {"product": large}, format="json", headers=key)
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-reused")
    assert len(shop.begun) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"product": ""},
        {"product": "pack:nothing"},
        {"product": "plan:free"},
        {"product": 5},
        {"product": "pack:\0"},
        {"product": "x" * 999},
        {"product": None},
    ],
)
def test_what_is_not_sold_is_not_begun(ada: User, shop: Shop, body: dict[str, Any]) -> None:
    answer = api_client(ada).post(f"{WALLET}/checkout", body, format="json")
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/validation")
    assert shop.begun == []


@pytest.mark.parametrize(
    ("trouble", "status", "kind"),
    [
        (AlreadySubscribed(), 409, "already-subscribed"),
        (NothingToManage(), 409, "nothing-to-manage"),
        (TooManyCheckouts(77), 429, "too-many-requests"),
        (CheckoutUnavailable(), 503, "unavailable"),
    ],
)
@pytest.mark.parametrize("path", ["checkout", "portal"])
def test_why_nothing_can_be_bought_is_a_problem(
    ada: User, shop: Shop, trouble: Exception, status: int, kind: str, path: str
) -> None:
    product = api_client().get(f"{WALLET}/packs").json()[0]["product"]
    shop.trouble = trouble
    answer = api_client(ada).post(f"{WALLET}/{path}", {"product": product}, format="json")
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}")
    assert str(trouble) in answer.json()["detail"]
    if status == 429:
        assert answer["Retry-After"] == "77"


def test_an_outage_is_not_remembered_under_the_key(ada: User, shop: Shop) -> None:
    product = api_client().get(f"{WALLET}/packs").json()[0]["product"]
    client, key = api_client(ada), {"Idempotency-Key": "again"}
    shop.trouble = CheckoutUnavailable()
    assert client.post(f"{WALLET}/checkout", {"product": product}, format="json", headers=key).status_code == 503
    shop.trouble = None
    assert client.post(f"{WALLET}/checkout", {"product": product}, format="json", headers=key).status_code == 201


def test_where_nothing_is_sold_the_api_says_who_gives_credits(ada: User, settings: Settings) -> None:
    settings.PAYMENTS = "off"
    product = api_client().get(f"{WALLET}/packs").json()[0]["product"]
    for path in ("checkout", "portal"):
        answer = api_client(ada).post(f"{WALLET}/{path}", {"product": product}, format="json")
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/payments-off")


def test_the_portal_is_an_address_to_go_on_at(ada: User, shop: Shop) -> None:
    answer = api_client(ada).post(f"{WALLET}/portal")
    assert (answer.status_code, answer.json()) == (200, {"url": "https://pay.example.org/portal"})


def test_the_test_checkout_begins_at_a_whole_address_and_once(ada: User, settings: Settings) -> None:
    settings.PAYMENTS = "test"
    product = api_client().get(f"{WALLET}/packs").json()[0]["product"]
    urls = [
        api_client(ada).post(f"{WALLET}/checkout", {"product": product}, format="json").json()["url"] for _ in range(2)
    ]
    assert all(url.startswith(settings.SITE_URL) for url in urls)
    assert Purchase.objects.count() == 1
    client = Client()
    client.force_login(ada)
    assert client.get(urls[0].removeprefix(settings.SITE_URL)).status_code == 200
