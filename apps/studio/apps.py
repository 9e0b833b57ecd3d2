"""The studio app."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    """Registers the app with Django, and its kind of job with the queue."""

    name = "apps.studio"

    def ready(self) -> None:
        """Make "generate" jobs known; the web needs that too, to cancel them."""
        from apps.jobs import handlers
        from apps.studio import personal
        from apps.studio.tasks import announce, scratch  # noqa: F401 - connect to the worker's start
        from apps.studio.tasks.generate import GenerateHandler

        handlers.register(GenerateHandler())
        personal.register()
