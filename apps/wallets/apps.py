"""The wallets app."""

from django.apps import AppConfig
from django.core import checks


class WalletsConfig(AppConfig):
    """Registers the app with Django, and what it knows of a user."""

    name = "apps.wallets"

    def ready(self) -> None:
        """Once the models are there."""
        from apps.wallets.checkout_test.guard import check_production
        from apps.wallets.stripe import personal

        checks.register(check_production, "wallets")
        personal.register()
