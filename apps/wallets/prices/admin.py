"""Prices for operators: the list is the history, and a change is a new row with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import User
from apps.wallets.prices.models import Pack, PlanTerms, Price
from apps.wallets.prices.services import pack_retire, pack_set, price_set, terms_set


class _Appended(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    ordering = ("-since", "-id")
    list_select_related = ("by",)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was said stays said: add a row instead."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Old quotes refer to it."""
        return False

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new row counts from the moment it is saved."""
        return ("since",) if obj is None else super().get_exclude(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Through the service, which has the last word on what is added."""
        by = cast(User, request.user)
        obj.pk = self.added(by=by, now=timezone.now(), **form.cleaned_data).pk

    added: ClassVar[Callable[..., Any]]
    """The service that adds a row."""


@admin.register(Price)
class PriceAdmin(_Appended):
    """What engines cost."""

    list_display = ("engine", "operation", "credits_per_minute", "since", "announced", "reason", "by")
    list_filter = ("engine",)

    added = staticmethod(price_set)


@admin.register(Pack)
class PackAdmin(_Appended):
    """Packs of credits."""

    list_display = ("slug", "title", "credits", "amount_minor", "currency", "since", "retired_at", "reason", "by")
    list_filter = ("slug",)
    actions = ("retire",)

    added = staticmethod(pack_set)

    @admin.action(description="Sell no more", permissions=["add"])
    def retire(self, request: HttpRequest, chosen: QuerySet[Pack]) -> None:
        """Take the chosen packs off the shelf."""
        for slug in sorted(set(chosen.values_list("slug", flat=True))):
            pack_retire(slug=slug, by=cast(User, request.user), now=timezone.now())
        self.message_user(request, "The chosen packs are not sold any more.")


@admin.register(PlanTerms)
class PlanTermsAdmin(_Appended):
    """What plans give and cost."""

    list_display = ("plan", "monthly_credits", "amount_minor", "currency", "since", "reason", "by")
    list_filter = ("plan",)

    added = staticmethod(terms_set)
