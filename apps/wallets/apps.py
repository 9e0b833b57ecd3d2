"""The wallets app."""

from django.apps import AppConfig
from django.core import checks


class WalletsConfig(AppConfig):
    """Registers the app with Django, and what it knows of a user."""

    name = "apps.wallets"

    def ready(self) -> None:
        """Once the models are there."""
        from apps.wallets import personal as ledger
        from apps.wallets.checkout_test.guard import check_production
        from apps.wallets.monthly import signup  # noqa: F401 - hears who signs up
        from apps.wallets.operations import metrics
        from apps.wallets.prices import admin  # noqa: F401 - registers prices
        from apps.wallets.stripe import personal

        checks.register(check_production, "wallets")
        ledger.register()
        personal.register()
        metrics.register()
