"""The wallets app."""

from django.apps import AppConfig


class WalletsConfig(AppConfig):
    """Registers the app with Django, and what it knows of a user."""

    name = "apps.wallets"

    def ready(self) -> None:
        """Once the models are there."""
        from apps.wallets.stripe import personal

        personal.register()
