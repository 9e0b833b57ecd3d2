"""The app and what it registers."""

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """Intake and normalising."""

    name = "apps.uploads"
    label = "uploads"
