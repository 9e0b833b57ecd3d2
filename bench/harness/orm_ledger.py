"""The ledger as one would write it first: the ORM, `select_for_update`, the same tables and the same rules.

What ours is measured against.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from apps.common.ids import new_id
from apps.wallets.errors import KeyReused, NotEnough, Owes
from apps.wallets.models import Account, Answer, Lot, Memo, OpenHold, Transfer
from apps.wallets.references import Reference

LIFE = timedelta(days=7)


@transaction.atomic
def orm_hold(*, owner: UUID, amount: int, key: str, reference: Reference, memo: str, now: datetime) -> UUID:
    """Put credits aside, those first that expire soonest."""
    account = Account.objects.select_for_update().get(owner_id=owner)
    if Answer.objects.filter(key=key).exists():
        raise KeyReused(key)
    if account.owed:
        raise Owes(account.owed)
    rest, lots, amounts = amount, [], []
    live = Lot.objects.select_for_update().filter(account=account, spent=False)
    live = live.filter(Q(expires_at=None) | Q(expires_at__gt=now)).filter(available__gt=0)
    for lot in live.order_by(F("expires_at").asc(nulls_last=True), "id"):
        part = min(rest, lot.available)
        lot.available -= part
        lot.held += part
        lot.save(update_fields=["available", "held"])
        lots.append(lot.pk)
        amounts.append(part)
        rest -= part
        if not rest:
            break
    if rest:
        raise NotEnough(amount, amount - rest)
    account.available -= amount
    account.held += amount
    account.save(update_fields=["available", "held"])
    hold = new_id()
    Answer.objects.create(key=key, content=key.encode(), outcome="held", hold=hold)
    line = Transfer.objects.create(
        account=account,
        kind="hold",
        debit="credits",
        credit="revenue",
        amount=amount,
        lots=lots,
        amounts=amounts,
        hold=hold,
        reference_kind=reference.kind,
        reference_id=reference.id,
        key=key,
        available=account.available,
        at=now,
        expires_at=now + LIFE,
    )
    OpenHold.objects.create(
        hold=hold,
        account=account,
        reference_kind=reference.kind,
        reference_id=reference.id,
        at=now,
        expires_at=now + LIFE,
    )
    Memo.objects.create(transfer=line, text=memo)
    return hold


@transaction.atomic
def orm_capture(*, hold: UUID, now: datetime) -> None:
    """Charge all that is held."""
    held = Transfer.objects.get(kind="hold", hold=hold)
    account = Account.objects.select_for_update().get(pk=held.account_id)
    OpenHold.objects.get(hold=hold).delete()
    parts = dict(zip(held.lots, held.amounts, strict=True))
    for lot in Lot.objects.select_for_update().filter(pk__in=parts).order_by("id"):
        lot.held -= parts[lot.pk]
        lot.spent = not (lot.available or lot.held)
        lot.save(update_fields=["held", "spent"])
    account.held -= held.amount
    account.save(update_fields=["held"])
    Transfer.objects.create(
        account=account,
        kind="capture",
        debit="credits",
        credit="revenue",
        amount=held.amount,
        lots=held.lots,
        amounts=held.amounts,
        hold=hold,
        reference_kind=held.reference_kind,
        reference_id=held.reference_id,
        available=account.available,
        at=now,
    )
