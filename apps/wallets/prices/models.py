"""Prices of engines, packs of credits and plans' terms: the newest row counts, the others are history."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

MOST_CREDITS = 10_000_000
MOST_MINOR = 100_000_000
"""The most that money fields take, in the currency's smallest unit."""

_CURRENCY = RegexValidator(r"^[a-z]{3}\Z", "Write the currency as three small letters, like eur.")
_A_NUMBER = (MinValueValidator(1), MaxValueValidator(MOST_CREDITS))


class Dated(models.Model):
    """A row that counts from a moment until the next of its kind; the database refuses to change or delete it."""

    since = models.DateTimeField()
    reason = models.CharField(max_length=200, help_text="Why it changed; it stays in the history.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        abstract = True


class Price(Dated):
    """What a minute of music costs with an engine."""

    engine = models.CharField(max_length=40)
    operation = models.CharField(
        max_length=20, blank=True, help_text="As extend or cover; empty for all that have no price of their own."
    )
    credits_per_minute = models.PositiveIntegerField(validators=[MaxValueValidator(100_000)])
    announced = models.BooleanField(
        default=False, editable=False, help_text="Whether the engine brought it; an operator's price stands above that."
    )

    class Meta:
        indexes = (models.Index("engine", "operation", F("since").desc(), F("id").desc(), name="wallets_price_newest"),)

    def __str__(self) -> str:
        what = f" ({self.operation})" if self.operation else ""
        return f"{self.engine}{what}: {self.credits_per_minute} credits a minute"


class Pack(Dated):
    """Credits that can be bought at any time and never expire."""

    slug = models.SlugField(max_length=40, help_text="Stays the same when the terms change.")
    title = models.CharField(max_length=60)
    credits = models.PositiveIntegerField(validators=_A_NUMBER)
    amount_minor = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINOR)],
        help_text="The price in the currency's smallest unit: 500 is 5 euros.",
    )
    currency = models.CharField(max_length=3, default="eur", validators=[_CURRENCY])
    retired_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Not sold any more since then.")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(credits__gte=1) & Q(amount_minor__gte=1), name="wallets_pack_positive"),
            models.CheckConstraint(condition=Q(currency__regex="^[a-z]{3}$"), name="wallets_pack_currency"),
        )
        indexes = (models.Index("slug", F("since").desc(), F("id").desc(), name="wallets_pack_newest"),)

    def __str__(self) -> str:
        return f"{self.title}: {self.credits} credits"


class PlanTerms(Dated):
    """What a plan gives every month and what it costs; 0 for a plan that nobody pays for."""

    plan = models.ForeignKey("accounts.Plan", on_delete=models.PROTECT, related_name="terms", db_index=False)
    monthly_credits = models.PositiveIntegerField(validators=[MaxValueValidator(MOST_CREDITS)])
    amount_minor = models.PositiveIntegerField(
        validators=[MaxValueValidator(MOST_MINOR)],
        help_text="A month's price in the currency's smallest unit; 0 when it is free.",
    )
    currency = models.CharField(max_length=3, default="eur", validators=[_CURRENCY])

    class Meta:
        verbose_name_plural = "plan terms"
        constraints = (
            models.CheckConstraint(condition=Q(currency__regex="^[a-z]{3}$"), name="wallets_terms_currency"),
        )
        indexes = (models.Index("plan", F("since").desc(), F("id").desc(), name="wallets_terms_newest"),)

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.monthly_credits} credits a month"
