"""The voices app."""

from django.apps import AppConfig


class VoicesConfig(AppConfig):
    """Registers the app with Django, its kinds of job with the queue, and what it knows of a user."""

    name = "apps.voices"
    label = "voices"

    def ready(self) -> None:
        """Make its jobs known; the web needs that too, to cancel them."""
        from apps.jobs import handlers
        from apps.library.publishing import register_check
        from apps.voices import personal
        from apps.voices.protected import watching
        from apps.voices.protected.selectors import refusal_of
        from apps.voices.tasks import announce  # noqa: F401 - connects to the worker's start
        from apps.voices.tasks.protected import ListenHandler, ProtectHandler
        from apps.voices.tasks.register import RegisterHandler
        from apps.voices.tasks.swap import SwapHandler

        handlers.register(SwapHandler())
        handlers.register(RegisterHandler())
        handlers.register(ProtectHandler())
        handlers.register(ListenHandler())
        register_check("likeness", refusal_of)
        watching.connect()
        personal.register()
