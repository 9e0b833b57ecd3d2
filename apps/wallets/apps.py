"""The wallets app."""

from django.apps import AppConfig


class WalletsConfig(AppConfig):
    """Registers the app with Django."""

    name = "apps.wallets"
