"""The voices app."""

from django.apps import AppConfig


class VoicesConfig(AppConfig):
    """Registers the app with Django, its kinds of job with the queue, and what it knows of a user."""

    name = "apps.voices"
    label = "voices"

    def ready(self) -> None:
        """Make its jobs known; the web needs that too, to cancel them."""
        from apps.jobs import handlers
        from apps.voices import personal
        from apps.voices.tasks import announce  # noqa: F401 - connects to the worker's start
        from apps.voices.tasks.register import RegisterHandler
        from apps.voices.tasks.swap import SwapHandler

        handlers.register(SwapHandler())
        handlers.register(RegisterHandler())
        personal.register()
