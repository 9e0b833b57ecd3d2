"""The ledger's tables: an append-only journal, and balances that are caches of it. Only SQL functions write them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.wallets.fields import CreditsField, MovedCreditsField
from apps.wallets.monthly.models import MonthlyGrant
from apps.wallets.operations.models import OperatorAction, Proof
from apps.wallets.prices.models import Pack, PlanTerms, Price
from apps.wallets.stripe.models import (
    Payment,
    Purchase,
    Reconciliation,
    Reversal,
    StripeCustomer,
    StripeEvent,
    StripePrice,
    Subscription,
)

__all__ = [
    "Account",
    "AccountKind",
    "Answer",
    "Lot",
    "LotSource",
    "Memo",
    "MonthlyGrant",
    "OpenHold",
    "OperatorAction",
    "Pack",
    "Payment",
    "PlanTerms",
    "Price",
    "Proof",
    "Purchase",
    "Reconciliation",
    "Reversal",
    "StripeCustomer",
    "StripeEvent",
    "StripePrice",
    "Subscription",
    "Transfer",
]

MAX_AMOUNT = 10**12
"""Credits that one transfer may move: millions of such transfers stay within a 64-bit balance."""
KEY_LENGTH = 200
MEMO_LENGTH = 200


class AccountKind(models.TextChoices):
    """The accounts of the books. Credits and debt are a person's own; the others are the platform's."""

    CREDITS = "credits"
    DEBT = "debt"
    REVENUE = "revenue"
    ISSUED = "issued"
    EXPIRED = "expired"
    CLEARING = "clearing"


class LotSource(models.TextChoices):
    """Where the credits of a lot came from."""

    MONTHLY = "monthly"
    SUBSCRIPTION = "subscription"
    PACK = "pack"
    GIFT = "gift"
    GRACE = "grace"


class Account(models.Model):
    """The balances of a person's two accounts, credits and debt, in one row: one lock guards both.

    What is available and what is held make up the credits. Who deletes their user leaves the row without an owner.
    """

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    available = CreditsField(default=0)
    held = CreditsField(default=0)
    owed = CreditsField(default=0, help_text="The debt account.")

    def __str__(self) -> str:
        return f"account {self.pk}"


class Lot(models.Model):
    """Credits that came together and expire together; what is left of them is a cache, the rest never changes."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lots", db_index=False)
    source = models.CharField(max_length=12, choices=LotSource)
    amount = models.BigIntegerField()
    available = CreditsField()
    held = CreditsField(default=0)
    spent = models.BooleanField(default=False, help_text="Nothing remains; keeps old lots out of the indexes.")
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty for never.")
    memo = models.CharField(max_length=MEMO_LENGTH, blank=True)

    class Meta:
        # balances stay out of every index, so that a hold rewrites no index entry
        indexes = (
            models.Index("account", "expires_at", "id", name="wallets_lot_burn", condition=Q(spent=False)),
            models.Index(
                "expires_at", name="wallets_lot_expiry", condition=Q(spent=False) & Q(expires_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} {self.available + self.held} of {self.amount}"


class Transfer(models.Model):
    """One line of the journal: a positive amount from one account to another, and the lots it moved.

    A hold is pending: it moves nothing until a capture, a release or its expiry resolves it, each a row of its own.
    """

    class Kind(models.TextChoices):
        """What happened."""

        GRANT = "grant"
        HOLD = "hold"
        CAPTURE = "capture"
        RELEASE = "release"
        HOLD_EXPIRE = "hold_expire"
        EXPIRE = "expire"
        TAKE_BACK = "take_back"
        OWE = "owe"
        REPAY = "repay"
        GIVE_BACK = "give_back"
        FORGIVE = "forgive"

    PENDING: ClassVar[tuple[str, ...]] = (Kind.HOLD, Kind.RELEASE, Kind.HOLD_EXPIRE)
    """Kinds that change what is held, and no balance that is posted."""
    RESOLVES: ClassVar[tuple[str, ...]] = (Kind.CAPTURE, Kind.RELEASE, Kind.HOLD_EXPIRE)

    # no constraint, which would lock the account's row again: rows of accounts cannot be deleted
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="transfers", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=12, choices=Kind)
    debit = models.CharField(max_length=8, choices=AccountKind)
    credit = models.CharField(max_length=8, choices=AccountKind)
    amount = MovedCreditsField()
    released = CreditsField(default=0, help_text="What a capture in part gave back.")
    lots = ArrayField(models.BigIntegerField(), default=list)
    amounts = ArrayField(models.BigIntegerField(), default=list, help_text="For each of the lots.")
    hold = models.UUIDField(null=True, help_text="The hold that it is, or that it resolves.")
    reason = models.CharField(max_length=12, blank=True, help_text="A lot's source, or why credits were taken back.")
    reference_kind = models.CharField(max_length=20, blank=True)
    reference_id = models.UUIDField(null=True)
    key = models.CharField(max_length=KEY_LENGTH, blank=True)
    available = models.BigIntegerField(help_text="To spend, afterwards.")
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, help_text="Of a hold.")

    class Meta:
        constraints = (
            models.UniqueConstraint("hold", name="wallets_transfer_hold_once", condition=Q(kind="hold")),
            models.UniqueConstraint(
                "hold",
                name="wallets_transfer_resolved_once",
                condition=Q(kind__in=["capture", "release", "hold_expire"]),
            ),
        )
        indexes = (models.Index("account", F("id").desc(), name="wallets_transfer_history"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class OpenHold(models.Model):
    """A hold that nothing has resolved: a cache, so that the forgotten ones are found without reading the journal."""

    hold = models.UUIDField(primary_key=True)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    reference_kind = models.CharField(max_length=20, blank=True)
    reference_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.hold)


class Answer(models.Model):
    """What a key was answered, refusals included: the same request gets it again, another one is refused."""

    key = models.CharField(primary_key=True, max_length=KEY_LENGTH)
    content = models.BinaryField(help_text="SHA-256 of what was asked.")
    outcome = models.CharField(max_length=12)
    hold = models.UUIDField(null=True)
    first = models.BigIntegerField(null=True)
    second = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.key


class Memo(models.Model):
    """A transfer's words for the person. Beside the journal, because they go when the person does."""

    transfer = models.OneToOneField(
        Transfer, on_delete=models.PROTECT, primary_key=True, related_name="memo", db_constraint=False
    )
    text = models.CharField(max_length=MEMO_LENGTH)

    def __str__(self) -> str:
        return self.text
