"""Where the test checkout may be used: never where people depend on the installation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from apps.wallets.checkout import Payments


def allowed() -> bool:
    """Whether this installation's way to pay is the test checkout, and nobody depends on it."""
    return Payments(settings.PAYMENTS) is Payments.TEST and not settings.PRODUCTION


def check_production(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Production with the test checkout would give credits for nothing."""
    if Payments(settings.PAYMENTS) is not Payments.TEST or not settings.PRODUCTION:
        return []
    return [
        Error(
            "The test checkout gives credits for nothing, so production does not start with it.",
            hint="Set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET, or PAYMENTS=off.",
            id="wallets.E001",
        )
    ]
