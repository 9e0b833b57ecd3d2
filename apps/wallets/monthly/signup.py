"""Who signs up has the first month's credits at once."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_signed_up
from django.dispatch import receiver
from django.utils import timezone

from apps.accounts.models import User
from apps.wallets.monthly.services import monthly_grant_due


@receiver(user_signed_up)
def _welcome(user: User, **_: Any) -> None:
    monthly_grant_due(user=user, now=timezone.now())
