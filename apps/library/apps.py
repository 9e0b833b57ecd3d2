"""The library app."""

from django.apps import AppConfig


class LibraryConfig(AppConfig):
    """Registers the app with Django."""

    name = "apps.library"

    def ready(self) -> None:
        """Add the user's tracks to exports and to the erasing of an account."""
        from apps.library import personal

        personal.register()
