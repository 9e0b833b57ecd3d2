"""The locks that services of the voices take, always in this order: job, performer, swap, owner."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from apps.accounts.models import User
from apps.voices.models import RegisteredPerformer, Swap


def lock_owner(owner: User) -> None:
    """Let nobody else count what is this person's until the end of the transaction."""
    _inside()
    User.objects.select_for_update(no_key=True, of=("self",)).only("pk").get(pk=owner.pk)


def locked_performer(performer_id: UUID) -> RegisteredPerformer:
    """The performer as it is now, locked until the end of the transaction; DoesNotExist when it is gone."""
    _inside()
    return (
        RegisteredPerformer.objects.select_for_update(of=("self",), no_key=True)
        .select_related("owner")
        .get(id=performer_id)
    )


def locked_swap(swap_id: UUID) -> Swap:
    """The request as it is now, locked until the end of the transaction; DoesNotExist when it is gone."""
    _inside()
    related = Swap.objects.select_related("owner", "version", "track", "registered")
    return related.select_for_update(of=("self",), no_key=True).get(id=swap_id)


def _inside() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("locks need a transaction")
