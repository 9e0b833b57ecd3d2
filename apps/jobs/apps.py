"""The jobs app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Registers the app with Django, its figures with Prometheus, and its share of an export."""

    name = "apps.jobs"

    def ready(self) -> None:
        """Once the models are there."""
        from apps.jobs import metrics, personal, scratch  # noqa: F401 - scratch connects to the worker's start
        from apps.jobs.selectors import unfinished
        from apps.jobs.services.charge import REFERENCE
        from apps.wallets.operations import forgotten

        metrics.register()
        personal.register()
        forgotten.register(REFERENCE, unfinished)
