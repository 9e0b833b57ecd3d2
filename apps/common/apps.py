"""The common app."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Registers the app with Django."""

    name = "apps.common"
