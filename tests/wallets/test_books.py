"""The journal only grows, balances, survives its people, and is read again."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import User
from apps.accounts.services.account_erase import account_erase
from apps.wallets.models import Account, AccountKind, Memo, Transfer
from apps.wallets.replay import replay
from apps.wallets.selectors import EMPTY, history_of_account, liabilities, platform_balances, wallet_of
from apps.wallets.services.credits_take_back import credits_give_back, credits_take_back
from apps.wallets.services.hold_resolve import hold_capture, hold_release
from apps.wallets.services.lots_expire import lots_expire
from tests.wallets.books import assert_balanced, balances, day, fresh_key, grant, hold
from tests.world import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return make_user()


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE wallets_transfer SET amount = amount + 1",
        "DELETE FROM wallets_transfer",
        "UPDATE wallets_answer SET outcome = 'held'",
        "DELETE FROM wallets_answer",
        "UPDATE wallets_memo SET text = 'other'",
        "DELETE FROM wallets_account",
        "DELETE FROM wallets_lot",
        "UPDATE wallets_lot SET amount = amount + 1",
        "UPDATE wallets_lot SET expires_at = now()",
        "UPDATE wallets_lot SET source = 'gift'",
    ],
)
def test_the_journal_is_never_rewritten(owner: User, statement: str) -> None:
    grant(owner, 10)
    hold(owner, 4)
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        _execute(statement)
    assert balances(owner) == (6, 4, 0)
    assert_balanced()


@pytest.mark.parametrize("table", ["transfer", "answer", "account", "lot"])
def test_the_journal_is_never_emptied(owner: User, table: str) -> None:
    grant(owner, 10)
    # the tests' own database lets go, so that tables can be emptied between tests: here as shipped
    _execute("SET CONSTRAINTS ALL IMMEDIATE")
    _execute(f"ALTER TABLE wallets_{table} ENABLE TRIGGER wallets_{table}_whole")
    with pytest.raises(IntegrityError, match="TRUNCATE of wallets"), transaction.atomic():
        _execute(f"TRUNCATE wallets_{table} CASCADE")
    assert Transfer.objects.count() == 1


def test_a_hold_is_resolved_by_one_row_at_most(owner: User) -> None:
    grant(owner, 10)
    hold_capture(hold=hold(owner, 4), now=day(0))
    with pytest.raises(IntegrityError, match="resolved_once"), transaction.atomic():
        _execute(
            "INSERT INTO wallets_transfer (account_id, kind, debit, credit, amount, released, lots, amounts, hold,"
            " reason, reference_kind, key, available, at) SELECT account_id, 'release', debit, credit, amount, 0, lots,"
            " amounts, hold, '', '', '', 0, at FROM wallets_transfer WHERE kind = 'hold'"
        )


@pytest.mark.parametrize("amount", [0, -5, 10**12 + 1])
def test_a_transfer_moves_a_positive_amount(owner: User, amount: int) -> None:
    grant(owner, 10)
    with pytest.raises(IntegrityError, match="wallets_moved"), transaction.atomic():
        _execute(
            "INSERT INTO wallets_transfer (account_id, kind, debit, credit, amount, released, lots, amounts, reason,"
            f" reference_kind, key, available, at) SELECT account_id, kind, debit, credit, {amount}, 0, lots, amounts,"
            " '', '', '', 0, at FROM wallets_transfer"
        )


def test_every_transfer_has_two_sides_so_the_books_sum_to_nothing(owner: User) -> None:
    grant(owner, 100)
    grant(owner, 50, until=1, source="monthly")  # type: ignore[arg-type]
    hold_capture(hold=hold(owner, 30), amount=20, now=day(0))
    lots_expire(now=day(1), limit=10)
    credits_take_back(owner=owner, amount=120, key=fresh_key(), memo="", kind="dispute", now=day(1))
    credits_give_back(owner=owner, amount=5, key=fresh_key(), memo="", kind="dispute", now=day(1))
    found = platform_balances()
    assert found == {
        AccountKind.CREDITS: 0,
        AccountKind.DEBT: -15,
        AccountKind.REVENUE: 20,
        AccountKind.ISSUED: -50,
        AccountKind.EXPIRED: 30,
        AccountKind.CLEARING: 15,
    }
    assert sum(found.values()) == 0
    assert (liabilities().unspent, liabilities().owed) == (0, 15)
    assert_balanced()


def test_deleting_a_user_keeps_the_books_whole_and_forgets_the_person(owner: User) -> None:
    grant(owner, 10)
    hold_capture(hold=hold(owner, 4), now=day(0))
    waiting = hold(owner, 5)
    account = Account.objects.get(owner=owner)
    before = list(Transfer.objects.order_by("id").values())
    books = platform_balances()

    account_erase(user=owner)

    account.refresh_from_db()
    assert account.owner_id is None
    assert list(Transfer.objects.order_by("id").values()) == before
    assert platform_balances() == books
    assert not Memo.objects.exists()
    assert {line.memo for line in history_of_account(account).lines} == {""}
    # what was on its way still comes to its end
    hold_release(hold=waiting, now=day(0))
    account.refresh_from_db()
    assert (account.available, account.held) == (6, 0)
    assert_balanced()


def test_who_has_nothing_has_an_empty_wallet(owner: User) -> None:
    assert wallet_of(owner) == EMPTY
    assert not Account.objects.filter(owner=owner).exists()


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE wallets_account SET available = available + 1", {"account.available", "lots.available"}),
        ("UPDATE wallets_account SET held = held - 1", {"account.held", "lots.held"}),
        ("UPDATE wallets_account SET owed = owed + 1", {"account.owed"}),
        ("UPDATE wallets_lot SET available = available - 1", {"lot.available", "lots.available"}),
        ("UPDATE wallets_lot SET held = held + 1", {"lot.held", "lots.held"}),
        ("UPDATE wallets_lot SET spent = true", {"lot.spent"}),
        ("DELETE FROM wallets_openhold", {"open hold"}),
        (
            "INSERT INTO wallets_openhold VALUES (gen_random_uuid(), '', NULL, now(), now(), 1)",
            {"open hold"},
        ),
    ],
)
def test_replaying_the_journal_finds_whatever_was_tampered_with(owner: User, tampering: str, found: set[str]) -> None:
    grant(owner, 10)
    hold(owner, 4)
    assert_balanced()
    _execute(tampering)
    assert {difference.what for difference in replay().differences} == found
