"""The wallet in an export of everything personal; what a deleted person leaves is the models' own rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from apps.accounts.models import User
from apps.accounts.registry import register_export
from apps.wallets.models import Lot, Transfer


def register() -> None:
    """Add the sections."""
    register_export("wallet_lots", _lots)
    register_export("wallet_history", _history)


def _lots(user: User) -> Iterator[Mapping[str, Any]]:
    rows = Lot.objects.filter(account__owner=user).order_by("id")
    yield from rows.values("source", "amount", "available", "held", "granted_at", "expires_at", "memo").iterator()


def _history(user: User) -> Iterator[Mapping[str, Any]]:
    rows = Transfer.objects.filter(account__owner=user).order_by("id")
    yield from rows.values(
        "at", "kind", "amount", "released", "reason", "reference_kind", "reference_id", "available", "memo__text"
    ).iterator()
