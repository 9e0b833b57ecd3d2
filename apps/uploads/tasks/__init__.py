"""What workers and the scheduler do for the uploads."""

from apps.uploads.tasks.sweep import sweep

__all__ = ["sweep"]
