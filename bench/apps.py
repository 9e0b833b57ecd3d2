"""The bench app: it only brings the command."""

from django.apps import AppConfig


class BenchConfig(AppConfig):
    """Registers the command."""

    name = "bench"
