"""The discover app."""

from django.apps import AppConfig


class DiscoverConfig(AppConfig):
    """Registers the app with Django."""

    name = "apps.discover"
