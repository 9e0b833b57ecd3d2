"""Payments for operators, to look at; events can be dealt with once more."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.wallets.stripe.events import event_again
from apps.wallets.stripe.models import Payment, Purchase, Reconciliation, Reversal, StripeEvent, Subscription
from apps.wallets.stripe.waking import wake


class _ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_again_permission(self, request: HttpRequest) -> bool:
        """Only who may change events and payments may act on them."""
        return request.user.has_perm(f"wallets.change_{self.opts.model_name}")


@admin.register(StripeEvent)
class StripeEventAdmin(_ReadOnly):
    """What Stripe told us, and what came of it."""

    list_display = ("id", "type", "subject", "state", "reason", "attempts", "via", "received_at", "processed_at")
    list_filter = ("state", "via", "type")
    search_fields = ("id", "subject")
    actions = ("again",)

    @admin.action(description="Process again", permissions=["again"])
    def again(self, request: HttpRequest, chosen: QuerySet[StripeEvent]) -> None:
        """From the first attempt on; the ledger's keys keep it from counting twice."""
        for event in chosen:
            event_again(event, now=timezone.now())
        wake()
        self.message_user(request, "A worker deals with the chosen events again.")


@admin.register(Payment)
class PaymentAdmin(_ReadOnly):
    """Money that came."""

    list_display = ("source", "user", "title", "amount_minor", "currency", "credits", "state", "reason", "paid_at")
    list_filter = ("state", "kind", "provider", "currency")
    list_select_related = ("user",)
    search_fields = ("source", "payment_intent", "user__email")
    actions = ("dealt_with",)

    @admin.action(description="Mark as dealt with", permissions=["again"])
    def dealt_with(self, request: HttpRequest, chosen: QuerySet[Payment]) -> None:
        """Nothing will be granted for it by itself any more."""
        chosen.filter(state=Payment.State.LOOK, looked_at=None).update(looked_at=timezone.now())


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
