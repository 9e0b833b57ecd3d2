"""Payments in the admin, to look at; what is done about them, with a reason, is done on the operators' own pages."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from apps.wallets.stripe.models import Payment, Purchase, Reconciliation, Reversal, StripeEvent, Subscription


class _ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(StripeEvent)
class StripeEventAdmin(_ReadOnly):
    """What Stripe told us, and what came of it."""

    list_display = ("id", "type", "subject", "state", "reason", "attempts", "via", "received_at", "processed_at")
    list_filter = ("state", "via", "type")
    search_fields = ("id", "subject")


@admin.register(Payment)
class PaymentAdmin(_ReadOnly):
    """Money that came."""

    list_display = ("source", "user", "title", "amount_minor", "currency", "credits", "state", "reason", "paid_at")
    list_filter = ("state", "kind", "provider", "currency")
    list_select_related = ("user",)
    search_fields = ("source", "payment_intent", "user__email")


@admin.register(Reversal)
class ReversalAdmin(_ReadOnly):
    """Money that went back."""

    list_display = (
        "stripe_id",
        "kind",
        "payment",
        "amount_minor",
        "currency",
        "status",
        "reason",
        "credits",
        "created_at",
    )
    list_filter = ("kind", "status")
    list_select_related = ("payment",)


@admin.register(Subscription)
class SubscriptionAdmin(_ReadOnly):
    """Who pays every month."""

    list_display = ("stripe_id", "user", "plan", "status", "period_end", "ends", "told_at")
    list_filter = ("status", "provider", "plan")
    list_select_related = ("user", "plan")


@admin.register(Purchase)
class PurchaseAdmin(_ReadOnly):
    """Payments that were begun."""

    list_display = ("id", "user", "pack", "terms", "amount_minor", "currency", "status", "created_at")
    list_filter = ("status",)
    list_select_related = ("user", "pack", "terms")


@admin.register(Reconciliation)
class ReconciliationAdmin(_ReadOnly):
    """Comparisons with Stripe."""

    list_display = ("started_at", "since", "listed", "missed", "walked", "found", "error")
