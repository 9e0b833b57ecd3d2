"""The wallet in words: every kind of line says what happened, lots say until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from apps.wallets.history_words import lines_in_words
from apps.wallets.holdings import Balance
from apps.wallets.models import LotSource, Transfer
from apps.wallets.money import money
from apps.wallets.presentation import lots_in_words, purchase_in_words
from apps.wallets.references import Link, Reference, register
from apps.wallets.selectors import HistoryLine, LotLeft

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SONG = Reference("test-song", UUID(int=7))


def line(kind: Transfer.Kind, amount: int, *, memo: str = "", reason: str = "", charged: int = 0) -> HistoryLine:
    return HistoryLine(
        id=1, at=NOW, kind=kind, amount=amount, charged=charged, memo=memo, reason=reason,
        reference=SONG if kind in {Transfer.Kind.HOLD, *Transfer.RESOLVES} else None, hold=None, balance_after=40,
    )  # fmt: skip


def test_a_line_about_a_song_names_it_and_leads_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.wallets.references._resolvers", {})
    register(SONG.kind, lambda ids: {key: Link("Night train", "/tracks/7/") for key in ids})

    held, spent, partly, back = lines_in_words(
        [
            line(Transfer.Kind.HOLD, -8, memo="Night train, take 2"),
            line(Transfer.Kind.CAPTURE, 0, memo="Night train, take 2", charged=8),
            line(Transfer.Kind.CAPTURE, 2, memo="Night train, take 2", charged=6),
            line(Transfer.Kind.RELEASE, 8),
        ]
    )

    assert (held.what, held.title, held.url, held.amount) == ("Held for", "Night train, take 2", "/tracks/7/", "−8")
    assert (spent.what, spent.amount) == ("8 credits spent:", "spent")
    assert (partly.what, partly.amount) == ("6 credits spent, 2 came back:", "+2")
    assert (back.what, back.title, back.amount) == ("Came back, because nothing was made:", "Night train", "+8")


def test_every_kind_of_line_is_explained() -> None:
    reasons = {Transfer.Kind.GRANT: "gift", Transfer.Kind.TAKE_BACK: "refund", Transfer.Kind.OWE: "dispute"}
    words = [lines_in_words([line(kind, 5, reason=reasons.get(kind, ""))])[0] for kind in Transfer.Kind]

    assert all(each.what for each in words)
    assert len({each.what for each in words}) == len(Transfer.Kind)


@pytest.mark.parametrize("source", LotSource)
def test_every_source_of_credits_is_told_in_the_history_and_among_the_lots(source: LotSource) -> None:
    granted = lines_in_words([line(Transfer.Kind.GRANT, 1200, reason=source)])[0]
    lot = lots_in_words([LotLeft(1, source, 1200, 0, None, "")], now=NOW)[0]

    assert granted.amount == "+1,200"
    assert granted.what
    assert not granted.what.endswith(":")
    assert lot.what


def test_lots_say_the_last_day_on_which_they_count() -> None:
    end_of_month = datetime(2026, 12, 1, tzinfo=UTC)
    lots = [
        LotLeft(1, LotSource.GRACE, 3, 0, NOW + timedelta(hours=5), ""),
        LotLeft(2, LotSource.SUBSCRIPTION, 9, 0, NOW + timedelta(days=3), ""),
        LotLeft(3, LotSource.MONTHLY, 120, 8, end_of_month, ""),
        LotLeft(4, LotSource.PACK, 200, 0, None, ""),
    ]

    today, few, month, pack = lots_in_words(lots, now=NOW)

    assert (today.soon, few.soon) == ("less than a day left", "3 days left")
    assert (month.left, month.held, month.until, month.soon) == (120, 8, "until 30 November 2026", "")
    assert pack.until == "never expire, used last"


def test_a_purchase_that_is_not_there_yet_is_waited_for_calmly() -> None:
    assert purchase_in_words(None, Balance(0, 0, 0), late=False).state == "waiting"
    assert purchase_in_words(None, Balance(0, 0, 0), late=True).state == "late"


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (500, "eur", "€5"),
        (550, "EUR", "€5.50"),
        (123456, "usd", "$1,234.56"),
        (500, "jpy", "JPY 500"),
        (905, "chf", "CHF 9.05"),
    ],
)
def test_money_is_written_in_its_own_currency(amount: int, currency: str, written: str) -> None:
    assert money(amount, currency) == written
