"""What we know of money at Stripe. Amounts are in a currency's smallest unit; credits live in the ledger alone."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.common.ids import new_id

ID_LENGTH = 255
"""As long as an id of Stripe's can get."""


class Provider(models.TextChoices):
    """Who says that it was paid."""

    STRIPE = "stripe"
    TEST = "test", "test checkout"


class StripeCustomer(models.Model):
    """A user as Stripe knows them: one at a time, and kept for ever, so that late news still finds its place."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="stripe_customers"
    )
    stripe_id = models.CharField(max_length=ID_LENGTH, unique=True)
    created_at = models.DateTimeField()
    replaced_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when Stripe does not know it any more, and the user has another."
    )
    erase_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when Stripe must be told that the account is deleted."
    )
    erased_at = models.DateTimeField(null=True, blank=True, help_text="When Stripe was told.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user",), condition=Q(replaced_at=None), name="wallets_customer_one_each"),
        )
        indexes = (
            models.Index(
                "erase_at", name="wallets_customer_erase", condition=Q(erase_at__isnull=False, erased_at=None)
            ),
        )

    def __str__(self) -> str:
        return self.stripe_id


class StripePrice(models.Model):
    """The price at Stripe that stands for a plan's terms."""

    terms = models.OneToOneField("wallets.PlanTerms", models.PROTECT, related_name="stripe_price")
    stripe_id = models.CharField(max_length=ID_LENGTH, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.stripe_id


class Purchase(models.Model):
    """A payment somebody began, with the terms they were shown; its id is in everything that Stripe sends of it."""

    class Status(models.TextChoices):
        """How far it got."""

        OPEN = "open"
        PAID = "paid"
        PENDING = "pending", "paid by a slow way"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    pack = models.ForeignKey("wallets.Pack", models.PROTECT, null=True, blank=True, related_name="+")
    terms = models.ForeignKey("wallets.PlanTerms", models.PROTECT, null=True, blank=True, related_name="+")
    amount_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    credits = models.PositiveIntegerField()
    session = models.CharField(max_length=ID_LENGTH, unique=True, null=True, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    success_url = models.CharField(max_length=500)
    cancel_url = models.CharField(max_length=500)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="Stripe takes no payment for it afterwards.")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(pack__isnull=False, terms=None) | Q(pack=None, terms__isnull=False),
                name="wallets_purchase_one_product",
            ),
            # two tabs lead to one payment
            models.UniqueConstraint(
                fields=("user", "pack"), condition=Q(status="open", pack__isnull=False), name="wallets_purchase_pack"
            ),
            models.UniqueConstraint(
                fields=("user",), condition=Q(status="open", terms__isnull=False), name="wallets_purchase_plan"
            ),
        )
        indexes = (
            models.Index("created_at", name="wallets_purchase_open", condition=Q(status__in=("open", "pending"))),
            models.Index("user", F("created_at").desc(), name="wallets_purchase_user"),
        )

    def __str__(self) -> str:
        return f"{self.id} ({self.status})"


class Subscription(models.Model):
    """A subscription as the payment service last told it."""

    provider = models.CharField(max_length=6, choices=Provider, default=Provider.STRIPE)
    stripe_id = models.CharField(max_length=ID_LENGTH, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="subscriptions"
    )
    plan = models.ForeignKey("accounts.Plan", models.PROTECT, related_name="+")
    terms = models.ForeignKey("wallets.PlanTerms", models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=20)
    period_end = models.DateTimeField(null=True, blank=True)
    ends = models.BooleanField(default=False, help_text="It was cancelled and runs until the period's end.")
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(help_text="When Stripe was last asked about it.")

    class Meta:
        ordering = ("-created_at",)
        indexes = (models.Index("told_at", name="wallets_subscription_told"),)

    def __str__(self) -> str:
        return f"{self.stripe_id} ({self.status})"


class Payment(models.Model):
    """Money that came: a paid Checkout Session of a pack, or a paid invoice of a subscription."""

    class Kind(models.TextChoices):
        """What was paid."""

        PACK = "pack", "credit pack"
        SUBSCRIPTION = "subscription"

    class State(models.TextChoices):
        """What became of it."""

        GRANTED = "granted"
        LOOK = "look", "needs a look"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.CharField(max_length=6, choices=Provider, default=Provider.STRIPE)
    source = models.CharField(max_length=ID_LENGTH, unique=True, help_text="The Checkout Session's or invoice's id.")
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=8, choices=State)
    reason = models.CharField(max_length=300, blank=True, help_text="Why nothing was granted.")
    looked_at = models.DateTimeField(null=True, blank=True, help_text="When an operator dealt with it.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="payments")
    subscription = models.ForeignKey(Subscription, models.SET_NULL, null=True, blank=True, related_name="payments")
    title = models.CharField(max_length=120)
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    credits = models.PositiveIntegerField(help_text="What was granted for it.")
    lot = models.BigIntegerField(null=True, blank=True, help_text="The lot in the ledger.")
    payment_intent = models.CharField(max_length=ID_LENGTH, blank=True)
    receipt_url = models.CharField(max_length=2000, blank=True)
    paid_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-paid_at", "-id")
        indexes = (
            models.Index("user", F("paid_at").desc(), name="wallets_payment_user"),
            models.Index("paid_at", name="wallets_payment_paid"),
            models.Index("payment_intent", name="wallets_payment_intent", condition=~Q(payment_intent="")),
            models.Index("created_at", name="wallets_payment_look", condition=Q(state="look", looked_at=None)),
        )

    def __str__(self) -> str:
        return f"{self.source} ({self.state})"


class Reversal(models.Model):
    """Money that went back, or is held back: a refund or a dispute."""

    class Kind(models.TextChoices):
        """Who asked for it."""

        REFUND = "refund"
        DISPUTE = "dispute"

    kind = models.CharField(max_length=7, choices=Kind)
    stripe_id = models.CharField(max_length=ID_LENGTH, unique=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="reversals")
    amount_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=40)
    reason = models.CharField(max_length=60, blank=True)
    counts = models.BooleanField(help_text="Whether the money is gone as things stand.")
    moves = models.PositiveIntegerField(default=0, help_text="How often it changed the ledger.")
    credits = models.IntegerField(
        default=0, help_text="What it took from the wallet so far, debt included; below 0 where it gave more back."
    )
    created_at = models.DateTimeField()
    told_at = models.DateTimeField(help_text="When Stripe was last asked about it.")

    class Meta:
        ordering = ("-created_at",)
        indexes = (models.Index("kind", F("created_at").desc(), name="wallets_reversal_kind"),)

    def __str__(self) -> str:
        return f"{self.stripe_id} ({self.status})"


class StripeEvent(models.Model):
    """A message of Stripe's, stored once; only what it is about, because the thing itself is asked for again."""

    class State(models.TextChoices):
        """How far it got."""

        WAITING = "waiting"
        DONE = "done"
        IGNORED = "ignored"
        LOOK = "look", "needs a look"
        DEAD = "dead", "given up"

    class Via(models.TextChoices):
        """How it came."""

        WEBHOOK = "webhook"
        RECONCILIATION = "reconciliation"

    id = models.CharField(max_length=ID_LENGTH, primary_key=True)
    type = models.CharField(max_length=100)
    subject = models.CharField(max_length=ID_LENGTH, help_text="The id of what it is about.")
    created_at = models.DateTimeField(help_text="By Stripe's clock.")
    received_at = models.DateTimeField()
    via = models.CharField(max_length=14, choices=Via)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-received_at", "-id")
        indexes = (
            models.Index("next_try_at", name="wallets_event_due", condition=Q(state="waiting")),
            models.Index(F("received_at").desc(), name="wallets_event_received"),
            models.Index("state", name="wallets_event_trouble", condition=Q(state__in=("look", "dead"))),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Reconciliation(models.Model):
    """One comparison with what Stripe says has happened."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    since = models.DateTimeField(help_text="Everything that happened at Stripe from here on was looked at.")
    listed = models.PositiveIntegerField(default=0, help_text="Events that Stripe listed.")
    missed = models.PositiveIntegerField(default=0, help_text="Those that had never come here.")
    walked = models.PositiveIntegerField(default=0, help_text="Open payments and subscriptions that were asked about.")
    found = models.PositiveIntegerField(default=0, help_text="Those of them that had changed unnoticed.")
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-started_at",)

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}: {self.missed} missed"
