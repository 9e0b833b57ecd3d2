"""What operators did to wallets, and what each proof of the books found. Both only grow: a trigger refuses the rest."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

REASON_LENGTH = 200
LOOK = "wallets.look_into_wallets"
CHANGE = "wallets.change_wallets"


class OperatorAction(models.Model):
    """One thing an operator did; its `key` makes the same form, sent twice, one action."""

    class Kind(models.TextChoices):
        """What was done."""

        GRANT = "grant", "granted"
        TAKE_BACK = "take_back", "took back"
        FORGIVE = "forgive", "forgave"
        RELEASE = "release", "released a hold of"
        PROCESS = "process", "processed an event again"
        SETTLE = "settle", "dealt with a payment"

    key = models.CharField(max_length=80, unique=True)
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", help_text="Whose wallet it was done to."
    )
    kind = models.CharField(max_length=10, choices=Kind)
    amount = models.PositiveBigIntegerField(null=True, help_text="Credits.")
    subject = models.CharField(max_length=100, blank=True, help_text="The id of the lot, hold or event it was about.")
    reason = models.CharField(max_length=REASON_LENGTH)
    outcome = models.CharField(max_length=200, help_text="What came of it, as a sentence.")

    class Meta:
        ordering = ("-id",)
        default_permissions = ()
        permissions = (
            (LOOK.partition(".")[2], "Can look into any wallet and see the money"),
            (CHANGE.partition(".")[2], "Can grant, take back and forgive credits, and release holds"),
        )
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="wallets_action_has_a_reason"),)
        indexes = (models.Index(fields=("owner", "-id"), name="wallets_action_owner"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.outcome}"


class Proof(models.Model):
    """What one look at all the books found; see `apps.wallets.proof`."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    passed = models.BooleanField()
    figures = models.JSONField(default=dict, help_text="What credits did by month, up to the last line that it saw.")
    checks = models.JSONField(help_text="A list of name, title, checked, wrong, examples; in the order they ran.")

    class Meta:
        ordering = ("-id",)
        default_permissions = ()

    @property
    def checked(self) -> int:
        """How many rows were looked at."""
        return sum(check["checked"] for check in self.checks)

    @property
    def wrong(self) -> int:
        """How many differences there were."""
        return sum(check["wrong"] for check in self.checks)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.finished_at - self.started_at).total_seconds()

    def __str__(self) -> str:
        return f"{'passed' if self.passed else 'failed'} at {self.finished_at:%Y-%m-%d %H:%M}"
