"""Who got how many of a month's credits already."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class MonthlyGrant(models.Model):
    """What a user got of one month's credits; locked while more is given, so that two looks at once give it once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    month = models.DateField(help_text="Its first day, in UTC.")
    credits = models.PositiveIntegerField(default=0, help_text="The most that a plan of theirs gave in it.")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "month"), name="wallets_monthlygrant_once"),)

    def __str__(self) -> str:
        return f"{self.credits} in {self.month:%Y-%m}"
