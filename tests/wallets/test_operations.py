"""The operators' pages: who may come in, what they see, and actions that need a reason and happen once."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.services.account_erase import account_erase
from apps.wallets.models import LotSource, Transfer
from apps.wallets.operations.actions import Order, operator_grant
from apps.wallets.operations.figures import credits_by_month, months_shown
from apps.wallets.operations.models import OperatorAction, Proof
from apps.wallets.references import Reference
from apps.wallets.replay import replay
from apps.wallets.selectors import wallet_of
from apps.wallets.services.credits_grant import credits_grant
from apps.wallets.services.credits_hold import credits_hold
from apps.wallets.services.credits_take_back import credits_take_back
from apps.wallets.services.hold_resolve import hold_capture
from apps.wallets.stripe.models import Payment, Reversal, StripeCustomer, StripeEvent
from tests.wallets.books import fresh_key
from tests.world import make_user

pytestmark = pytest.mark.django_db
MONEY, WALLETS = "/operations/money/", "/operations/wallets/"


@pytest.fixture
def operator() -> User:
    return make_user("operator@example.org", staff=True)


@pytest.fixture
def web(operator: User) -> Client:
    client = Client()
    client.force_login(operator)
    return client


@pytest.fixture
def ada() -> User:
    return make_user("ada@example.org", name="Ada")


def give(owner: User, amount: int, *, source: LotSource = LotSource.GIFT, until: datetime | None = None) -> int:
    return credits_grant(
        owner=owner, amount=amount, source=source, key=fresh_key(), memo="Hello", expires_at=until, now=timezone.now()
    )


def put_aside(owner: User, amount: int) -> Any:
    return credits_hold(
        owner=owner,
        amount=amount,
        key=fresh_key(),
        reference=Reference("gone-for-good", uuid4()),
        memo="Night train, take 2",
        now=timezone.now(),
    )


def indebt(owner: User, amount: int) -> None:
    credits_take_back(owner=owner, amount=amount, key=fresh_key(), memo="Refund", kind="refund", now=timezone.now())


def payment_of(owner: User, lot: int | None, **over: Any) -> Payment:
    values: dict[str, Any] = {
        "source": f"cs_{uuid4().hex}",
        "kind": "pack",
        "state": "granted",
        "user": owner,
        "title": "Small pack",
        "amount_minor": 500,
        "currency": "eur",
        "credits": 200,
        "lot": lot,
        "paid_at": timezone.now(),
        "created_at": timezone.now(),
        **over,
    }
    return Payment.objects.create(**values)


def act(client: Client, owner: User, what: str, **form: Any) -> Any:
    """Send a form that is confirmed."""
    data = {"key": str(uuid4()), "confirmed": "yes", "reason": "A good reason", **form}
    return client.post(f"{WALLETS}{owner.pk}/{what}/", data, follow=True)


def funds(owner: User) -> tuple[int, int, int]:
    wallet = wallet_of(owner)
    return wallet.available, wallet.held, wallet.owed


PAGES = (MONEY, WALLETS, "/operations/money/actions/", "/operations/money/proofs/")


def test_strangers_members_and_staff_without_permission_see_and_do_nothing(ada: User) -> None:
    give(ada, 10)
    staff = User.objects.create_user("staff@example.org", is_staff=True)
    not_staff = User.objects.create_user("permitted@example.org")
    not_staff.user_permissions.set(Permission.objects.filter(codename__in=["look_into_wallets", "change_wallets"]))
    form = {"key": str(uuid4()), "confirmed": "yes", "reason": "Mine", "amount": 5}
    pages = (*PAGES, f"{WALLETS}{ada.pk}/", f"{WALLETS}{ada.pk}/grant/")
    posts = [f"{WALLETS}{ada.pk}/{what}/" for what in ("grant", "take-back", "forgive", "release")]
    posts += [f"{MONEY}events/again/", f"{MONEY}payments/{uuid4()}/settle/"]
    for user, gets in ((None, pages), (staff, pages), (not_staff, pages[:1]), (ada, pages[:1])):
        client = Client()
        if user is not None:
            client.force_login(user)
        expected = 302 if user is None else 403
        assert {client.get(page).status_code for page in gets} == {expected}
        assert {client.post(address, form).status_code for address in posts} == {expected}
    assert funds(ada) == (10, 0, 0)
    assert not OperatorAction.objects.exists()


def test_who_may_look_may_not_change(ada: User) -> None:
    looker = User.objects.create_user("looker@example.org", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="look_into_wallets"))
    client = Client()
    client.force_login(looker)
    for page in (*PAGES, f"{WALLETS}{ada.pk}/"):
        assert client.get(page).status_code == 200
    assert f"{ada.pk}/grant/" not in client.get(f"{WALLETS}{ada.pk}/").content.decode()
    assert act(client, ada, "grant", amount=5).status_code == 403
    with pytest.raises(PermissionDenied):
        operator_grant(
            Order(by=looker, reason="x", key=uuid4(), now=timezone.now()), owner=ada, amount=5, expires_at=None
        )
    assert funds(ada) == (0, 0, 0)


def test_a_form_from_elsewhere_does_nothing(operator: User, ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    assert act(client, ada, "grant", amount=5).status_code == 403
    assert funds(ada) == (0, 0, 0)


@pytest.mark.parametrize("question", ["ADA@exam", "ada", "cus_ada", "cs_of_ada", "pi_of_ada", "re_of_ada", "id"])
def test_a_wallet_is_found_by_whatever_is_known(web: Client, ada: User, question: str) -> None:
    StripeCustomer.objects.create(user=ada, stripe_id="cus_ada", created_at=timezone.now())
    payment = payment_of(ada, None, source="cs_of_ada", payment_intent="pi_of_ada")
    Reversal.objects.create(
        kind="refund",
        stripe_id="re_of_ada",
        payment=payment,
        amount_minor=1,
        currency="eur",
        status="succeeded",
        counts=True,
        created_at=timezone.now(),
        told_at=timezone.now(),
    )
    make_user("other@example.org", name="Other")
    page = web.get(WALLETS, {"find": str(ada.pk) if question == "id" else question}).content.decode()
    assert f"{WALLETS}{ada.pk}/" in page
    assert "other@example.org" not in page


@pytest.mark.parametrize("question", ["nobody", "\0", "%", "' OR 1=1", "x" * 5000, "cs_unknown"])
def test_a_strange_question_finds_nobody(web: Client, question: str) -> None:
    assert web.get(WALLETS, {"find": question}).status_code == 200


def test_without_a_question_those_are_listed_who_owe(web: Client, ada: User) -> None:
    make_user("rich@example.org")
    indebt(ada, 30)
    page = web.get(WALLETS).content.decode()
    assert "ada@example.org" in page
    assert "rich@example.org" not in page


def test_the_wallet_shows_balances_lots_holds_payments_and_history(web: Client, ada: User) -> None:
    lot = give(ada, 200, source=LotSource.PACK)
    payment = payment_of(ada, lot)
    hold = put_aside(ada, 48)
    page = web.get(f"{WALLETS}{ada.pk}/").content.decode()
    for shown in ("152 free to spend, 48 held", f">{lot}<", str(hold), "Night train, take 2", payment.source, "€5"):
        assert shown in page, shown


def test_a_page_that_is_not_there(web: Client, ada: User) -> None:
    for address in (f"{WALLETS}{uuid4()}/", f"{WALLETS}{ada.pk}/steal/", "/operations/money/proofs/999/"):
        assert web.get(address).status_code == 404


def test_a_grant_is_asked_shown_and_done_with_its_reason(web: Client, operator: User, ada: User) -> None:
    indebt(ada, 30)
    last = timezone.now().astimezone(UTC).date() + timedelta(days=10)
    blank = web.get(f"{WALLETS}{ada.pk}/grant/").content.decode()
    key = re.search(r'name="key" value="([^"]+)"', blank)
    assert key is not None
    form = {"key": key[1], "amount": "100", "expires_on": str(last), "reason": "For <b>patience</b>"}

    asked = web.post(f"{WALLETS}{ada.pk}/grant/", form).content.decode()
    assert "30 credits of them pay what is owed" in asked
    assert "For &lt;b&gt;patience" in asked
    assert funds(ada) == (0, 0, 30)

    said = web.post(f"{WALLETS}{ada.pk}/grant/", {**form, "confirmed": "yes"}, follow=True).content.decode()
    assert "Done: 100 credits until" in said
    assert funds(ada) == (70, 0, 0)
    (lot,) = wallet_of(ada).lots
    assert (lot.source, lot.memo) == (LotSource.GIFT, "For <b>patience</b>")
    assert lot.expires_at == datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    action = OperatorAction.objects.get()
    assert (action.by, action.owner, action.kind, action.amount) == (operator, ada, "grant", 100)
    assert action.reason == "For <b>patience</b>"
    listed = web.get("/operations/money/actions/").content.decode()
    assert "operator@example.org" in listed
    assert "ada@example.org" in listed
    assert replay().balanced


@pytest.mark.parametrize(
    "form",
    [
        {"amount": 5, "reason": " "},
        {"amount": 5, "reason": "x" * 201},
        {"amount": 5, "reason": "a\u202eb"},
        {"amount": 0},
        {"amount": -5},
        {"amount": "1.5"},
        {"amount": "1e3"},
        {"amount": 10**18},
        {"amount": ""},
        {"amount": 5, "key": "1"},
        {"amount": 5, "key": ""},
        {"amount": 5, "expires_on": "2020-01-01"},
        {"amount": 5, "expires_on": "9999-12-31"},
        {"amount": 5, "expires_on": "soon"},
    ],
)
def test_a_form_without_sense_does_nothing(web: Client, ada: User, form: dict[str, Any]) -> None:
    assert act(web, ada, "grant", **form).status_code == 422
    assert funds(ada) == (0, 0, 0)
    assert not OperatorAction.objects.exists()


def test_a_form_sent_again_acts_once_and_changed_not_at_all(web: Client, ada: User) -> None:
    key = str(uuid4())
    for _ in range(3):
        assert "Done: 5 credits" in act(web, ada, "grant", amount=5, key=key).content.decode()
    assert "Nothing was done" in act(web, ada, "grant", amount=6, key=key).content.decode()
    assert "Nothing was done" in act(web, ada, "take-back", amount=5, key=key).content.decode()
    assert "Nothing was done" in act(web, make_user(), "grant", amount=5, key=key).content.decode()
    assert funds(ada) == (5, 0, 0)
    assert OperatorAction.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_grants_once(operator: User, ada: User) -> None:
    order = Order(by=operator, reason="Twice", key=uuid4(), now=timezone.now())
    gate, done, broken = threading.Barrier(4), [], []

    def click() -> None:
        try:
            gate.wait(30)
            done.append(operator_grant(order, owner=ada, amount=25, expires_at=None).pk)
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert broken == []
    assert len(done) == 4
    assert len(set(done)) == 1
    assert funds(ada) == (25, 0, 0)
    assert Transfer.objects.filter(kind="grant").count() == 1


def test_taking_back_says_before_that_it_makes_debt(web: Client, ada: User) -> None:
    give(ada, 40)
    put_aside(ada, 10)
    form = {"key": str(uuid4()), "amount": "50", "reason": "Given by mistake"}
    asked = web.post(f"{WALLETS}{ada.pk}/take-back/", form).content.decode()
    assert "Only 30 credits are free to take" in asked
    assert "owes 20 credits" in asked
    assert funds(ada) == (30, 10, 0)

    said = act(web, ada, "take-back", amount=50).content.decode()
    assert "30 credits taken, 20 credits owed instead" in said
    assert funds(ada) == (0, 10, 20)
    assert replay().balanced


def test_taking_back_from_one_lot(web: Client, ada: User) -> None:
    soon, later = give(ada, 40, until=timezone.now() + timedelta(days=3)), give(ada, 40)
    others = give(make_user(), 40)
    assert "not of this wallet" in act(web, ada, "take-back", amount=15, lot=others).content.decode()
    act(web, ada, "take-back", amount=15, lot=later)
    left = {lot.id: lot.left for lot in wallet_of(ada).lots}
    assert left == {soon: 40, later: 25}


def test_forgiving_ends_debt_and_never_gives_more(web: Client, ada: User) -> None:
    indebt(ada, 30)
    assert "Only 30 credits are owed" in act(web, ada, "forgive", amount=31).content.decode()
    assert funds(ada) == (0, 0, 30)
    assert "10 credits forgiven" in act(web, ada, "forgive", amount=10).content.decode()
    act(web, ada, "forgive", amount=20)
    assert funds(ada) == (0, 0, 0)
    assert "Only 0 credits are owed" in act(web, ada, "forgive", amount=1).content.decode()
    assert replay().balanced


def test_a_stuck_hold_is_released_once_and_by_its_own_page(web: Client, ada: User) -> None:
    give(ada, 40)
    hold, other = put_aside(ada, 10), put_aside(ada, 5)
    page = web.get(f"{WALLETS}{ada.pk}/release/", {"hold": str(hold)}).content.decode()
    assert str(hold) in page
    asked = web.post(
        f"{WALLETS}{ada.pk}/release/", {"key": str(uuid4()), "hold": str(hold), "reason": "Its job is gone"}
    ).content.decode()
    assert "10 credits, held for “Night train, take 2”, are free again" in asked
    assert "Done: 10 credits are free again" in act(web, ada, "release", hold=hold).content.decode()
    assert "not open any more" in act(web, ada, "release", hold=hold).content.decode()
    assert funds(ada) == (35, 5, 0)
    hold_capture(hold=other, now=timezone.now())
    assert "not open any more" in act(web, ada, "release", hold=other).content.decode()
    assert funds(ada) == (35, 0, 0)


def test_the_hold_of_another_wallet_is_not_released(web: Client, ada: User) -> None:
    give(ada, 40)
    hold = put_aside(ada, 10)
    assert "not open any more" in act(web, make_user(), "release", hold=hold).content.decode()
    assert funds(ada) == (30, 10, 0)


def test_what_was_done_stays_and_forgets_who(operator: User, web: Client, ada: User) -> None:
    act(web, ada, "grant", amount=5, reason="Because Ada moved to Graz")
    for change in (
        lambda: OperatorAction.objects.update(amount=6),
        lambda: OperatorAction.objects.update(by=ada),
        lambda: OperatorAction.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
            change()
    account_erase(user=ada)
    account_erase(user=operator)
    action = OperatorAction.objects.get()
    assert (action.by, action.owner, action.amount) == (None, None, 5)
    assert "Graz" not in action.reason


def event_in_trouble(state: str = "dead") -> StripeEvent:
    return StripeEvent.objects.create(
        id="evt_1",
        type="refund.created",
        subject="re_1",
        created_at=timezone.now(),
        received_at=timezone.now(),
        via="webhook",
        next_try_at=timezone.now(),
        state=state,
        attempts=16,
        reason="Stripe said <no>",
    )


@pytest.mark.parametrize("state", ["dead", "look"])
def test_an_event_in_trouble_is_shown_and_processed_again_with_a_reason(web: Client, state: str) -> None:
    event = event_in_trouble(state)
    shown = web.get(MONEY).content.decode()
    assert "Stripe said &lt;no&gt;" in shown
    assert "evt_1" in shown
    form = {"key": str(uuid4()), "event": "evt_1", "reason": ""}
    assert "Say why" in web.post(f"{MONEY}events/again/", form, follow=True).content.decode()
    event.refresh_from_db()
    assert event.state == state
    for _ in range(2):
        web.post(f"{MONEY}events/again/", {**form, "reason": "Stripe is back"})
    event.refresh_from_db()
    assert (event.state, event.attempts) == ("waiting", 0)
    assert OperatorAction.objects.get().subject == "evt_1"
    assert "evt_1" not in web.get(MONEY).content.decode()


@pytest.mark.parametrize("event", ["evt_unknown", "", "\0", "x" * 999])
def test_an_event_without_trouble_is_left_alone(web: Client, event: str) -> None:
    event_in_trouble("done")
    form = {"key": str(uuid4()), "event": event or "evt_1", "reason": "Why not"}
    assert "Nothing was done" in web.post(f"{MONEY}events/again/", form, follow=True).content.decode()
    assert StripeEvent.objects.get().state == "done"


def test_a_payment_that_brought_nothing_is_shown_until_it_is_dealt_with(web: Client, ada: User) -> None:
    payment = payment_of(ada, None, state="look", credits=0, reason="The account was deleted")
    assert "The account was deleted" in web.get(MONEY).content.decode()
    form = {"key": str(uuid4()), "reason": "Refunded by hand"}
    web.post(f"{MONEY}payments/{payment.pk}/settle/", form, follow=True)
    payment.refresh_from_db()
    assert payment.looked_at is not None
    assert "The account was deleted" not in web.get(MONEY).content.decode()


def test_money_is_summed_by_month_and_currency(web: Client, ada: User) -> None:
    october, november = datetime(2026, 10, 31, 23, 59, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    first = payment_of(ada, None, amount_minor=2000, paid_at=october)
    payment_of(ada, None, amount_minor=500, paid_at=november)
    payment_of(ada, None, amount_minor=1000, currency="jpy", paid_at=november)
    payment_of(ada, None, amount_minor=77700, provider="test", paid_at=november)
    for kind, amount, counts in (("refund", 300, True), ("dispute", 1700, True), ("refund", 99900, False)):
        Reversal.objects.create(
            kind=kind,
            stripe_id=f"x_{amount}",
            payment=first,
            amount_minor=amount,
            currency="eur",
            status="s",
            counts=counts,
            created_at=november,
            told_at=november,
        )
    page = re.sub(r"<[^>]+>", " ", web.get(MONEY).content.decode())
    rows = [" ".join(row.split()) for row in page.split("\n")]
    assert "October 2026 1 €20 €20" in rows
    assert "November 2026 1 €5 €3 €17 −€15" in rows
    assert "November 2026 1 JPY 1,000 JPY 1,000" in rows


def test_liabilities_are_summed_by_source_and_age_at_what_they_were_sold_for(web: Client, ada: User) -> None:
    now = timezone.now()
    lot = credits_grant(
        owner=ada,
        amount=1000,
        source=LotSource.PACK,
        key=fresh_key(),
        memo="",
        expires_at=None,
        now=now - timedelta(days=60),
    )
    payment_of(ada, lot, amount_minor=2000, credits=1000)
    hold_capture(hold=put_aside(ada, 250), now=now)
    give(ada, 40, until=now + timedelta(days=1))
    put_aside(ada, 15)
    gone = make_user()
    give(gone, 9000)
    account_erase(user=gone)
    page = re.sub(r"<[^>]+>", " ", web.get(MONEY).content.decode())
    rows = [" ".join(row.split()) for row in page.split("\n")]
    assert "pack 0 750 0 0 750 €15" in rows
    assert "gift 40 0 0 0 40 –" in rows
    assert any(row.startswith("15 of these are held") for row in rows)


def test_credits_by_month_are_the_same_however_much_of_them_a_proof_kept(ada: User) -> None:
    give(ada, 100, source=LotSource.MONTHLY)
    months, last = credits_by_month()
    kept = Proof(figures={"last_line": last, "months": {month: vars_of(row) for month, row in months.items()}})
    hold_capture(hold=put_aside(ada, 30), amount=20, now=timezone.now())
    indebt(ada, 200)
    ((_, from_nothing),) = months_shown(None)
    ((_, from_kept),) = months_shown(kept)
    assert from_nothing == from_kept
    assert (from_kept.spent, from_kept.monthly, from_kept.taken_back) == (20, 100, 200)


def vars_of(row: Any) -> dict[str, int]:
    return {name: getattr(row, name) for name in row.__slots__}


def test_pages_take_a_fixed_number_of_queries(
    web: Client, ada: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(3):
        payment_of(ada, give(ada, 200, source=LotSource.PACK))
        put_aside(ada, 5)
        indebt(make_user(), 5)
        act(web, ada, "grant", amount=5)
    for address, most in ((MONEY, 20), (WALLETS, 12), (f"{WALLETS}{ada.pk}/", 24), ("/operations/money/actions/", 10)):
        with django_assert_max_num_queries(most):
            assert web.get(address).status_code == 200
