"""Money that goes back takes its credits along, in proportion and once; what is spent already is owed."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta
from uuid import uuid4

import pytest

from apps.accounts.models import User
from apps.accounts.services.account_erase import account_erase
from apps.wallets.errors import Owes
from apps.wallets.references import Reference
from apps.wallets.services.credits_hold import credits_hold
from apps.wallets.services.hold_resolve import hold_capture
from apps.wallets.stripe.models import Payment, Reversal, StripeEvent
from apps.wallets.stripe.settling import credits_gone
from tests.wallets.stripe.conftest import Shop


def bought(shop: Shop, user: User) -> str:
    """The session of a pack that is paid and granted."""
    session = shop.buy(user, shop.pack)
    shop.settle()
    return str(session["id"])


def spend(shop: Shop, user: User, amount: int) -> None:
    reference = Reference("job", uuid4())
    hold = credits_hold(owner=user, amount=amount, key=str(reference.id), reference=reference, memo="", now=shop.now)
    hold_capture(hold=hold, now=shop.now)


def test_a_full_refund_takes_everything_back(shop: Shop, user: User) -> None:
    shop.steer.refund(bought(shop, user))

    shop.settle()

    wallet = shop.wallet(user)
    assert (wallet.available, wallet.owed) == (0, 0)
    (receipt,) = shop.way.receipts_of(user)
    assert receipt.refunded_minor == receipt.amount_minor


def test_refunds_in_parts_take_back_in_proportion_and_all_in_the_end(shop: Shop, user: User) -> None:
    session, price, whole = bought(shop, user), shop.pack.amount_minor, shop.pack.credits
    gone = 0
    for part in (1, price // 3, price // 7, price - 1 - price // 3 - price // 7):
        gone += part
        shop.steer.refund(session, part)
        shop.settle()
        assert shop.wallet(user).available == whole - whole * gone // price

    assert shop.wallet(user).available == 0


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_news_does_not_matter(shop: Shop, user: User, order: tuple[int, ...]) -> None:
    session = shop.buy(user, shop.pack)["id"]
    shop.steer.refund(session, 100)
    shop.steer.refund(session, 33)
    news = [e for e in shop.steer.outbox.waiting if e["type"] in {"checkout.session.completed", "refund.created"}]
    assert len(news) == 3
    shop.steer.outbox.waiting = [news[place] for place in order]
    shop.steer.outbox.double()

    shop.settle()

    pack = shop.pack
    assert shop.wallet(user).available == pack.credits - pack.credits * 133 // pack.amount_minor


def test_the_sum_of_a_charge_and_its_single_refunds_count_once_together(shop: Shop, user: User) -> None:
    session = bought(shop, user)
    for _ in range(3):
        shop.steer.refund(session, 50)
    events = {event["type"] for event in shop.steer.outbox.waiting}
    assert {"charge.refunded", "refund.created"} <= events
    shop.steer.outbox.shuffle(random.Random(2))

    shop.settle()

    assert shop.wallet(user).available == shop.pack.credits - shop.pack.credits * 150 // shop.pack.amount_minor
    assert Reversal.objects.count() == 3


def test_a_refund_that_fails_gives_the_credits_back(shop: Shop, user: User) -> None:
    session = bought(shop, user)
    refund = shop.steer.refund(session)
    shop.settle()
    shop.steer.fail_refund(refund["id"])

    shop.settle()

    assert shop.wallet(user).available == shop.pack.credits
    assert shop.way.receipts_of(user)[0].refunded_minor == 0


def test_what_was_spent_is_owed_and_new_jobs_wait(shop: Shop, user: User) -> None:
    session = bought(shop, user)
    spend(shop, user, shop.pack.credits - 30)
    shop.steer.refund(session)

    shop.settle()

    wallet = shop.wallet(user)
    assert (wallet.available, wallet.owed) == (0, shop.pack.credits - 30)
    with pytest.raises(Owes):
        spend(shop, user, 1)


def test_the_next_payment_pays_the_debt_first(shop: Shop, user: User) -> None:
    session = bought(shop, user)
    spend(shop, user, 50)
    shop.steer.refund(session)
    shop.settle()

    shop.buy(user, shop.pack)
    shop.settle()

    wallet = shop.wallet(user)
    assert (wallet.available, wallet.owed) == (shop.pack.credits - 50, 0)


def test_a_dispute_takes_back_at_once_and_a_won_one_gives_back(shop: Shop, user: User) -> None:
    session = bought(shop, user)
    spend(shop, user, 50)
    dispute = shop.steer.dispute(session)["id"]
    shop.settle()
    wallet = shop.wallet(user)
    assert (wallet.available, wallet.owed) == (0, 50)
    assert shop.way.receipts_of(user)[0].disputed

    shop.steer.win(dispute)
    shop.settle()

    wallet = shop.wallet(user)
    assert (wallet.available, wallet.owed) == (shop.pack.credits - 50, 0)
    assert not shop.way.receipts_of(user)[0].disputed


def test_a_lost_dispute_stays_taken(shop: Shop, user: User) -> None:
    dispute = shop.steer.dispute(bought(shop, user))["id"]
    shop.steer.lose(dispute)
    shop.steer.outbox.double()
    shop.steer.outbox.shuffle(random.Random(3))

    shop.settle()

    assert shop.wallet(user).available == 0
    assert Reversal.objects.get().moves == 1


def test_an_inquiry_moves_nothing_until_it_becomes_a_dispute(shop: Shop, user: User) -> None:
    inquiry = shop.steer.dispute(bought(shop, user), inquiry=True)["id"]
    shop.settle()
    assert shop.wallet(user).available == shop.pack.credits

    shop.steer.escalate(inquiry)
    shop.settle()

    assert shop.wallet(user).available == 0


def test_news_of_a_won_dispute_alone_moves_nothing(shop: Shop, user: User) -> None:
    dispute = shop.steer.dispute(bought(shop, user))["id"]
    shop.steer.win(dispute)

    shop.settle()

    assert shop.wallet(user).available == shop.pack.credits
    assert Reversal.objects.get().moves == 0


def test_a_refund_and_a_dispute_of_one_payment_never_take_more_than_it_gave(shop: Shop, user: User) -> None:
    session = bought(shop, user)
    refund = shop.steer.refund(session, shop.pack.amount_minor // 2)
    shop.settle()
    shop.steer.dispute(session, amount=shop.pack.amount_minor)
    shop.settle()
    wallet = shop.wallet(user)
    assert (wallet.available, wallet.owed) == (0, 0)

    shop.steer.fail_refund(refund["id"])
    shop.settle()

    assert (shop.wallet(user).available, shop.wallet(user).owed) == (0, 0), "the dispute is of the whole amount"


def test_a_refunded_month_goes_back_too(shop: Shop, user: User) -> None:
    session = shop.buy(user, shop.pro)
    shop.settle()

    shop.steer.refund(session["invoice"])
    shop.settle()

    assert shop.wallet(user).available == 0


def test_a_refund_is_the_first_news_of_a_month(shop: Shop, user: User) -> None:
    session = shop.buy(user, shop.pro)
    shop.steer.refund(session["invoice"])
    shop.steer.outbox.waiting = [e for e in shop.steer.outbox.waiting if e["type"] == "refund.created"]

    shop.settle()

    assert Payment.objects.get().credits == shop.pro.monthly_credits
    assert shop.wallet(user).available == 0


def test_credits_on_hold_stay_with_their_job(shop: Shop, user: User) -> None:
    session = bought(shop, user)
    reference = Reference("job", uuid4())
    hold = credits_hold(owner=user, amount=40, key="h", reference=reference, memo="", now=shop.now)
    shop.steer.refund(session)
    shop.settle()
    wallet = shop.wallet(user)
    assert (wallet.available, wallet.held, wallet.owed) == (0, 40, 40)

    hold_capture(hold=hold, now=shop.now + timedelta(seconds=5))

    assert (shop.wallet(user).held, shop.wallet(user).owed) == (0, 40)


def test_a_refund_to_somebody_who_is_gone_is_known_and_moves_nothing(shop: Shop, user: User) -> None:
    session = bought(shop, user)
    account_erase(user=user)
    shop.steer.refund(session)

    shop.settle()

    assert Reversal.objects.get().credits == 0
    assert not StripeEvent.objects.exclude(state__in=("done", "ignored")).exists()


@pytest.mark.parametrize(
    ("paid", "gone", "expected"),
    [(500, 0, 0), (500, 1, 0), (500, 3, 1), (500, 499, 199), (500, 500, 200), (500, 900, 200), (0, 5, 0)],
)
def test_the_rule_of_proportion(paid: int, gone: int, expected: int) -> None:
    assert credits_gone(credits=200, paid=paid, gone=gone) == expected
