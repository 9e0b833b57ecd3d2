"""The history in words: what every line of it means to its person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse

from apps.wallets.models import LotSource, Transfer
from apps.wallets.money import in_credits, signed
from apps.wallets.references import Link, Reference, resolve
from apps.wallets.selectors import HistoryLine

_CAME = {
    LotSource.MONTHLY: "Your monthly credits:",
    LotSource.SUBSCRIPTION: "Your subscription paid for a month:",
    LotSource.PACK: "You bought",
    LotSource.GIFT: "Given to you:",
    LotSource.GRACE: "Kept a few days longer, because they came back after their time:",
}
_CAME_ICONS = {
    LotSource.PACK: "credits",
    LotSource.SUBSCRIPTION: "credits",
    LotSource.GIFT: "gift",
    LotSource.GRACE: "clock",
}
_PAID_FOR = frozenset({LotSource.PACK, LotSource.SUBSCRIPTION, "refund", "dispute"})
_PLAIN = {
    Transfer.Kind.HOLD: ("Held for", "hourglass", "still"),
    Transfer.Kind.RELEASE: ("Came back, because nothing was made:", "undo", "in"),
    Transfer.Kind.HOLD_EXPIRE: ("Came back, because it took too long:", "undo", "in"),
    Transfer.Kind.EXPIRE: ("Ran out unused", "clock", "still"),
    Transfer.Kind.REPAY: ("Paid what was owed", "check", "still"),
    Transfer.Kind.GIVE_BACK: ("Given back, because a dispute was settled for you", "undo", "in"),
}
_TAKEN = {
    "refund": "Taken back, because a payment was refunded",
    "dispute": "Taken back, because a payment is disputed",
    "clawback": "Taken back by an operator",
}
_OWED = {
    "refund": "Owed, because refunded credits were already spent",
    "dispute": "Owed, because disputed credits were already spent",
    "clawback": "Owed, because credits taken back were already spent",
}


@dataclass(frozen=True, slots=True)
class LineWords:
    """A line of the history."""

    id: int
    at: datetime
    what: str
    title: str
    """The song or take that it is about, or a reason."""
    url: str
    amount: str
    after: str
    """What could be spent afterwards."""
    icon: str
    tone: str
    """in, out, still or bad."""


def lines_in_words(lines: Iterable[HistoryLine]) -> list[LineWords]:
    """Lines of the history, with what they are about; one call of each kind's resolver."""
    found = list(lines)
    links = resolve(line.reference for line in found if line.reference)
    return [_line(line, links) for line in found]


def _line(line: HistoryLine, links: dict[Reference, Link]) -> LineWords:
    link = links.get(line.reference) if line.reference else None
    what, amount, icon, tone = _words(line)
    title = line.memo or (link.title if link else "") or ("a song" if line.kind == Transfer.Kind.HOLD else "")
    return LineWords(
        id=line.id,
        at=line.at,
        what=what if title else what.removesuffix(":"),
        title=title,
        url=link.url if link else _receipts(line),
        amount=amount,
        after=f"{in_credits(line.balance_after)} left",
        icon=icon,
        tone=tone,
    )


def _receipts(line: HistoryLine) -> str:
    """Where what was paid for, or paid back, is listed; empty for everything else."""
    return reverse("wallet-receipts") if line.reason in _PAID_FOR else ""


def _words(line: HistoryLine) -> tuple[str, str, str, str]:
    """What happened, by how much, an icon and a tone."""
    if line.kind == Transfer.Kind.GRANT:
        source = LotSource(line.reason)
        return _CAME[source], signed(line.amount), _CAME_ICONS.get(source, "plus"), "in"
    if line.kind == Transfer.Kind.CAPTURE:
        back = f", {intcomma(line.amount)} came back" if line.amount else ""
        return f"{in_credits(line.charged)} spent{back}:", signed(line.amount) if back else "spent", "music", "still"
    if line.kind == Transfer.Kind.OWE:
        return _OWED.get(line.reason, "Owed"), f"{intcomma(-line.amount)} owed", "alert", "bad"
    if line.kind == Transfer.Kind.FORGIVE:
        return "What was owed is settled", f"{intcomma(line.amount)} less owed", "check", "in"
    if line.kind == Transfer.Kind.TAKE_BACK:
        return _TAKEN.get(line.reason, "Taken back"), signed(line.amount), "minus", "bad"
    what, icon, tone = _PLAIN[line.kind]
    return what, signed(line.amount), icon, tone
