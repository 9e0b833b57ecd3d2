"""The uploads app."""

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """Registers the app with Django, its kind of job with the queue, and what it knows of a user."""

    name = "apps.uploads"
    label = "uploads"

    def ready(self) -> None:
        """Make "normalise" jobs known; the web needs that too, to cancel them."""
        from apps.jobs import handlers
        from apps.uploads import personal
        from apps.uploads.tasks.normalise import NormaliseHandler

        handlers.register(NormaliseHandler())
        personal.register()
