"""The books in the admin, to look at: only the ledger's functions change them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.wallets.models import Account, Answer, Lot, Memo, OpenHold, OperatorAction, Proof, Transfer
from apps.wallets.operations.models import LOOK
from apps.wallets.stripe import admin as payments  # noqa: F401 - registers payments


class _ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Who may look into wallets."""
        return request.user.has_perm(LOOK)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may look into wallets."""
        return request.user.has_perm(LOOK)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(Account)
class AccountAdmin(_ReadOnly):
    """Balances."""

    list_display = ("id", "owner", "available", "held", "owed")
    list_select_related = ("owner",)
    search_fields = ("=id", "owner__email")


@admin.register(Lot)
class LotAdmin(_ReadOnly):
    """Credits that came together."""

    list_display = ("id", "account_id", "source", "amount", "available", "held", "granted_at", "expires_at")
    list_filter = ("source", "spent")
    search_fields = ("=id", "=account__id")


@admin.register(Transfer)
class TransferAdmin(_ReadOnly):
    """The journal."""

    list_display = ("id", "account_id", "kind", "debit", "credit", "amount", "released", "reason", "key", "at")
    list_filter = ("kind",)
    search_fields = ("=id", "=account__id", "=hold")


@admin.register(OpenHold)
class OpenHoldAdmin(_ReadOnly):
    """Holds that nothing has resolved."""

    list_display = ("hold", "account_id", "reference_kind", "reference_id", "at", "expires_at")
    search_fields = ("=hold", "=reference_id")


@admin.register(Answer)
class AnswerAdmin(_ReadOnly):
    """What keys were answered."""

    list_display = ("key", "outcome", "hold", "first", "second")
    search_fields = ("=key",)


@admin.register(Memo)
class MemoAdmin(_ReadOnly):
    """Words for the person."""

    list_display = ("transfer_id", "text")
    search_fields = ("=transfer__id",)


@admin.register(OperatorAction)
class OperatorActionAdmin(_ReadOnly):
    """What operators did."""

    list_display = ("at", "by", "kind", "owner", "amount", "outcome", "reason")
    list_filter = ("kind",)
    list_select_related = ("by", "owner")
    search_fields = ("owner__email", "by__email", "subject")


@admin.register(Proof)
class ProofAdmin(_ReadOnly):
    """What proofs found."""

    list_display = ("started_at", "passed", "checked", "wrong", "seconds")
    list_filter = ("passed",)
