"""The studio app."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    """Registers the app with Django, and its kind of job with the queue."""

    name = "apps.studio"

    def ready(self) -> None:
        """Make "generate" jobs known; the web needs that too, to cancel them."""
        from apps.jobs import handlers, worker
        from apps.studio import personal, references
        from apps.studio.tasks import announce  # noqa: F401 - connects to the worker's start
        from apps.studio.tasks.batches import places_wanted
        from apps.studio.tasks.generate import GenerateHandler

        handlers.register(GenerateHandler())
        worker.wish_for_places(places_wanted)
        personal.register()
        references.register_jobs()
