"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the app with Django."""

    name = "apps.accounts"

    def ready(self) -> None:
        """Make the token scheme known to the API's description, and the user's own rows to exports."""
        from apps.accounts import authentication, own_rows  # noqa: F401 - the scheme registers itself

        own_rows.register()
