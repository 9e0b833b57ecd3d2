"""Holding credits and what becomes of a hold."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import User
from apps.wallets.errors import AlreadyResolved, BadAmount, MoreThanHeld, NotEnough, Owes, UnknownHold
from apps.wallets.models import Account, LotSource, OpenHold, Transfer
from apps.wallets.references import Reference
from apps.wallets.selectors import history, holds_open, wallet_of
from apps.wallets.services.credits_grant import credits_grant
from apps.wallets.services.credits_hold import credits_hold
from apps.wallets.services.credits_take_back import credits_take_back
from apps.wallets.services.hold_resolve import hold_capture, hold_release, holds_expire
from apps.wallets.services.lots_expire import lots_expire
from tests.wallets.books import assert_balanced, balances, day, fresh_key, grant, hold
from tests.world import make_user

pytestmark = pytest.mark.django_db
BAD_AMOUNTS = (0, -1, 2.5, 8.0, True, "8", None, 10**12 + 1, 2**63, 10**30)


@pytest.fixture
def owner() -> User:
    return make_user()


def test_held_credits_cannot_be_spent_twice(owner: User) -> None:
    grant(owner, 10)
    hold(owner, 7)
    assert balances(owner) == (3, 7, 0)
    with pytest.raises(NotEnough) as refused:
        hold(owner, 4)
    assert (refused.value.needed, refused.value.available) == (4, 3)
    assert balances(owner) == (3, 7, 0)


def test_soonest_to_expire_is_used_first_and_what_never_expires_last(owner: User) -> None:
    never, late, soon = grant(owner, 10), grant(owner, 10, until=20), grant(owner, 10, until=10)
    hold(owner, 15)
    assert {lot.id: lot.held for lot in wallet_of(owner, now=day(0)).lots} == {soon: 10, late: 5, never: 0}


def test_expired_credits_cannot_be_held_even_before_they_are_swept(owner: User) -> None:
    grant(owner, 10, until=3)
    grant(owner, 4)
    with pytest.raises(NotEnough) as refused:
        hold(owner, 5, at=3)
    assert refused.value.available == 4
    assert hold(owner, 4, at=3)


def test_capture_charges_once_however_often_it_is_asked(owner: User) -> None:
    grant(owner, 10)
    made = hold(owner, 8)
    for _again in range(3):
        hold_capture(hold=made, now=day(0))
    assert balances(owner) == (2, 0, 0)
    assert Transfer.objects.filter(kind="capture").count() == 1


def test_part_of_a_hold_is_captured_and_the_rest_comes_back(owner: User) -> None:
    grant(owner, 10)
    made = hold(owner, 8)
    hold_capture(hold=made, amount=3, now=day(0))
    assert balances(owner) == (7, 0, 0)
    line = history(owner).lines[0]
    assert (line.kind, line.charged, line.amount, line.balance_after) == ("capture", 3, 5, 7)


@pytest.mark.parametrize("amount", [3, 5])
def test_another_capture_of_the_same_hold_is_refused(owner: User, amount: int) -> None:
    grant(owner, 10)
    made = hold(owner, 8)
    hold_capture(hold=made, amount=4, now=day(0))
    with pytest.raises(AlreadyResolved):
        hold_capture(hold=made, amount=amount, now=day(0))
    assert balances(owner) == (6, 0, 0)


def test_what_was_captured_is_not_released_nor_the_other_way_round(owner: User) -> None:
    grant(owner, 10)
    captured, released = hold(owner, 4), hold(owner, 5)
    hold_capture(hold=captured, now=day(0))
    hold_release(hold=released, now=day(0))
    with pytest.raises(AlreadyResolved):
        hold_release(hold=captured, now=day(0))
    with pytest.raises(AlreadyResolved):
        hold_capture(hold=released, now=day(0))
    hold_release(hold=released, now=day(0))
    assert balances(owner) == (6, 0, 0)


def test_more_than_held_is_never_captured(owner: User) -> None:
    grant(owner, 10)
    made = hold(owner, 8)
    with pytest.raises(MoreThanHeld):
        hold_capture(hold=made, amount=9, now=day(0))
    assert balances(owner) == (2, 8, 0)


def test_a_hold_nobody_made_is_unknown() -> None:
    with pytest.raises(UnknownHold):
        hold_capture(hold=uuid4(), now=day(0))
    with pytest.raises(UnknownHold):
        hold_release(hold=uuid4(), now=day(0))


@pytest.mark.parametrize("swept", [True, False])
def test_capture_after_the_holds_life_charges_nothing(owner: User, swept: bool) -> None:  # noqa: FBT001
    grant(owner, 10)
    made = hold(owner, 8)
    if swept:
        assert holds_expire(now=day(7), limit=10) == 1
    with pytest.raises(AlreadyResolved) as refused:
        hold_capture(hold=made, now=day(7))
    assert refused.value.outcome == "hold_expire"
    assert balances(owner, at=7) == (10, 0, 0)


def test_a_capture_that_was_in_time_stays_done_when_it_is_repeated_late(owner: User) -> None:
    grant(owner, 10)
    made = hold(owner, 8)
    hold_capture(hold=made, now=day(6))
    hold_capture(hold=made, now=day(8))
    assert balances(owner) == (2, 0, 0)


def test_only_holds_past_their_life_expire_and_only_so_many(owner: User) -> None:
    grant(owner, 10)
    for _number in range(3):
        hold(owner, 1)
    hold(owner, 1, at=1)
    assert [holds_expire(now=day(7), limit=2) for _ in range(3)] == [2, 1, 0]
    assert balances(owner, at=7) == (9, 1, 0)


def test_credits_that_come_back_after_their_lot_expired_get_seven_days_more(owner: User) -> None:
    grant(owner, 10, until=5)
    made = hold(owner, 8)
    assert lots_expire(now=day(5), limit=10) == 1
    assert balances(owner, at=5) == (0, 8, 0)
    hold_capture(hold=made, amount=2, now=day(6))
    (lot,) = wallet_of(owner, now=day(6)).lots
    assert (lot.source, lot.left, lot.expires_at) == (LotSource.GRACE, 6, day(13))
    assert balances(owner, at=13) == (0, 0, 0)
    assert_balanced()


def test_who_owes_waits_and_what_comes_back_pays_first(owner: User) -> None:
    grant(owner, 10)
    made = hold(owner, 8)
    credits_take_back(owner=owner, amount=6, key=fresh_key(), memo="", kind="refund", now=day(0))
    assert balances(owner) == (0, 8, 4)
    with pytest.raises(Owes) as refused:
        hold(owner, 1)
    assert refused.value.amount == 4
    hold_release(hold=made, now=day(0))
    assert balances(owner) == (4, 0, 0)
    assert hold(owner, 4)


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
def test_only_whole_positive_amounts_are_taken(owner: User, amount: object) -> None:
    grant(owner, 10)
    made = hold(owner, 5)
    bad: int = amount  # type: ignore[assignment]
    with pytest.raises(BadAmount):
        hold(owner, bad)
    with pytest.raises(BadAmount):
        grant(owner, bad)
    if amount is not None:
        with pytest.raises(BadAmount):
            hold_capture(hold=made, amount=bad, now=day(0))
    with pytest.raises(BadAmount):
        credits_take_back(owner=owner, amount=bad, key=fresh_key(), memo="", kind="refund", now=day(0))
    assert balances(owner) == (5, 5, 0)


def test_a_time_without_its_zone_and_a_key_that_cannot_be_kept_are_refused(owner: User) -> None:
    grant(owner, 10)
    with pytest.raises(ValueError, match="time zone"):
        credits_hold(owner=owner, amount=1, key="k", reference=None, memo="", now=day(0).replace(tzinfo=None))
    for key in ("", "x" * 201, "nul\x00"):
        with pytest.raises(ValueError, match="a key has"):
            credits_hold(owner=owner, amount=1, key=key, reference=None, memo="", now=day(0))
    assert balances(owner) == (10, 0, 0)


def test_the_clock_going_back_neither_loses_nor_gives_credits(owner: User) -> None:
    grant(owner, 10, until=5, at=4)
    made = hold(owner, 8, at=4)
    hold_capture(hold=made, amount=3, now=day(1))
    assert balances(owner, at=1) == (7, 0, 0)
    lots_expire(now=day(5), limit=10)
    assert balances(owner, at=1) == (0, 0, 0)
    assert_balanced()


def test_hostile_words_are_kept_as_words(owner: User) -> None:
    words = "'; DROP TABLE wallets_transfer; -- \x00 %s <b>" + "ü" * 300
    credits_grant(owner=owner, amount=1, source=LotSource.GIFT, key="k", memo=words, expires_at=None, now=day(0))
    assert history(owner).lines[0].memo == words.replace("\x00", "")[:200]


def test_a_line_says_what_it_was_for(owner: User) -> None:
    reference = Reference("job", uuid4())
    grant(owner, 10)
    made = hold(owner, 8, reference=reference)
    hold_release(hold=made, now=day(1), reason="The engine failed.")
    back, held, _given = history(owner).lines
    assert (back.memo, back.reason, back.reference, back.hold) == (
        "Night train", "The engine failed.", reference, made,
    )  # fmt: skip
    assert (held.kind, held.amount, held.memo, held.reference) == ("hold", -8, "Night train", reference)


def test_the_history_is_read_in_pages(owner: User) -> None:
    for _number in range(5):
        grant(owner, 1)
    first = history(owner, limit=3)
    second = history(owner, limit=3, before=first.next_before)
    assert [line.balance_after for line in (*first.lines, *second.lines)] == [5, 4, 3, 2, 1]
    assert second.next_before is None


def test_open_holds_are_listed_until_they_are_resolved(owner: User) -> None:
    grant(owner, 10)
    reference = Reference("job", uuid4())
    job, other = hold(owner, 1, reference=reference), hold(owner, 1)
    assert [(each.hold, each.reference) for each in holds_open(before=day(1), kind="job")] == [(job, reference)]
    assert [each.hold for each in holds_open(before=day(1))] == sorted([job, other])
    assert holds_open(before=day(0)) == []
    hold_capture(hold=job, now=day(0))
    assert [each.hold for each in holds_open(before=day(1))] == [other]
    assert OpenHold.objects.count() == 1


@pytest.mark.parametrize(
    "overspending",
    [
        "UPDATE wallets_account SET available = available - 7",
        "UPDATE wallets_account SET held = held - 5",
        "UPDATE wallets_account SET owed = owed - 1",
        "UPDATE wallets_lot SET available = available - 7",
        "UPDATE wallets_lot SET held = held - 5",
    ],
)
def test_the_database_itself_refuses_to_overspend(owner: User, overspending: str) -> None:
    grant(owner, 10)
    hold(owner, 4)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(overspending)
    assert Account.objects.get(owner=owner).available == 6


def test_looking_at_a_wallet_takes_two_queries(owner: User, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(5):
        grant(owner, 2, until=number + 1)
    hold_capture(hold=hold(owner, 3), now=day(0))
    with django_assert_num_queries(2):
        assert wallet_of(owner, now=day(0)).available == 7
    with django_assert_num_queries(3):
        assert len(history(owner).lines) == 7


def test_a_hold_and_a_capture_are_one_statement_each(owner: User, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    grant(owner, 10)
    with django_assert_num_queries(1):
        made = hold(owner, 3)
    with django_assert_num_queries(1):
        hold_capture(hold=made, now=day(0))
