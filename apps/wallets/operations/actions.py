"""What an operator can do to a wallet: each with a reason, once for each form, and kept with who did it.

An action and its row are one transaction, and a form's key lets only one such transaction in at a time: the second of
two clicks waits for the first to commit, finds its row, and does nothing. The ledger's own key, made of the same one,
would stop it as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from apps.accounts.idempotency import form_hash
from apps.accounts.models import User
from apps.wallets.models import Account, Lot, LotSource, OpenHold, Transfer
from apps.wallets.money import in_credits
from apps.wallets.operations.models import CHANGE, OperatorAction
from apps.wallets.services.credits_grant import credits_grant
from apps.wallets.services.credits_take_back import credits_give_back, credits_take_back
from apps.wallets.services.hold_resolve import hold_release
from apps.wallets.stripe.events import event_again
from apps.wallets.stripe.models import Payment, StripeEvent
from apps.wallets.stripe.waking import wake

Kind = OperatorAction.Kind

log = structlog.get_logger(__name__)


class ActionRefused(Exception):
    """Why nothing was done, in a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Order:
    """Who does something, why, and the key of the form that says so."""

    by: User
    reason: str
    key: UUID
    now: datetime

    @property
    def ledger_key(self) -> str:
        """How the ledger knows it."""
        return f"operator:{self.key}"


def operator_grant(order: Order, *, owner: User, amount: int, expires_at: datetime | None) -> OperatorAction:
    """Give credits; what the person owes is paid of them first. ActionRefused for a day that is over."""

    def run() -> str:
        if expires_at is not None and expires_at <= order.now:
            raise ActionRefused("The day until which they should last is over. Choose another one.")
        credits_grant(
            owner=owner,
            amount=amount,
            source=LotSource.GIFT,
            key=order.ledger_key,
            memo=order.reason,
            expires_at=expires_at,
            now=order.now,
        )
        return f"{in_credits(amount)} {f'until {expires_at:%Y-%m-%d %H:%M} UTC' if expires_at else 'that never expire'}"

    return _once(order, Kind.GRANT, run, owner=owner, amount=amount, content={"expires_at": expires_at})


def operator_take_back(order: Order, *, owner: User, amount: int, lot: int | None) -> OperatorAction:
    """Take credits back, of `lot` first when it is given; what is missing becomes debt."""

    def run() -> str:
        if lot is not None and not Lot.objects.filter(pk=lot, account__owner=owner).exists():
            raise ActionRefused("This lot is not of this wallet.")
        back = credits_take_back(
            owner=owner,
            amount=amount,
            key=order.ledger_key,
            memo=order.reason,
            kind="clawback",
            now=order.now,
            lot=lot,
        )
        return f"{in_credits(back.taken)} taken" + (f", {in_credits(back.owed)} owed instead" if back.owed else "")

    return _once(order, Kind.TAKE_BACK, run, owner=owner, amount=amount, subject=f"lot {lot}" if lot else "")


def operator_forgive(order: Order, *, owner: User, amount: int) -> OperatorAction:
    """Forgive debt; ActionRefused when that much is not owed."""

    def run() -> str:
        # the ledger locks the same row first, so what is owed stays what it is until the end
        account = Account.objects.select_for_update().filter(owner=owner).first()
        if account is None or account.owed < amount:
            raise ActionRefused(f"Only {in_credits(account.owed if account else 0)} are owed by now.")
        back = credits_give_back(
            owner=owner, amount=amount, key=order.ledger_key, memo=order.reason, kind="clawback", now=order.now
        )
        return f"{in_credits(back.forgiven)} forgiven"

    return _once(order, Kind.FORGIVE, run, owner=owner, amount=amount)


def operator_release(order: Order, *, owner: User, hold: UUID) -> OperatorAction:
    """Release a hold that nobody will resolve; ActionRefused when it is not open, or somebody else's."""

    def run() -> str:
        if not OpenHold.objects.filter(pk=hold, account__owner=owner).exists():
            raise ActionRefused("This hold is not open any more.")
        hold_release(hold=hold, now=order.now, reason=order.reason)
        return f"{in_credits(Transfer.objects.get(hold=hold, kind=Transfer.Kind.HOLD).amount)} are free again"

    return _once(order, Kind.RELEASE, run, owner=owner, subject=f"hold {hold}")


def operator_process(order: Order, *, event: str) -> OperatorAction:
    """Have a worker deal with an event of Stripe's once more; ActionRefused when there is nothing to repeat."""

    def run() -> str:
        troubled = (StripeEvent.State.LOOK, StripeEvent.State.DEAD)
        row = StripeEvent.objects.select_for_update().filter(pk=event, state__in=troubled).first()
        if row is None:
            raise ActionRefused("This event does not need a look any more.")
        event_again(row, now=order.now)
        transaction.on_commit(wake, robust=True)
        return f"a worker looks at {row.type} again"

    return _once(order, Kind.PROCESS, run, subject=event[:100])


def operator_settle(order: Order, *, payment: UUID) -> OperatorAction:
    """Say that a payment which needed a look was dealt with: nothing is granted for it by itself any more."""

    def run() -> str:
        waiting = Payment.objects.filter(pk=payment, state=Payment.State.LOOK, looked_at=None)
        row = waiting.select_for_update().first()
        if row is None:
            raise ActionRefused("This payment does not need a look any more.")
        waiting.update(looked_at=order.now)
        return f"{row.source}: {row.reason}"[:200]

    return _once(order, Kind.SETTLE, run, subject=f"payment {payment}")


def _once(
    order: Order,
    kind: Kind,
    run: Callable[[], str],
    *,
    owner: User | None = None,
    amount: int | None = None,
    subject: str = "",
    content: Mapping[str, Any] | None = None,
) -> OperatorAction:
    """Do it with its row, or give the row of the first time; ActionRefused when that was something else."""
    if not order.by.has_perm(CHANGE):
        raise PermissionDenied
    about = {**(content or {}), "owner": owner and owner.pk, "amount": amount, "subject": subject, "by": order.by.pk}
    digest = form_hash(kind, {**about, "reason": order.reason})
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [order.ledger_key])
        known = OperatorAction.objects.filter(key=str(order.key)).first()
        if known is not None:
            if known.content_hash != digest:
                raise ActionRefused("This form was sent before with other content, and that was done. Begin again.")
            return known
        action = OperatorAction.objects.create(
            key=str(order.key),
            content_hash=digest,
            at=order.now,
            by=order.by,
            owner=owner,
            kind=kind,
            amount=amount,
            subject=subject,
            reason=order.reason,
            outcome=run(),
        )
    log.info("operator_acted", action=action.pk, kind=kind, by=str(order.by.pk), owner=str(owner.pk) if owner else "")
    return action
