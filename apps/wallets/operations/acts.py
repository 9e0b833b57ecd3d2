"""The pages of an operator's actions: what each asks, what it would do as things stand, and how it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apps.accounts.models import User
from apps.wallets.money import in_credits
from apps.wallets.operations import actions
from apps.wallets.operations.actions import Order
from apps.wallets.operations.forms import AmountForm, GrantForm, ReasonForm, ReleaseForm, TakeBackForm
from apps.wallets.operations.models import OperatorAction
from apps.wallets.operations.selectors import open_holds
from apps.wallets.selectors import Wallet


@dataclass(frozen=True, slots=True)
class Looked:
    """The wallet an action is about, as it is now."""

    owner: User
    wallet: Wallet
    now: datetime


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would happen as things stand; balances afterwards, in credits."""

    sentence: str
    available: int
    owed: int
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One kind of action."""

    title: str
    ask: str
    note: str
    grave: bool
    form: Callable[..., ReasonForm]
    """Of what was sent (or None), what it starts with, and the wallet."""
    foreseen: Callable[[Any, Looked], Foreseen]
    done: Callable[[Order, Any, User], OperatorAction]


def _plain(kind: type[ReasonForm]) -> Callable[..., ReasonForm]:
    def form(data: Any, initial: dict[str, Any], looked: Looked) -> ReasonForm:
        return kind(data, initial=initial)

    return form


def _grant_form(data: Any, initial: dict[str, Any], looked: Looked) -> ReasonForm:
    return GrantForm(data, initial=initial, today=looked.now.astimezone(UTC).date())


def _grant_foreseen(form: GrantForm, looked: Looked) -> Foreseen:
    amount, owed = form.cleaned_data["amount"], looked.wallet.owed
    paid = min(amount, owed)
    until = f"until the end of {form.cleaned_data['expires_on']:%-d %B %Y}" if form.expires_at else "that never expire"
    warning = f"{in_credits(paid)} of them pay what is owed, {in_credits(amount - paid)} can be spent." if paid else ""
    return Foreseen(f"{in_credits(amount)} {until}.", looked.wallet.available + amount - paid, owed - paid, warning)


def _take_form(data: Any, initial: dict[str, Any], looked: Looked) -> ReasonForm:
    lots = [(lot.id, f"lot {lot.id}, {lot.source}: {lot.left} left") for lot in looked.wallet.lots]
    return TakeBackForm(data, initial=initial, lots=lots)


def _take_foreseen(form: TakeBackForm, looked: Looked) -> Foreseen:
    amount, wallet = form.cleaned_data["amount"], looked.wallet
    taken = min(amount, wallet.available)
    missing = amount - taken
    warning = ""
    if missing:
        warning = (
            f"Only {in_credits(taken)} are free to take. The other {missing:,} become debt: the wallet then owes "
            f"{in_credits(wallet.owed + missing)}, and no new song starts until that is paid or forgiven."
        )
    return Foreseen(f"{in_credits(amount)} go back.", wallet.available - taken, wallet.owed + missing, warning)


def _forgive_foreseen(form: AmountForm, looked: Looked) -> Foreseen:
    amount, wallet = form.cleaned_data["amount"], looked.wallet
    warning = f"Only {in_credits(wallet.owed)} are owed, so this will be refused." if amount > wallet.owed else ""
    return Foreseen(
        f"{in_credits(amount)} are owed no longer.", wallet.available, max(0, wallet.owed - amount), warning
    )


def _release_foreseen(form: ReleaseForm, looked: Looked) -> Foreseen:
    wallet = looked.wallet
    hold = next((hold for hold in open_holds(looked.owner) if hold.id == form.cleaned_data["hold"]), None)
    if hold is None:
        return Foreseen("This hold is not open any more.", wallet.available, wallet.owed, "It will be refused.")
    warning = "" if hold.over else "Its job still waits or runs. If it succeeds, the credits are taken anew."
    paid = min(hold.amount, wallet.owed)
    return Foreseen(
        f"{in_credits(hold.amount)}, held for “{hold.title}”, are free again.",
        wallet.available + hold.amount - paid,
        wallet.owed - paid,
        warning,
    )


def _grant(order: Order, form: GrantForm, owner: User) -> OperatorAction:
    amount = form.cleaned_data["amount"]
    return actions.operator_grant(order, owner=owner, amount=amount, expires_at=form.expires_at)


def _take_back(order: Order, form: TakeBackForm, owner: User) -> OperatorAction:
    amount, lot = form.cleaned_data["amount"], form.cleaned_data["lot"]
    return actions.operator_take_back(order, owner=owner, amount=amount, lot=lot)


def _forgive(order: Order, form: AmountForm, owner: User) -> OperatorAction:
    return actions.operator_forgive(order, owner=owner, amount=form.cleaned_data["amount"])


def _release(order: Order, form: ReleaseForm, owner: User) -> OperatorAction:
    return actions.operator_release(order, owner=owner, hold=form.cleaned_data["hold"])


ACTS: Mapping[str, Act] = {
    "grant": Act(
        title="Grant credits",
        ask="Grant these credits?",
        note="They are a gift: nobody pays for them.",
        grave=False,
        form=_grant_form,
        foreseen=_grant_foreseen,
        done=_grant,
    ),
    "take-back": Act(
        title="Take credits back",
        ask="Take these credits back?",
        note="What is held stays with its jobs. Taking more than is free makes debt.",
        grave=True,
        form=_take_form,
        foreseen=_take_foreseen,
        done=_take_back,
    ),
    "forgive": Act(
        title="Forgive debt",
        ask="Forgive this debt?",
        note="",
        grave=False,
        form=_plain(AmountForm),
        foreseen=_forgive_foreseen,
        done=_forgive,
    ),
    "release": Act(
        title="Release the hold",
        ask="Release this hold?",
        note="For a hold that nobody will charge or give back. Holds whose job has ended are released by themselves.",
        grave=True,
        form=_plain(ReleaseForm),
        foreseen=_release_foreseen,
        done=_release,
    ),
}
